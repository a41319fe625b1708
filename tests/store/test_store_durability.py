"""What was acknowledged is kept: with several writers, when a process is killed, when the disk is full."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from small_disk import on_small_disk
from vizsla.store import Store

from . import samples
from .samples import BATCH, vector_of

WRITER = [sys.executable, samples.__file__]


def whole(path: Path) -> set[str]:
    """The ids of a store that is whole in every respect."""
    store = Store(path)
    try:
        assert store.damage() == []
        changes = store.changes(0, limit=1_000_000)
        for change in changes:
            assert change.record is not None
            assert change.vector is not None
            assert np.array_equal(change.vector, vector_of(change.record.key))
        sequences = [change.sequence for change in changes]
        assert sequences == list(range(1, store.sequence() + 1))
        stored = {s.record.image_id for s in store.each()}
        assert len(stored) == len(changes) == store.count()
        assert len(stored) % BATCH == 0
        return stored
    finally:
        store.close()


def acknowledged(output: str) -> set[str]:
    """The ids in whole lines; a line that the death of its writer cut off does not count."""
    return {
        image_id
        for line in output.splitlines(keepends=True)
        if line.endswith("\n")
        for image_id in line.split()
    }


def test_two_processes_write_at_once_and_both_succeed(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    writers = [
        subprocess.Popen([*WRITER, path, name, "12"], stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    printed = [acknowledged(writer.communicate()[0]) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert [len(ids) for ids in printed] == [12 * BATCH] * 2
    assert whole(path) == set.union(*printed)


def test_a_store_can_be_opened_while_another_process_is_making_it(tmp_path: Path) -> None:
    """Until a new file has changed to WAL, SQLite refuses at once where elsewhere it waits."""
    path = tmp_path / "records.db"
    maker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    maker.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"), closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode=WAL")
    ready = threading.Timer(0.2, maker.close)
    ready.start()
    store = Store(path)
    assert store.count() == 0
    store.close()
    ready.join()


@pytest.mark.parametrize("lines", [1, 7, 20])
def test_what_a_killed_process_had_acknowledged_is_whole(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "records.db"
    writer = subprocess.Popen([*WRITER, path, "killed", "1000000"], stdout=subprocess.PIPE, text=True)
    assert writer.stdout
    printed = "".join(writer.stdout.readline() for _ in range(lines))
    writer.kill()
    printed += writer.communicate()[0]
    assert writer.returncode == -9
    ids = acknowledged(printed)
    assert len(ids) >= lines * BATCH
    kept = whole(path)
    assert ids <= kept
    assert len(kept - ids) <= BATCH  # committed, and killed before it could say so


def test_writing_past_a_limit_of_the_system_is_an_error_and_keeps_what_was_acknowledged(
    tmp_path: Path,
) -> None:
    """A limit on the size of files stands for every refusal of a write but a full disk."""
    path = tmp_path / "records.db"
    limited = "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)); "
    limited += f"runpy.run_path({samples.__file__!r}, run_name='__main__')"
    ended = subprocess.run(
        [sys.executable, "-c", limited, path, "limited", "100000"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert (
        "StoreError: the disk refuses to read or write the records: check its health and your quota"
        in ended.stderr
    )
    ids = acknowledged(ended.stdout)
    assert ids
    assert ids <= whole(path)


def test_a_full_disk_is_an_error_that_says_so_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    fill = f'{sys.executable} {samples.__file__} "$1/records.db" full 100000; ended=$?; cp "$1"/* "$2"; exit $ended'
    ended = on_small_disk(disk, ["sh", "-c", fill, "sh", str(disk), str(kept)])
    assert ended.returncode == 1
    assert "StoreError: the disk is full: make room and run the same command again" in ended.stderr
    ids = acknowledged(ended.stdout)
    assert len(ids) > 100
    assert ids <= whole(kept / "records.db")
