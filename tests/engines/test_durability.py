"""An index survives its processes: locks, other readers, kills, damage."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from small_disk import on_small_disk
from vizsla.engines import EngineError, open_engine
from vizsla.engines.local import manifest, upkeep
from vizsla.engines.local.engine import LocalEngine
from vizsla.engines.seam import Plan, Words
from vizsla.records import AnyOf, Between

from .samples import DIMENSION, axis, change, removal, titles

SOME = [change(n, title=f"dog {n}", vector=axis(1, n), width=n) for n in range(1, 61)]


@pytest.fixture
def filled(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of 60 records with a graph and a fresh tail, closed."""
    monkeypatch.setattr(upkeep, "SEAL", 32)
    engine = open_engine(directory, DIMENSION)
    assert engine.try_lock()
    engine.apply(SOME[:40])
    engine.settle()
    engine.apply(SOME[40:])
    engine.close()
    return directory


def assert_whole(engine: LocalEngine) -> None:
    assert engine.count() == len(SOME)
    assert engine.count((Between("width", 11, 20),)) == 10
    assert engine.search(Plan(words=Words("dog"))).total == len(SOME)
    assert engine.search(Plan(demand=Words("dog 7"))).numbers == (7,)
    assert engine.search(Plan(vector=axis(0, 1), limit=3)).numbers == (60, 59, 58)
    assert engine.facets((), "format") == {"jpeg": len(SOME)}


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


# Opening again


def test_a_closed_index_opens_with_everything_in_it(filled: Path) -> None:
    engine = open_engine(filled, DIMENSION)
    assert engine.watermark() == len(SOME)
    assert [piece.graph is not None for piece in engine.pieces()] == [True, False]
    assert_whole(engine)


def test_an_index_without_vectors_needs_none(directory: Path) -> None:
    engine = open_engine(directory, None)
    assert engine.try_lock()
    engine.apply(titles("dog"))
    assert engine.search(Plan(words=Words("dog"), vector=axis(1))).numbers == (1,)
    engine.close()


def test_an_index_of_another_encoder_is_built_anew(filled: Path, caplog: pytest.LogCaptureFixture) -> None:
    engine = open_engine(filled, DIMENSION * 2)
    assert engine.try_lock()
    assert engine.watermark() == engine.count() == 0
    assert "another encoder" in caplog.text
    engine.close()


def test_an_index_of_an_older_format_is_built_anew(filled: Path, caplog: pytest.LogCaptureFixture) -> None:
    written = manifest.read(filled)
    assert written is not None
    number, rest = manifest.FORMAT.split(",", 1)
    older = msgspec.structs.replace(written, format=f"{int(number) - 1},{rest}")
    manifest.write(filled, older)
    shutil.rmtree(filled / written.epoch / "words")  # an older format may have been of other files
    engine = open_engine(filled, DIMENSION)
    assert engine.vocabulary() == {}
    assert engine.try_lock()
    assert engine.watermark() == engine.count() == 0
    assert "another format" in caplog.text
    engine.apply(SOME)
    assert_whole(engine)
    assert engine.vocabulary() == {"dog": len(SOME)}
    engine.close()


def test_a_vector_of_another_length_is_refused_whole(directory: Path) -> None:
    engine = open_engine(directory, DIMENSION)
    assert engine.try_lock()
    with pytest.raises(EngineError, match="encode the library again"):
        engine.apply([change(1), change(2, vector=np.ones(3, np.float32))])
    assert engine.watermark() == engine.count() == 0
    engine.close()


def test_values_that_half_precision_cannot_hold_are_kept_in_bounds(directory: Path) -> None:
    engine = open_engine(directory, DIMENSION)
    assert engine.try_lock()
    engine.apply([change(1, vector=axis(1e30)), change(2, vector=axis(np.nan)), change(3, vector=axis(1))])
    assert engine.search(Plan(vector=axis(1))).numbers == (1, 3, 2)
    engine.close()


# Two processes


def test_only_one_engine_holds_the_lock(directory: Path) -> None:
    first, second = open_engine(directory, DIMENSION), open_engine(directory, DIMENSION)
    assert first.try_lock()
    assert first.try_lock()
    assert not second.try_lock()
    with pytest.raises(EngineError, match="try_lock"):
        second.apply(titles("dog"))
    first.unlock()
    assert second.try_lock()
    second.apply(titles("dog"))
    second.close()


def _write(directory: Path, orders: multiprocessing.connection.Connection) -> None:
    engine = open_engine(directory, DIMENSION)
    orders.send(engine.try_lock())
    while changes := orders.recv():
        engine.apply(changes)
        orders.send(engine.watermark())
    engine.close()


@pytest.fixture
def other_process(directory: Path) -> Iterator[multiprocessing.connection.Connection]:
    """A process that holds the lock and applies the changes it is sent."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_write, args=(directory, there))
    process.start()
    yield here
    here.send(None)
    process.join()
    assert process.exitcode == 0


def test_a_reader_sees_what_another_process_applies(
    directory: Path, other_process: multiprocessing.connection.Connection
) -> None:
    assert other_process.recv()
    reader = open_engine(directory, DIMENSION)
    assert not reader.try_lock()
    assert not reader.refresh()
    sequence = 0
    for total in (1, 2, 3):
        changes = [
            change(total, sequence=sequence + 1, title="dog", vector=axis(total), language=f"x{total}")
        ]
        other_process.send(changes)
        sequence = other_process.recv()
        assert reader.refresh()
        assert not reader.refresh()
        assert reader.watermark() == sequence
        assert reader.search(Plan(words=Words("dog"), vector=axis(1))).total == total
        assert reader.facets((), "language") == {f"x{n}": 1 for n in range(1, total + 1)}
    other_process.send([removal(1, sequence=sequence + 1)])
    other_process.recv()
    assert reader.count() == 3
    assert reader.refresh()
    assert reader.count() == 2


def test_a_reader_follows_an_index_that_is_built_anew(filled: Path) -> None:
    reader = open_engine(filled, DIMENSION)
    (filled / "manifest.json").unlink()
    builder = open_engine(filled, DIMENSION)
    assert builder.try_lock()
    assert_whole(reader)
    builder.apply(titles("dog"))
    assert reader.refresh()
    assert reader.watermark() == reader.count() == 1
    builder.close()


KILLED = """
import sys
from pathlib import Path
from engines.samples import DIMENSION, axis, change
from vizsla.engines import open_engine
from vizsla.engines.local import upkeep

upkeep.SEAL = 64
engine = open_engine(Path(sys.argv[1]), DIMENSION)
assert engine.try_lock()
print("ready", flush=True)
for n in range(engine.watermark() + 1, 100_000):
    engine.apply([change(n, title="dog", vector=axis(1, n), language=f"x{n}")])
"""


def test_a_killed_writer_leaves_an_index_that_goes_on(directory: Path) -> None:
    survived = 0
    for seconds in (0.05, 0.2, 0.4):
        _kill_a_writer(directory, seconds)
        engine = open_engine(directory, DIMENSION)
        assert engine.try_lock()
        assert engine.watermark() >= survived
        survived = engine.watermark()
        assert engine.count() == survived
        engine.apply([change(n, title="dog", vector=axis(1, n)) for n in range(survived + 1, survived + 51)])
        survived += 50
        assert engine.count() == survived
        assert engine.search(Plan(words=Words("dog"))).total == survived
        assert engine.search(Plan(vector=axis(0, 1), limit=1)).numbers == (survived,)
        engine.close()
    assert survived > 150


def _kill_a_writer(directory: Path, seconds: float) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", KILLED, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)


def test_a_code_given_by_a_writer_that_did_not_finish_is_not_given_again(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_engine(directory, DIMENSION)
    assert first.try_lock()
    first.apply([change(1, title="dog")])
    second = open_engine(directory, DIMENSION)
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "write", _full)
        with pytest.raises(EngineError):
            first.apply([change(2, title="dog", language="de")])
    first.close()
    assert second.try_lock()
    second.apply([change(3, title="dog", language="fr")])
    french = (AnyOf("language", frozenset({"fr"})),)
    assert second.search(Plan(words=Words("dog"), filters=french)).numbers == (3,)
    second.close()


# Damage


def _remove(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _scribble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = b"\xa5" * len(content[middle : middle + 64])
    path.write_bytes(content)


SIZED = ("*/slots-*/columns.bin", "*/slots-*/vectors.f16")
SUMMED = (
    *("manifest.json", "*/keywords.txt", "*/slots-*/graph-*", "*/words/meta.json"),
    *("*/words/*.idx", "*/words/*.term", "*/words/*.fast", "*/words/*.pos", "*/words/*.fieldnorm"),
)
DAMAGES = [(damage, pattern) for damage in (_remove, _empty, _halve) for pattern in (*SIZED, *SUMMED)]


@pytest.mark.parametrize(("damage", "pattern"), [*DAMAGES, *((_scribble, pattern) for pattern in SUMMED)])
def test_a_damaged_index_is_rebuilt_without_an_error(
    filled: Path, pattern: str, damage: Callable[[Path], None]
) -> None:
    damage(next(filled.glob(pattern)))
    engine = open_engine(filled, DIMENSION)
    assert engine.search(Plan(words=Words("dog"), vector=axis(1))).total == 0
    assert engine.try_lock()
    assert engine.watermark() == 0
    engine.apply(SOME)
    assert_whole(engine)
    engine.close()
    reopened = open_engine(filled, DIMENSION)
    assert_whole(reopened)


def test_an_index_deleted_while_closed_is_rebuilt(filled: Path) -> None:
    shutil.rmtree(filled)
    engine = open_engine(filled, DIMENSION)
    assert engine.try_lock()
    assert engine.watermark() == 0
    engine.apply(SOME)
    assert_whole(engine)
    engine.close()


def test_what_a_rebuild_leaves_behind_is_removed(filled: Path) -> None:
    before = {path.name for path in filled.iterdir() if path.is_dir()}
    _empty(filled / "manifest.json")
    engine = open_engine(filled, DIMENSION)
    assert engine.try_lock()
    after = {path.name for path in filled.iterdir() if path.is_dir()}
    assert len(before) == len(after) == 1
    assert before != after
    engine.close()


def test_a_damaged_index_is_told_in_the_log(filled: Path, caplog: pytest.LogCaptureFixture) -> None:
    _empty(filled / "manifest.json")
    with caplog.at_level(logging.WARNING):
        open_engine(filled, DIMENSION)
    assert "will be rebuilt" in caplog.text


def test_an_index_cannot_be_where_a_file_is(directory: Path) -> None:
    directory.write_text("")
    with pytest.raises(EngineError, match="cannot be opened"):
        open_engine(directory, DIMENSION)


def test_a_failed_write_leaves_the_index_as_it_was(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(directory, DIMENSION)
    assert engine.try_lock()
    engine.apply(SOME[:10])

    with monkeypatch.context() as patch:
        patch.setattr(manifest, "write", _full)
        with pytest.raises(EngineError, match="disk is full"):
            engine.apply(SOME[10:])
    assert engine.watermark() == engine.count() == 10
    engine.apply(SOME[10:])
    assert_whole(engine)
    engine.close()


FILL = """
import os, pathlib, sys
from engines.samples import change
from vizsla.engines import EngineError, open_engine
disk = pathlib.Path(sys.argv[1])
engine = open_engine(disk / "index", None)
assert engine.try_lock()
(disk / "filler").write_bytes(bytes(1_000_000))
number = 1
try:
    while True:
        words = [" ".join(os.urandom(2).hex() for _ in range(200)) for _ in range(50)]
        engine.apply([change(number + step, description=text) for step, text in enumerate(words)])
        number += 50
except EngineError as error:
    print(number > 1, engine.watermark() == number - 1 == engine.count(), error)
"""


def test_a_disk_that_fills_while_the_index_is_written_is_told_as_that(tmp_path: Path) -> None:
    environment = ["env", f"PYTHONPATH={Path(__file__).parents[1]}"]
    done = on_small_disk(tmp_path, [*environment, sys.executable, "-c", FILL, str(tmp_path)])
    assert re.fullmatch("True True the disk is full: make room; .*\n", done.stdout), done


DIES = """
import pathlib, sys
from engines.samples import change
from vizsla.engines import EngineError, open_engine
from vizsla.engines.local.words import WordIndex
disk = pathlib.Path(sys.argv[1])
engine = open_engine(disk / "index", None)
assert engine.try_lock()
def commit(self):
    raise ValueError("An error occurred in a thread: 'An index writer was killed.'")
WordIndex.commit = commit
try:
    engine.apply([change(1, title="boat")])
except EngineError as error:
    print(error)
"""


def test_an_error_that_hides_a_full_disk_is_told_as_a_full_disk(tmp_path: Path) -> None:
    """tantivy's worker says only that it was killed; here it is made to, because when it does is a matter of luck."""
    environment = ["env", f"PYTHONPATH={Path(__file__).parents[1]}"]
    done = on_small_disk(tmp_path, [*environment, sys.executable, "-c", DIES, str(tmp_path)])
    assert done.stdout.startswith("the disk is full: make room; "), done
