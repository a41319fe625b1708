"""What an owner says of a source goes before what the classifier would say."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from vizsla.analyse import adult
from vizsla.library import AdultChoice, Choices, Library
from vizsla.wire import SafeSearch, SearchParameters

from .conftest import add, counts, records
from .pictures import make


@pytest.fixture
def all_suspected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The classifier calls every picture adult that it looks at; grey ones it does look at."""
    monkeypatch.setattr(adult, "THRESHOLD", 0.0)
    monkeypatch.setattr(adult, "DRAWN_THRESHOLD", 0.0)


def grey(folder: Path) -> None:
    Image.new("RGB", (40, 30), (130, 130, 130)).save(folder / "grey.png")


@pytest.mark.usefixtures("all_suspected")
@pytest.mark.parametrize(("choice", "expected"), [(None, True), ("auto", True), ("yes", True), ("no", False)])
def test_the_owner_decides_or_leaves_it_to_the_classifier(
    library: Library, photos: Path, choice: AdultChoice | None, expected: bool
) -> None:
    grey(photos)
    add(library, photos, Choices(adult=choice))
    (record,) = records(library).values()
    assert record.adult is expected
    assert ("adult" in record.analysers) == (choice in (None, "auto"))


def test_a_source_that_is_said_to_be_adult_is_found_with_safe_search_off_alone(
    library: Library, photos: Path
) -> None:
    make(photos / "lighthouse.png", 1)
    add(library, photos, Choices(adult="yes"))
    found = {
        safe: library.search(SearchParameters(q="lighthouse", safe_search=safe)).value for safe in SafeSearch
    }
    assert {safe: len(images) for safe, images in found.items()} == {
        SafeSearch.OFF: 1,
        SafeSearch.MODERATE: 0,
        SafeSearch.STRICT: 0,
    }
    assert found[SafeSearch.OFF][0].is_family_friendly is False


def test_what_was_said_is_remembered_until_something_else_is_said(library: Library, photos: Path) -> None:
    make(photos / "a.png", 1)
    add(library, photos, Choices(adult="yes"))
    make(photos / "b.png", 2)
    assert counts(add(library, photos))[:3] == (1, 0, 1)
    assert [record.adult for record in records(library).values()] == [True, True]
    assert counts(add(library, photos, Choices(adult="auto")))[:3] == (0, 2, 0)
    assert [record.adult for record in records(library).values()] == [False, False]
