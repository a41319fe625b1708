"""Opening: what `vizsla.json` says, and what becomes of libraries that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from vizsla.library import Library, LibraryError, NoLibrary
from vizsla.settings import Settings
from vizsla.wire import SearchParameters

from .conftest import add, counts
from .pictures import make_many

Question = Callable[[Library], object]

QUESTIONS: tuple[Question, ...] = (
    lambda library: library.status(),
    lambda library: library.check(),
    lambda library: library.thumbnail("0" * 40),
    lambda library: library.keys,
    lambda library: library.remove("x"),
)


def describe(library: Library, **changes: Any) -> None:
    file = library.directory / "vizsla.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | changes))


@pytest.fixture
def one(library: Library, photos: Path) -> Library:
    """A library with a picture."""
    make_many(photos, 1)
    add(library, photos)
    return library


@pytest.mark.parametrize("question", QUESTIONS)
def test_asking_where_there_is_no_library_says_how_to_make_one_and_makes_nothing(
    library: Library, question: Question
) -> None:
    with pytest.raises(NoLibrary, match="make one with `vizsla add FOLDER`, or name another with --library"):
        question(library)
    assert not library.directory.exists()


def test_a_new_library_says_what_it_is(one: Library, library_directory: Path) -> None:
    said = json.loads((library_directory / "vizsla.json").read_bytes())
    encoder = {
        "name": one.encoder.name,
        "digest": one.encoder.digest,
        "dimension": one.encoder.dimension,
    }
    assert said == {"format": 1, "encoder": encoder, "created": said["created"]}
    assert said["created"].endswith("+00:00")


def test_nothing_but_the_library_itself_is_in_its_directory(one: Library, library_directory: Path) -> None:
    one.close()
    names = {path.name for path in library_directory.iterdir()}
    assert names == {"vizsla.json", "records.db", "index", "blobs", "encoder.lock"}


@pytest.mark.parametrize("format_", [2, 999])
def test_a_library_of_a_newer_format_says_to_upgrade(
    one: Library, opened: Callable[..., Library], photos: Path, format_: int
) -> None:
    describe(one, format=format_, encoder="something else by then")
    questions: list[Question] = [*QUESTIONS, lambda library: add(library, photos)]
    for question in questions:
        with pytest.raises(LibraryError, match=f"of format {format_}, .* up to 1: upgrade vizsla"):
            question(opened())


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": "1"}', b'{"format": 1}', b'{"format": 1e999}'],
)
def test_a_damaged_description_says_so_and_what_to_do(
    one: Library, opened: Callable[..., Library], photos: Path, content: bytes
) -> None:
    (one.directory / "vizsla.json").write_bytes(content)
    questions: list[Question] = [*QUESTIONS, lambda library: add(library, photos)]
    for question in questions:
        with pytest.raises(LibraryError, match=r"vizsla\.json is damaged .*: restore it from a backup"):
            question(opened())


def test_a_library_made_with_other_weights_can_be_neither_searched_nor_added_to(
    one: Library, photos: Path
) -> None:
    describe(one, encoder={"name": "bundled-3", "digest": "0" * 64, "dimension": one.encoder.dimension})
    with Library(Settings(library=one.directory)) as other:
        make_many(photos, 2)
        with pytest.raises(LibraryError, match=r"made with other weights .*`vizsla reencode`"):
            add(other, photos)


def test_of_many_that_make_a_library_at_once_all_get_the_same(encoder: object, tmp_path: Path) -> None:
    def make(number: int) -> str:
        library = Library(Settings(library=tmp_path / "library"))
        library.__dict__["encoder"] = encoder
        library.make()
        return library.descriptor.created

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(32)))) == 1
    assert [path.name for path in (tmp_path / "library").iterdir()] == ["vizsla.json"]


def test_a_directory_that_cannot_be_made_is_an_error_and_not_a_crash(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    make_many(photos, 1)
    with (
        Library(Settings(library=tmp_path / "file" / "library")) as library,
        pytest.raises(LibraryError, match=r"no library can be made in .*file/library: Not a directory"),
    ):
        add(library, photos)


def test_the_status_counts_what_is_in_the_library(one: Library, photos: Path) -> None:
    one.keys.create(name="valid")
    one.keys.revoke(str(one.keys.all()[0].id))
    one.keys.create(name="other")
    status = one.status()
    assert (status.images, status.indexed, status.keys) == (1, 1, 1)
    assert (status.sources, status.licences, status.formats) == (
        {str(photos): 1},
        {"unknown": 1},
        {"png": 1},
    )


def test_the_first_search_corrects_slips_by_the_words_that_only_the_encoder_knows(one: Library) -> None:
    with Library(Settings(library=one.directory)) as library:
        context = library.search(SearchParameters(q="zebar")).query_context
    assert (context.altered_query, context.alteration_override_query) == ("zebra", "+zebar")


def test_a_library_inside_the_folder_that_is_added_is_passed_over(
    opened: Callable[..., Library], library_directory: Path
) -> None:
    folder = library_directory.parent
    make_many(folder / "photos", 2)
    assert counts(add(opened(), folder)) == (2, 0, 0, 0, 0)
    assert counts(add(opened(), folder)) == (0, 0, 2, 0, 0)
