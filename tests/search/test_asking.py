"""What a request says besides its words: operators, the image to come first, subsets, markets, places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from vizsla.records import AnyOf, Below, Filters
from vizsla.search import Addresses, Searcher
from vizsla.store import Entry
from vizsla.wire import Images, Location, SafeSearch, SearchParameters

from .worlds import HERE, World, direction, ids, record, world

# What a record is about, told by the number that its image id ends in.
RECORDS = [
    record(1, title="red dog", host_page_url="http://a.org/1", format="png", licence="cc0"),
    record(2, title="dog red", host_page_url="https://www.a.org/2", format="jpeg"),
    record(3, title="red cat", description="a dog sleeps beside", content_url="http://b.org/3.jpg"),
    record(4, title="black cat", tags=("red dog",), language="de"),
    record(5, title="bird", language="de-AT", licence="cc0"),
    record(6, title="red dog", adult=True, host_page_url="http://a.org/6"),
]


@pytest.fixture(scope="module")
def here() -> Iterator[World]:
    with world(RECORDS) as made:
        yield made


def numbers(answer: Images) -> list[int]:
    return [int(image_id, 16) for image_id in ids(answer)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"red dog"', {1, 4}),
        ('"red dog" bird', {1, 4}),
        ("dog -red", set()),
        ("dog -black", {1, 2, 3}),
        ("cat OR bird", {3, 4, 5}),
        ("cat | bird -black", {3, 4, 5}),
        ("(cat OR bird) -black", {3, 5}),
        ("red AND bird", set()),
        ("+bird red dog", {5}),
        ("site:a.org", {1, 2}),
        ("site:a.org -site:www.a.org", {1}),
        ("site:www.a.org OR site:b.org", {2, 3}),
        ("dog site:b.org", {3}),
        ("filetype:png dog", {1}),
        ("dog ext:jpg", {2, 3, 4}),
        ("intitle:dog", {1, 2}),
        ("inbody:dog", {3}),
        ("language:de", {4, 5}),
        ("language:de-AT", {5}),
        ("-dog", {5}),
        ("filetype:pdf", set()),
        ("prefer:red cat", {3, 4}),
        ("!", {1, 2, 3, 4, 5}),
    ],
)
def test_operators_choose_the_pictures(here: World, query: str, found: set[int]) -> None:
    answer = here.search(query)
    assert set(numbers(answer)) == found
    assert answer.total_estimated_matches == len(found)


def test_operators_hold_for_what_is_found_by_looks() -> None:
    vectors = [direction("puppy")] * 3
    records = [
        record(1, title="dog", host_page_url="http://a.org"),
        record(2, title="x", host_page_url="http://b.org"),
        record(3, title="cat", host_page_url="http://a.org"),
    ]
    with world(records, vectors) as made:
        assert set(numbers(made.search("puppy"))) == {1, 2, 3}
        assert set(numbers(made.search("puppy site:a.org"))) == {1, 3}
        assert set(numbers(made.search("puppy -cat"))) == {1, 2}
        assert set(numbers(made.search('"puppy"'))) == set()


def test_with_nothing_but_operators_the_newest_come_first(here: World) -> None:
    assert numbers(here.search("-bird")) == [4, 3, 2, 1]
    assert numbers(here.search("site:a.org")) == [2, 1]


def test_a_site_does_not_switch_safe_search_off(here: World) -> None:
    assert 6 not in numbers(here.search("site:a.org"))
    assert 6 not in numbers(here.search("site:a.org", safe_search=SafeSearch.STRICT))
    assert 6 in numbers(here.search("site:a.org", safe_search=SafeSearch.OFF))


@pytest.mark.parametrize("offset", range(4))
def test_the_image_that_is_named_comes_first_and_once(here: World, offset: int) -> None:
    """Picture 5 has nothing of the words."""
    answer = here.search("dog", id=f" {5:040x} ", offset=offset, count=2)
    everything = [5, *numbers(here.search("dog"))]
    assert numbers(answer) == everything[offset : offset + 2]
    assert answer.total_estimated_matches == len(everything)
    assert answer.next_offset == offset + len(answer.value)


def test_an_empty_page_counts_the_image_that_is_named(here: World) -> None:
    answer = here.search("dog", id=f"{5:040X}", count=0)
    assert (answer.value, answer.next_offset, answer.total_estimated_matches) == ([], 0, 5)


def test_one_that_the_words_find_changes_its_place_only(here: World) -> None:
    answer = here.search("dog", id=f"{4:040X}")
    assert numbers(answer)[0] == 4
    assert sorted(numbers(answer)) == [1, 2, 3, 4]
    assert answer.total_estimated_matches == 4


@pytest.mark.parametrize(
    ("image_id", "filters"),
    [
        ("cat", {}),
        (f"{99:040X}", {}),
        (f"{6:040X}", {}),
        (f"{2:040X}", {"license": "Public"}),
        (f"{5:040X}", {"min_width": 10_000}),
    ],
)
def test_an_image_that_is_not_there_or_not_let_through_is_not_named(
    here: World, image_id: str, filters: dict[str, Any]
) -> None:
    assert here.search("dog", id=image_id, **filters) == here.search("dog", **filters)


def within(here: World, query: str, narrowed: Filters, **parameters: Any) -> list[int]:
    asked = SearchParameters(q=query, **parameters)
    return numbers(here.searcher().search(asked, HERE, narrowed))


def test_a_search_within_a_subset_finds_nothing_else(here: World) -> None:
    free = (AnyOf("licence", frozenset({"cc0"})),)
    assert set(within(here, "dog", free)) == {1}
    assert set(within(here, "dog", free, id=f"{5:040X}")) == {5, 1}
    assert set(within(here, "dog", free, id=f"{2:040X}")) == {1}
    assert within(here, "dog OR bird", (*free, Below("site", frozenset({"b.org"})))) == []


def test_in_a_strict_market_safe_search_is_strict(here: World) -> None:
    searcher = Searcher(here.store, here.engine, lambda: here.encoder, strict_markets=("de-DE",))

    def found(market: str | None, **parameters: Any) -> list[int]:
        asked = SearchParameters(q='"red dog"', safe_search=SafeSearch.OFF, **parameters)
        answer = searcher.search(asked, HERE, market=market)
        for query in answer.related_searches:
            assert query.thumbnail
            assert "adlt=strict" in str(query.thumbnail.url)
        return sorted(numbers(answer))

    assert found(None) == found("de-AT") == [1, 4, 6]
    assert found("de-DE") == found(None, mkt="de-DE") == found(None, cc="DE") == [1, 4]


SEATTLE = Location(lat=47.6, long=-122.3)


@pytest.mark.parametrize(
    "query", ["dogs near me", "Nearby dogs", "dog parks closest to us", "dogs around here"]
)
def test_who_asks_for_something_near_is_to_be_asked_where(here: World, query: str) -> None:
    asked = SearchParameters(q=query)
    assert here.searcher().search(asked, HERE).query_context.ask_user_for_location is True
    assert here.searcher().search(asked, HERE, location=SEATTLE).query_context.ask_user_for_location is None


@pytest.mark.parametrize("query", ["dog", "near mess", "nearly", "around the world"])
def test_others_are_not(here: World, query: str) -> None:
    assert here.search(query).query_context.ask_user_for_location is None


def test_a_read_link_is_absolute_for_an_sdk(here: World) -> None:
    asked = SearchParameters(q="red dog")
    assert here.search("red dog").read_link == "images/search?q=red dog"
    answer = here.searcher().search(asked, HERE.absolute())
    assert answer.read_link == f"{HERE.base}/v7.0/images/search?q=red dog"
    assert HERE.absolute().content(record(1)) == HERE.content(record(1))


def test_copies_are_counted() -> None:
    with world([record(1, title="dog")]) as made:
        copy = [record(number, title="x", content_id=record(1).content_id) for number in (2, 3)]
        made.store.put(made.store.source("folder", "/more"), [Entry(one, "") for one in copy])
        (dog,) = made.search("dog").value
        assert dog.insights_metadata.pages_including_count == 3
        assert dog.insights_metadata.available_sizes_count == 1


def test_an_image_alone_is_its_only_copy(here: World) -> None:
    (bird,) = here.search("bird").value
    assert bird.insights_metadata.pages_including_count == 1
    assert Addresses("").read_link("a&b") == "images/search?q=a&b"
