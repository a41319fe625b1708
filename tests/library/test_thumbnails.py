"""Thumbnails go with their pictures, also if whoever removes those is stopped, or cannot delete one of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vizsla.blobs import BlobError, Blobs
from vizsla.library import Library, LibraryError
from vizsla.library.thumbnails import AT_ONCE, PAUSE_SECONDS, FewAtATime, drop

from .conftest import add, blobs, counts, problems, records
from .pictures import make, make_many

MANY = 20
"""More than are deleted at once."""

LEFT = f"{MANY:,} thumbnails of removed or replaced pictures are still there"


@pytest.fixture
def many(library: Library, photos: Path) -> Library:
    make_many(photos, MANY)
    add(library, photos)
    return library


@pytest.fixture
def killed(many: Library, photos: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library of which all was removed, by somebody who was killed after that."""

    def die(library: Library) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("vizsla.library.removing.drop", die)
        with pytest.raises(KeyboardInterrupt):
            many.remove(str(photos))
    assert (many.store.count(), len(blobs(many))) == (0, MANY)
    return many


def fail(monkeypatch: pytest.MonkeyPatch, content_id: bytes) -> list[bytes]:
    """Let deleting one thumbnail fail; returns what is asked to be deleted."""
    asked: list[bytes] = []
    delete = Blobs.delete

    def attempt(bucket: Blobs, name: bytes) -> None:
        asked.append(name)
        if name == content_id:
            raise BlobError("the bucket has a cold")
        delete(bucket, name)

    monkeypatch.setattr(Blobs, "delete", attempt)
    return asked


def test_removing_again_deletes_what_was_left(killed: Library, photos: Path) -> None:
    with pytest.raises(LibraryError, match="is neither a source"):
        killed.remove(str(photos))
    assert blobs(killed) == []


def test_adding_deletes_what_was_left(killed: Library, tmp_path: Path) -> None:
    make_many(tmp_path / "other", 1, first=MANY)
    add(killed, tmp_path / "other")
    assert blobs(killed) == [record.content_id.hex() for record in records(killed).values()]


def test_adding_what_is_unchanged_deletes_what_was_left_and_a_dry_run_does_not(
    many: Library, photos: Path
) -> None:
    many.store.remove([records(many)["picture-000.png"].image_id])
    (photos / "picture-000.png").unlink()
    add(many, photos, dry_run=True)
    assert len(blobs(many)) == MANY
    assert counts(add(many, photos)) == (0, 0, MANY - 1, 0, 0)
    assert len(blobs(many)) == MANY - 1


def test_checking_names_what_was_left_and_repairing_deletes_it(killed: Library) -> None:
    assert problems(killed) == [LEFT]
    assert len(blobs(killed)) == MANY
    (problem,) = killed.check(repair=True).problems
    assert (problem.what, problem.repaired) == (LEFT, True)
    assert problems(killed) == blobs(killed) == []


def test_what_is_added_again_keeps_the_thumbnail_that_was_to_go(killed: Library, photos: Path) -> None:
    (photos / "picture-001.png").unlink()
    add(killed, photos)
    kept = sorted(record.content_id.hex() for record in records(killed).values())
    assert (blobs(killed), len(kept)) == (kept, MANY - 1)
    assert problems(killed) == []


def test_a_thumbnail_that_cannot_be_deleted_is_told_and_keeps_none_of_the_others(
    many: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = records(many)["picture-003.png"].content_id
    told = (
        "1 thumbnails of removed or replaced pictures are still there, "
        "`vizsla check --repair` tries again: the bucket has a cold"
    )
    with monkeypatch.context() as patch:
        fail(patch, cold)
        with pytest.raises(BlobError, match=told):
            many.remove(str(photos))
        assert blobs(many) == [cold.hex()]
        assert many.status().indexed == 0
        (problem,) = many.check(repair=True).problems
        assert (problem.what, problem.repaired) == (told, False)
    many.check(repair=True)
    assert problems(many) == blobs(many) == []


def test_a_thumbnail_that_cannot_be_deleted_keeps_no_picture_out(
    many: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = records(many)["picture-003.png"].content_id
    for seed, name in enumerate(("picture-003.png", "picture-004.png", "new.png"), MANY):
        make(photos / name, seed, (50, 50))
    fail(monkeypatch, cold)
    monkeypatch.setattr("vizsla.library.adding.BATCH", 1)
    assert counts(add(many, photos)) == (1, 2, MANY - 2, 0, 0)
    assert cold in many.store.leaving()


def test_a_bucket_that_takes_long_to_fail_is_not_asked_for_each_thumbnail(
    many: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vizsla.library.thumbnails.PATIENCE_SECONDS", 1e-9)  # less than any failure takes
    many.store.remove(many.store.of_source(str(photos)))
    asked = fail(monkeypatch, many.store.leaving()[2])
    with pytest.raises(BlobError, match=f"{MANY - AT_ONCE + 1} thumbnails .* still there"):
        drop(many)
    assert len(asked) == AT_ONCE


def test_a_few_thumbnails_are_deleted_beside_each_other(
    killed: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete, beside = Blobs.delete, threading.Barrier(MANY // 4)

    def attempt(bucket: Blobs, name: bytes) -> None:
        beside.wait(timeout=10)
        delete(bucket, name)

    monkeypatch.setattr(Blobs, "delete", attempt)
    monkeypatch.setattr("vizsla.library.thumbnails.AT_ONCE", MANY // 4)
    drop(killed)
    assert blobs(killed) == []


def test_nothing_is_deleted_any_more_when_others_may_write_again(
    killed: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if who deletes is stopped: what goes on could delete the thumbnail of a picture that was added again."""
    begun, ended = [], []
    other = threading.Event()
    first = killed.store.leaving()[0]

    def attempt(bucket: Blobs, name: bytes) -> None:
        if name == first:
            other.wait(timeout=10)
            raise KeyboardInterrupt
        begun.append(name)
        other.set()
        time.sleep(0.1)
        ended.append(name)

    monkeypatch.setattr(Blobs, "delete", attempt)
    with pytest.raises(KeyboardInterrupt):
        drop(killed)
    assert len(begun) == len(ended) > 0


class Clock:
    """Time that goes on by what is slept and by what is deleted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
        self.slept: list[float] = []
        self._now = 0.0
        self._lock = threading.Lock()
        delete = Blobs.delete

        def attempt(bucket: Blobs, name: bytes) -> None:
            with self._lock:
                self._now += seconds
            delete(bucket, name)

        monkeypatch.setattr(Blobs, "delete", attempt)
        monkeypatch.setattr("vizsla.library.thumbnails.time", self)

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds
        if seconds:
            self.slept.append(seconds)


@pytest.mark.parametrize(
    ("each", "pauses"), [(0.05, [0.4, 0.4]), (0.01, [PAUSE_SECONDS] * 2), (0.001, [])], ids=str
)
def test_who_deletes_lets_others_write_between_deletions_that_take_long(
    killed: Library, monkeypatch: pytest.MonkeyPatch, each: float, pauses: list[float]
) -> None:
    clock = Clock(monkeypatch, each)
    drop(killed)
    assert blobs(killed) == []
    assert clock.slept == pytest.approx(pauses)


def test_who_deletes_much_lets_others_write_now_and_then(
    killed: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, 0.003)
    monkeypatch.setattr("vizsla.library.thumbnails.IN_A_ROW_SECONDS", 0.045)
    drop(killed)
    assert clock.slept == [PAUSE_SECONDS]


def test_who_finds_all_deleted_by_others_does_not_pause(
    killed: Library, opened: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, 0.01)
    todo = killed.store.leaving()
    monkeypatch.setattr("vizsla.library.thumbnails.IN_A_ROW_SECONDS", 1e9)
    drop(opened())
    clock.slept.clear()
    monkeypatch.setattr(killed.store, "leaving", lambda: todo)
    drop(killed)
    assert clock.slept == []


def test_a_few_at_a_time_are_deleted_until_nothing_is_there(killed: Library) -> None:
    some = FewAtATime(killed)
    left = []
    while some():
        left.append(len(blobs(killed)))
        time.sleep(0.02)
    assert list(dict.fromkeys(left)) == [MANY - AT_ONCE, MANY - 2 * AT_ONCE, 0]


def test_a_few_at_a_time_stay_away_for_as_long_as_others_had_to_wait(
    killed: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, some = Clock(monkeypatch, 0.1), FewAtATime(killed)
    left = []
    for _ in range(4):
        assert some()
        left.append(len(blobs(killed)))
        clock.sleep(0.5)  # less than deleting the few took
    assert left == [MANY - AT_ONCE] * 2 + [MANY - 2 * AT_ONCE] * 2


def test_those_that_cannot_be_deleted_keep_none_of_the_others_from_going_a_few_at_a_time(
    killed: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold, some = set(killed.store.leaving(AT_ONCE)), FewAtATime(killed)
    delete = Blobs.delete

    def attempt(bucket: Blobs, name: bytes) -> None:
        if name in cold:
            raise BlobError("the bucket has a cold")
        delete(bucket, name)

    monkeypatch.setattr(Blobs, "delete", attempt)
    Clock(monkeypatch, 0)
    with pytest.raises(BlobError, match="a cold"):
        some()
    for _ in range(2):
        assert some()
    assert set(killed.store.leaving()) == cold
    with pytest.raises(BlobError, match="a cold"):
        some()
    cold.clear()
    assert some()
    assert not some()
    assert blobs(killed) == []
