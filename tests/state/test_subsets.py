"""Subsets: found by their name as clients write it, kept until they are deleted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from vizsla.state import State, Subset

GUID = "3F2504E0-4F89-11D3-9A0C-0305E82C3301"

SHOP = Subset(
    name="shop",
    filters={"license": "Share", "minWidth": "600", "safeSearch": "Strict"},
    sites=("example.org", "pictures.example.com"),
    sources=("/srv/pictures", "/srv/drawings"),
)


@pytest.mark.parametrize("name", ["shop", "a", "2", "3078154301", GUID, "x" * 64, "with-minus_and_line"])
def test_a_subset_is_found_by_its_name_in_either_case(state: State, name: str) -> None:
    assert state.subsets.save(Subset(name=name, sites=("example.org",))) is False
    state.subsets.save(Subset(name="other"))
    for asked in (name, name.upper(), name.lower()):
        found = state.subsets.find(asked)
        assert found
        assert (found.name, found.sites) == (name, ("example.org",))


def test_a_subset_is_kept_whole_with_the_time_of_its_making(state: State, file: Path) -> None:
    state.subsets.save(SHOP)
    state.close()
    again = State(file)
    found = again.subsets.find("shop")
    again.close()
    assert found
    assert abs(found.created - time.time()) < 60
    assert found == Subset(
        name="shop", filters=SHOP.filters, sites=SHOP.sites, sources=SHOP.sources, created=found.created
    )


def test_saving_again_replaces(state: State) -> None:
    state.subsets.save(SHOP)
    assert state.subsets.save(Subset(name="SHOP", sites=("example.net",))) is True
    (found,) = state.subsets.all()
    assert (found.name, found.filters, found.sites) == ("SHOP", {}, ("example.net",))


def test_subsets_are_listed_by_name(state: State) -> None:
    for name in ("b", "C", "a"):
        state.subsets.save(Subset(name=name))
    assert [subset.name for subset in state.subsets.all()] == ["a", "b", "C"]


def test_what_is_deleted_is_not_found(state: State) -> None:
    state.subsets.save(SHOP)
    state.subsets.save(Subset(name="other"))
    assert state.subsets.delete("Shop") is True
    assert state.subsets.delete("Shop") is False
    assert state.subsets.find("shop") is None
    assert [subset.name for subset in state.subsets.all()] == ["other"]


@pytest.mark.parametrize(
    "name", ["", " ", "two words", "x" * 65, "ä", "a/b", "a\n", "a\0", "'; DROP TABLE subsets; --"]
)
def test_other_names_are_none(state: State, name: str) -> None:
    state.subsets.save(SHOP)
    with pytest.raises(ValueError, match="letters, digits"):
        state.subsets.save(Subset(name=name))
    assert state.subsets.find(name) is None
    assert state.subsets.delete(name) is False
    assert len(state.subsets.all()) == 1
