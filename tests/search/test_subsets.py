"""What a subset demands: each kind narrows, values of one kind widen, and of two safe searches the stricter wins."""

from __future__ import annotations

import pytest

from sample_records import record
from vizsla.records import ImageRecord, passes
from vizsla.search.filters import filters_of
from vizsla.search.subsets import filters_of_subset
from vizsla.state import Subset
from vizsla.wire import InvalidRequest, SafeSearch, SearchParameters

NOW = 1_800_000_000


def made(**fields: object) -> ImageRecord:
    return record(1, **fields)


def within(subset: Subset, one: ImageRecord) -> bool:
    return passes(one, filters_of_subset(subset, NOW))


def test_a_subset_of_nothing_special_holds_everything() -> None:
    assert filters_of_subset(Subset(name="all"), NOW) == ()


def test_several_sites_are_one_or_the_other_with_what_lies_below() -> None:
    subset = Subset(name="a", sites=("example.org", "pictures.example.com"))
    pages = {
        "https://example.org/1": True,
        "https://www.example.org/1": True,
        "https://pictures.example.com/1": True,
        "https://example.com/1": False,
        "https://notexample.org/1": False,
    }
    assert {page: within(subset, made(host_page_url=page)) for page in pages} == pages


def test_several_sources_are_one_or_the_other() -> None:
    subset = Subset(name="a", sources=("/one", "/two"))
    sources = {"/one": True, "/two": True, "/three": False, "/one/more": False}
    assert {source: within(subset, made(source=source)) for source in sources} == sources


def test_filters_sites_and_sources_hold_together() -> None:
    subset = Subset(
        name="a", filters={"minWidth": "600", "license": "Share"}, sites=("example.org",), sources=("/one",)
    )
    fields = {"width": 600, "licence": "by", "host_page_url": "https://example.org/", "source": "/one"}
    assert within(subset, made(**fields))
    for wrong in ({"width": 599}, {"licence": "unknown"}, {"host_page_url": None}, {"source": "/two"}):
        assert not within(subset, made(**(fields | wrong)))


@pytest.mark.parametrize("own", [None, "Off", "Moderate", "Strict"])
@pytest.mark.parametrize("asked", list(SafeSearch))
def test_the_stricter_safe_search_wins(own: str | None, asked: SafeSearch) -> None:
    subset = Subset(name="a", filters={"safeSearch": own} if own else {})
    sent = filters_of(SearchParameters(q="dog", safe_search=asked), NOW)
    shown = passes(made(adult=True), sent + filters_of_subset(subset, NOW))
    assert shown == (asked == SafeSearch.OFF and own in (None, "Off"))


def test_freshness_is_counted_from_the_search() -> None:
    subset = Subset(name="a", filters={"freshness": "Day"})
    assert within(subset, made(discovered=NOW - 3_600))
    assert not within(subset, made(discovered=NOW - 90_000))


def test_a_value_that_is_none_is_told() -> None:
    with pytest.raises(InvalidRequest):
        filters_of_subset(Subset(name="a", filters={"size": "enormous"}), NOW)
