"""Adding and removing of the same picture at once: what is acknowledged has its thumbnail, whoever comes first.

Each library here stands for a process of its own; they meet where the tests let the one in between two steps of the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from vizsla.blobs import BlobError, Blobs
from vizsla.encoders.seam import Encoder
from vizsla.library import Library, LibraryError

from .conftest import Watched, add, blobs, counts, problems
from .pictures import make


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders that hold the same picture."""
    for name in ("old", "new"):
        make(tmp_path / name / "same.png", 1)
    return tmp_path / "old", tmp_path / "new"


def before(monkeypatch: pytest.MonkeyPatch, of: object, name: str, step: Callable[[], object]) -> None:
    """Let a step in before the first call of a method."""
    method, steps = getattr(of, name), [step]

    def call(*given: Any, **named: Any) -> Any:
        if steps:
            steps.pop()()
        return method(*given, **named)

    monkeypatch.setattr(of, name, call)


def assert_whole(library: Library, other: Library) -> None:
    other.index()  # it may be the one that holds the index
    assert problems(library) == []
    assert blobs(library) == sorted({stored.record.content_id.hex() for stored in library.store.each()})


def test_a_picture_that_is_removed_while_it_is_added_from_elsewhere_keeps_its_thumbnail(
    opened: Callable[..., Library], folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = folders
    adder, remover = opened(), opened()
    add(remover, old)
    before(monkeypatch, adder.store, "put", lambda: remover.remove(str(old)))
    assert counts(add(adder, new)) == (1, 0, 0, 0, 0)
    assert adder.store.addresses() == {str(old): 0, str(new): 1}
    assert_whole(adder, remover)


def test_a_picture_that_is_replaced_while_it_is_added_from_elsewhere_keeps_its_thumbnail(
    opened: Callable[..., Library], folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = folders
    adder, replacer = opened(), opened()
    add(replacer, old)
    make(old / "same.png", 2, (50, 50))
    before(monkeypatch, adder.store, "put", lambda: add(replacer, old))
    assert counts(add(adder, new)) == (1, 0, 0, 0, 0)
    assert len(blobs(adder)) == 2
    assert_whole(adder, replacer)


def test_nothing_is_acknowledged_between_the_question_whether_a_thumbnail_is_needed_and_its_deletion(
    opened: Callable[..., Library], folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = folders
    adder, remover = opened(), opened()
    add(remover, old)
    written, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        written.set()
        go_on.wait()

    before(monkeypatch, adder.store, "put", wait)
    adding = threading.Thread(target=add, args=(adder, new), daemon=True)
    adding.start()
    written.wait()

    def acknowledge() -> None:
        go_on.set()
        adding.join(timeout=1)
        assert adder.store.source_id(str(new)) is not None
        assert adder.store.count() == 0

    before(monkeypatch, remover.blobs, "delete", acknowledge)
    remover.remove(str(old))
    adding.join()
    assert_whole(adder, remover)


def test_what_lost_its_thumbnail_meanwhile_is_not_acknowledged_if_it_cannot_be_put_back(
    opened: Callable[..., Library], folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = folders
    adder, remover = opened(), opened()
    add(remover, old)

    def full(*_: object) -> None:
        raise BlobError("the disk is full")

    def remove() -> None:
        remover.remove(str(old))
        monkeypatch.setattr(adder.blobs, "put", full)

    before(monkeypatch, adder.store, "put", remove)
    with pytest.raises(BlobError, match="the disk is full"):
        add(adder, new)
    assert adder.store.count() == 0


def test_a_picture_whose_thumbnail_was_deleted_by_somebody_who_was_killed_meanwhile_keeps_its_thumbnail(
    opened: Callable[..., Library], folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = folders
    adder, remover = opened(), opened()
    add(remover, old)

    def killed(few: Sequence[bytes]) -> Sequence[bytes]:
        for content_id in few:
            remover.blobs.delete(content_id)
        raise KeyboardInterrupt

    def remove() -> None:
        remover.store.remove(remover.store.of_source(str(old)))
        with pytest.raises(KeyboardInterrupt):
            remover.store.let_go(remover.store.leaving(), killed)
        assert blobs(adder) == []

    before(monkeypatch, adder.store, "put", remove)
    assert counts(add(adder, new)) == (1, 0, 0, 0, 0)
    assert_whole(adder, remover)


def test_nobody_waits_for_looking_for_thumbnails_while_none_is_deleted(
    library: Library, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = folders
    looked: list[bytes] = []
    has = Blobs.has

    def look(bucket: Blobs, name: bytes) -> bool:
        looked.append(name)
        return has(bucket, name)

    monkeypatch.setattr(Blobs, "has", look)
    add(library, old)
    make(old / "same.png", 2, (50, 50))
    assert counts(add(library, old)) == (0, 1, 0, 0, 0)  # and deletes the thumbnail of the former
    add(library, new)
    assert looked == []


def test_nobody_waits_for_a_bucket_that_is_slow_to_say_that_a_thumbnail_is_gone_and_then_to_get_it_again(
    opened: Callable[..., Library], folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = folders
    adder, remover = opened(), opened()
    add(remover, old)
    monkeypatch.setattr("vizsla.library.adding.LOOKING_SECONDS", -1.0)
    before(monkeypatch, adder.store, "put", lambda: remover.remove(str(old)))
    with pytest.raises(BlobError, match="run the same command again"):
        add(adder, new)
    assert adder.store.count() == 0
    assert counts(add(adder, new)) == (1, 0, 0, 0, 0)


class Other:
    """The encoder, as one with other weights."""

    digest = "0" * 64

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)


def test_who_prepared_pictures_with_another_encoder_than_the_library_got_meanwhile_adds_none(
    opened: Callable[..., Library], folders: tuple[Path, Path], encoder: Encoder
) -> None:
    old, new = folders
    slow, fast = opened(), opened()
    slow.__dict__["encoder"] = Other(encoder)

    def meanwhile(key: str) -> None:
        add(fast, old)

    with pytest.raises(
        LibraryError, match=r"just made .* with the encoder bundled-\d+: run the same command"
    ):
        add(slow, Watched(new, meanwhile))
    assert fast.store.addresses() == {str(old): 1}
    assert counts(add(opened(), new)) == (1, 0, 0, 0, 0)
