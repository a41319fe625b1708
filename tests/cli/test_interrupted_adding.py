"""Adding that is stopped, killed, or done twice at once: what was acknowledged is whole, and the rest follows."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from subprocess import Popen

import msgspec
import pytest

from library.pictures import make_many
from vizsla.library import Library
from vizsla.records import ImageRecord
from vizsla.settings import Settings

from .command import TIMEOUT, started, succeed

MANY = 120
"""Several batches: the first is acknowledged long before the last, also on a busy machine."""

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="{0}" height="9"/></svg>'


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many pictures that there is time to stop while they are added; drawings are made by further processes."""
    folder = make_many(tmp_path_factory.mktemp("many"), MANY - 8)
    for number in range(8):
        (folder / f"picture-{number + 36:03}.svg").write_text(DRAWING.format(number + 1))
    return folder


def acknowledged(directory: Path) -> dict[str, ImageRecord]:
    """What is committed, read while others write, at little cost to them."""
    with closing(sqlite3.connect(f"file:{directory}/records.db?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT key, record FROM records").fetchall()
    return {key: msgspec.msgpack.decode(record, type=ImageRecord) for key, record in rows}


def wait_for_some(directory: Path, process: Popen[str]) -> dict[str, ImageRecord]:
    deadline = time.monotonic() + TIMEOUT
    while not (directory / "records.db").exists() or not count(directory):
        assert process.poll() is None, "adding ended before anything was acknowledged"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return acknowledged(directory)


def count(directory: Path) -> int:
    """Records that are committed, counted at little cost to those who write them."""
    with closing(sqlite3.connect(f"file:{directory}/records.db?mode=ro", uri=True)) as db:
        if not db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'records'").fetchone()[0]:
            return 0
        return int(db.execute("SELECT count(*) FROM records").fetchone()[0])


def assert_whole(directory: Path, promised: dict[str, ImageRecord]) -> None:
    """What was promised is there with thumbnail and vector, and can be found."""
    with Library(Settings(library=directory)) as library:
        report = library.check()
        assert report.problems == []
        kept = {stored.record.key: stored.record for stored in library.store.each()}
        assert kept.items() >= promised.items()
        assert all(library.thumbnail(record.image_id) for record in promised.values())
        assert library.status().indexed == len(kept)


def interrupt(process: Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to everyone in the foreground


def test_ctrl_c_leaves_a_whole_library_and_the_next_run_adds_the_rest(
    many: Path, library_directory: Path
) -> None:
    with started("add", many, "--library", library_directory) as process:
        promised = wait_for_some(library_directory, process)
        interrupt(process)
        printed, said = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, said) == (1, "vizsla: stopped; what was done is kept\n"), printed
    kept = acknowledged(library_directory)
    assert len(promised) <= len(kept) < MANY
    assert f" {len(kept)} added, 0 updated, 0 unchanged, 0 failed in " in printed
    assert_whole(library_directory, promised)
    printed = succeed("add", many, "--library", library_directory)
    assert f" {MANY - len(kept)} added, 0 updated, {len(kept)} unchanged, 0 failed in " in printed


def test_after_kill_9_everything_acknowledged_is_there_and_the_next_run_adds_the_rest(
    many: Path, library_directory: Path
) -> None:
    with started("add", many, "--library", library_directory) as process:
        promised = wait_for_some(library_directory, process)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert_whole(library_directory, promised)
    succeed("add", many, "--library", library_directory)
    assert_whole(library_directory, promised)
    assert len(acknowledged(library_directory)) == MANY


def test_after_kill_9_in_the_midst_of_writing_a_batch_nothing_is_half_there(
    many: Path, library_directory: Path, tmp_path: Path
) -> None:
    with started("add", many, "--library", library_directory) as process:
        deadline = time.monotonic() + TIMEOUT
        while not list((library_directory / "blobs").rglob("thumbnails/*/*/*")):
            assert time.monotonic() < deadline
        process.kill()
    assert_whole(library_directory, {})
    succeed("add", many, "--library", library_directory, "--limit", "20")
    assert_whole(library_directory, acknowledged(library_directory))


def test_two_adds_at_once_on_a_fresh_library_both_succeed_and_everything_is_found(
    tmp_path: Path, library_directory: Path
) -> None:
    folders = [make_many(tmp_path / name, 36, first=first) for name, first in (("one", 0), ("two", 36))]
    with (
        started("add", folders[0], "--library", library_directory) as one,
        started("add", folders[1], "--library", library_directory) as two,
    ):
        for process in (one, two):
            printed, said = process.communicate(timeout=TIMEOUT)
            assert (process.returncode, said) == (0, "")
            assert " 36 added, 0 updated, 0 unchanged, 0 failed in " in printed
    with Library(Settings(library=library_directory)) as library:
        assert library.status().indexed == 72
        assert library.check().problems == []


def test_two_adds_of_the_same_folder_at_once_add_every_picture_once(
    tmp_path: Path, library_directory: Path
) -> None:
    folder = make_many(tmp_path / "photos", 8)
    with (
        started("add", folder, "--library", library_directory) as one,
        started("add", folder, "--library", library_directory) as two,
    ):
        for process in (one, two):
            process.communicate(timeout=TIMEOUT)
            assert process.returncode == 0
    assert len(acknowledged(library_directory)) == 8
    assert_whole(library_directory, acknowledged(library_directory))
