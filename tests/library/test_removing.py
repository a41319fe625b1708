from __future__ import annotations

import os
from pathlib import Path

import pytest

from vizsla.library import Library, LibraryError
from vizsla.wire import SearchParameters

from .conftest import add, blobs, counts, problems, records
from .pictures import make, make_many


@pytest.fixture
def three(library: Library, photos: Path) -> Library:
    make(photos / "deep" / "a.png", 1)
    make(photos / "b.png", 2)
    make(photos / "c.png", 2)
    add(library, photos)
    return library


def keys(library: Library) -> set[str]:
    return set(records(library))


def test_an_image_is_removed_by_its_id_in_any_case(three: Library) -> None:
    assert three.remove(records(three)["b.png"].image_id.lower()) == 1
    assert keys(three) == {"deep/a.png", "c.png"}


@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
def test_an_image_is_removed_by_the_path_of_its_file_even_when_the_file_is_gone(
    three: Library, photos: Path, relative: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (photos / "deep" / "a.png").unlink()
    monkeypatch.chdir(photos.parent)
    assert three.remove("photos/deep/a.png" if relative else str(photos / "deep" / "a.png")) == 1
    assert keys(three) == {"b.png", "c.png"}


def test_all_images_of_a_folder_are_removed_by_its_path_also_through_a_link(
    three: Library, photos: Path
) -> None:
    (photos.parent / "link").symlink_to(photos)
    assert three.remove(f"{photos.parent}/link") == 3
    assert keys(three) == set()
    assert blobs(three) == []


def test_removing_one_of_two_equal_pictures_keeps_the_thumbnail_for_the_other(
    three: Library, photos: Path
) -> None:
    content = records(three)["b.png"].content_id.hex()
    three.remove(str(photos / "b.png"))
    assert content in blobs(three)
    assert problems(three) == []
    three.remove(str(photos / "c.png"))
    assert content not in blobs(three)


def test_what_was_removed_is_found_no_more_and_can_be_added_again(three: Library, photos: Path) -> None:
    everything = SearchParameters(q="b")
    before = {image.image_id for image in three.search(everything).value}
    gone = records(three)["b.png"].image_id
    three.remove(gone)
    assert {image.image_id for image in three.search(everything).value} == before - {gone}
    assert counts(add(three, photos)) == (1, 0, 2, 0, 0)
    assert {image.image_id for image in three.search(everything).value} == before
    assert problems(three) == []


@pytest.mark.parametrize("what", ["", "nothing", "/", "0" * 40, "photos/d.png", "deep"])
def test_what_is_not_in_the_library_cannot_be_removed(three: Library, photos: Path, what: str) -> None:
    with pytest.raises(LibraryError, match="is neither a source of the library nor an image in it"):
        three.remove(os.path.join(photos.parent, what) if "/" in what else what)  # noqa: PTH118
    assert len(keys(three)) == 3


def test_files_are_never_touched(three: Library, photos: Path) -> None:
    before = {path: path.read_bytes() for path in photos.rglob("*.png")}
    three.remove(str(photos))
    assert {path: path.read_bytes() for path in photos.rglob("*.png")} == before


def test_nothing_can_be_removed_where_there_is_no_library(library: Library, photos: Path) -> None:
    make_many(photos, 1)
    with pytest.raises(LibraryError, match="there is no library in"):
        library.remove(str(photos))
    assert not library.directory.exists()
