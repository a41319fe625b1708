from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from vizsla.library import Choices, Library
from vizsla.records import Change
from vizsla.store import StoreError

from .conftest import add, blobs, problems, records
from .pictures import make_many


@pytest.fixture
def three(library: Library, photos: Path) -> Library:
    make_many(photos, 3)
    add(library, photos, Choices(licence="by"))
    return library


def thumbnail(library: Library, key: str) -> Path:
    name = records(library)[key].content_id.hex()
    (path,) = (library.directory / "blobs").rglob(name)
    return path


def test_a_whole_library_has_no_problems(three: Library) -> None:
    report = three.check()
    assert (report.records, list(report.problems)) == (3, [])


@pytest.mark.parametrize("loss", [Path.unlink, lambda path: path.write_bytes(b"")], ids=["lost", "emptied"])
def test_a_lost_thumbnail_is_named_and_made_anew(
    three: Library, photos: Path, loss: Callable[[Path], object]
) -> None:
    before, kept = records(three), blobs(three)
    loss(thumbnail(three, "picture-001.png"))
    sentence = f"{photos}/picture-001.png has lost its thumbnail"
    assert problems(three) == [sentence]
    (problem,) = three.check(repair=True).problems
    assert (problem.what, problem.repaired) == (sentence, True)
    assert problems(three) == []
    assert (records(three), blobs(three)) == (before, kept)


def test_a_lost_vector_is_named_and_made_anew(three: Library, photos: Path) -> None:
    with sqlite3.connect(three.directory / "records.db") as db:
        (before,) = db.execute("SELECT vector FROM vectors WHERE number = 2").fetchone()
        db.execute("DELETE FROM vectors WHERE number = 2")
    assert problems(three) == [f"{photos}/picture-001.png has lost its vector"]
    assert problems(three, repair=True) == [f"{photos}/picture-001.png has lost its vector"]
    assert problems(three) == []
    with sqlite3.connect(three.directory / "records.db") as db:
        assert db.execute("SELECT vector FROM vectors WHERE number = 2").fetchone() == (before,)


@pytest.mark.parametrize("gone", ["file", "folder"])
def test_what_cannot_be_read_again_stays_a_problem(three: Library, photos: Path, gone: str) -> None:
    thumbnail(three, "picture-001.png").unlink()
    if gone == "file":
        (photos / "picture-001.png").unlink()
    else:
        shutil.rmtree(photos)
    (problem,) = three.check(repair=True).problems
    assert (problem.what, problem.repaired) == (f"{photos}/picture-001.png has lost its thumbnail", False)


def test_a_repaired_picture_counts_as_unchanged_afterwards(three: Library, photos: Path) -> None:
    thumbnail(three, "picture-001.png").unlink()
    three.check(repair=True)
    assert add(three, photos).unchanged == 3


def test_an_index_that_lacks_pictures_is_named_and_made_anew(three: Library, photos: Path) -> None:
    three.indexer.engine.apply([Change(three.store.sequence() + 1, 2, None)])
    (problem,) = three.check().problems
    assert (problem.what, problem.repaired) == ("the index holds 2 of 3 pictures", False)
    (problem,) = three.check(repair=True).problems
    assert (problem.what, problem.repaired) == ("the index holds 2 of 3 pictures", True)
    assert problems(three) == []


def test_damage_in_the_database_is_told_and_nothing_else_is_tried(
    three: Library, opened: Callable[..., Library]
) -> None:
    three.close()
    file = three.directory / "records.db"
    content = bytearray(file.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = bytes(64)
    file.write_bytes(content)
    try:
        report = opened().check(repair=True)
    except StoreError as error:
        assert "restore" in str(error) or "cannot be read" in str(error)
    else:
        assert report.problems
        assert not any(problem.repaired for problem in report.problems)
