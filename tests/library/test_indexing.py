"""The index is a cache: whatever becomes of it, the library finds what is in its store."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from vizsla.library import Choices, Library, LibraryError
from vizsla.wire import SearchParameters

from .conftest import add, problems
from .pictures import make_many

MANY = 6


@pytest.fixture
def library_of_some(opened: Callable[..., Library], photos: Path) -> Path:
    """The directory of a closed library."""
    library = opened()
    make_many(photos, MANY)
    add(library, photos)
    library.close()
    return library.directory


def found(library: Library) -> set[str]:
    return {image.image_id for image in library.search(SearchParameters(q="picture")).value}


def test_a_deleted_index_is_made_anew(opened: Callable[..., Library], library_of_some: Path) -> None:
    shutil.rmtree(library_of_some / "index")
    library = opened()
    assert len(found(library)) == MANY
    assert problems(library) == []


def index_files(directory: Path) -> list[Path]:
    return sorted(path for path in (directory / "index").rglob("*") if path.is_file() and path.stat().st_size)


@pytest.mark.parametrize(
    "damage",
    [Path.unlink, lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])],
    ids=["lost", "cut in half"],
)
def test_an_index_with_any_damaged_file_is_made_anew(
    opened: Callable[..., Library], library_of_some: Path, damage: Callable[[Path], object]
) -> None:
    whole = library_of_some.with_name("whole")
    library_of_some.rename(whole)
    for file in index_files(whole):
        shutil.copytree(whole, library_of_some)
        damage(library_of_some / file.relative_to(whole))
        library = opened()
        assert len(found(library)) == MANY, file
        assert problems(library) == [], file
        library.close()
        shutil.rmtree(library_of_some)


def test_an_index_of_another_format_is_made_anew(
    opened: Callable[..., Library], library_of_some: Path
) -> None:
    file = library_of_some / "index" / "manifest.json"
    manifest = msgspec.json.decode(file.read_bytes())
    file.write_bytes(msgspec.json.encode(manifest | {"format": f"0{manifest['format']}"}))
    library = opened()
    assert len(found(library)) == library.status().indexed == MANY
    assert problems(library) == []


def test_an_index_that_is_ahead_of_a_store_restored_from_a_backup_is_made_anew(
    opened: Callable[..., Library], library_of_some: Path, photos: Path
) -> None:
    backup = library_of_some.with_name("backup.db")
    shutil.copy(library_of_some / "records.db", backup)
    library = opened()
    make_many(photos, 4, first=MANY)
    add(library, photos)
    library.close()
    shutil.copy(backup, library_of_some / "records.db")
    restored = opened()
    assert len(found(restored)) == restored.status().indexed == MANY
    assert problems(restored) == []


def test_what_is_added_to_a_restored_store_is_found(
    opened: Callable[..., Library], library_of_some: Path, photos: Path
) -> None:
    backup = library_of_some.with_name("backup.db")
    shutil.copy(library_of_some / "records.db", backup)
    library = opened()
    add(library, photos, Choices(licence="by"))
    library.close()
    shutil.copy(backup, library_of_some / "records.db")
    make_many(photos, 4, first=MANY)
    restored = opened()
    add(restored, photos)
    assert len(found(restored)) == MANY + 4
    assert problems(restored) == []


def test_a_second_process_sees_what_the_first_has_indexed(
    opened: Callable[..., Library], library_of_some: Path, photos: Path
) -> None:
    first, second = opened(), opened()
    assert len(found(first)) == len(found(second)) == MANY
    make_many(photos, 1, first=MANY)
    add(second, photos)
    assert first.index()
    assert len(found(second)) == len(found(first)) == MANY + 1


def test_an_index_that_another_process_writes_is_not_thrown_away(
    opened: Callable[..., Library], library_of_some: Path
) -> None:
    first, second = opened(), opened()
    first.index()
    with pytest.raises(LibraryError, match="another process uses the index: stop it"):
        second.indexer.rebuild()
    first.close()
    second.indexer.rebuild()
    assert len(found(second)) == MANY
