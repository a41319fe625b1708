"""Paging through any query by `nextOffset` meets every match once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.reference import ReferenceEngine
from vizsla.engines.local import engine as local
from vizsla.records import AnyOf, Below, Filters, ImageRecord, Vector, passes
from vizsla.search import Searcher
from vizsla.search.filters import filters_of
from vizsla.wire import ImageType, License, SafeSearch, SearchParameters

from .worlds import DIMENSION, HERE, World, ids, record, world

VOCABULARY = ("dog", "cat", "bird", "tree", "red", "big")
QUERIES = st.one_of(
    st.lists(st.sampled_from((*VOCABULARY, "unicorn", "the")), min_size=1, max_size=5).map(" ".join),
    st.sampled_from(('"red dog"', '"big red" tree', "!", '"', "site:b.org", "-dog", "site:a.org OR bird")),
    st.lists(
        st.sampled_from(
            (*VOCABULARY, "-dog", "+red", '"red dog"', "OR", "AND", "(", ")", "site:a.org", "-site:c.a.org")
        ),
        min_size=2,
        max_size=7,
    ).map(" ".join),
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "image_type": st.sampled_from((ImageType.PHOTO, ImageType.LINE, ImageType.SHOPPING)),
        "license": st.sampled_from((License.PUBLIC, License.ALL)),
        "safe_search": st.sampled_from(SafeSearch),
        "min_width": st.integers(1, 4),
        "max_width": st.integers(1, 4),
        "id": st.integers(1, 70).map("{:040x}".format) | st.just("a picture"),
    },
)
WITHIN = st.sampled_from(
    ((), (AnyOf("licence", frozenset({"cc0"})),), (Below("site", frozenset({"a.org"})),))
)
TITLES = st.lists(st.sampled_from(VOCABULARY), max_size=4).map(" ".join)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "title": TITLES,
            "tags": st.lists(st.sampled_from(VOCABULARY), max_size=2).map(tuple),
            "kind": st.sampled_from(("photo", "line")),
            "licence": st.sampled_from(("cc0", "unknown")),
            "adult": st.booleans(),
            "width": st.integers(1, 4),
            "host_page_url": st.sampled_from((None, "http://a.org/1", "https://c.a.org/2", "http://b.org/3")),
        }
    ),
    max_size=60,
)


def pages(
    searcher: Searcher, query: str, count: int, filters: dict[str, Any], within: Filters
) -> Iterator[list[str]]:
    """The image ids of each page, each page beginning where the one before says, up to the one that leads nowhere."""
    offset, total = 0, None
    while True:
        asked = SearchParameters(q=query, count=count, offset=offset, **filters)
        answer = searcher.search(asked, HERE, within)
        assert answer.current_offset == offset
        assert answer.total_estimated_matches == (answer.total_estimated_matches if total is None else total)
        total = answer.total_estimated_matches
        yield ids(answer)
        if answer.next_offset == offset:
            assert offset == total
            return
        assert answer.next_offset == offset + len(answer.value)
        offset = answer.next_offset


def assert_met_once(
    here: World, query: str, count: int, filters: dict[str, Any], within: Filters = ()
) -> None:
    """Pages of the engine hold what the brute-force engine finds at once, and begin with the image named by `id`."""
    reference = ReferenceEngine(DIMENSION)
    reference.apply(here.store.changes(0, 100_000))
    asked = SearchParameters(q=query, count=100_000, **filters)
    expected = ids(here.searcher(reference).search(asked, HERE, within))
    met = [image_id for page in pages(here.searcher(), query, count, filters, within) for image_id in page]
    assert len(met) == len(set(met))
    assert set(met) == set(expected)
    assert met[:1] == leading(here, asked, within, met)


def leading(here: World, asked: SearchParameters, within: Filters, met: list[str]) -> list[str]:
    """The image that has to come first: the one that is asked for, if it may be shown."""
    stored = here.store.find((asked.id or "").upper())
    demands = (*filters_of(asked, int(time.time())), *within)
    return [stored.record.image_id] if stored and passes(stored.record, demands) else met[:1]


def vectors(seed: int, count: int) -> list[Vector]:
    """Of no two the same: which of two equals is among the nearest is nobody's promise."""
    drawn = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    return list(drawn.astype(np.float32))


def shorten(patch: pytest.MonkeyPatch) -> None:
    """Make small libraries have what large ones have: matches behind the fused head, and behind the first fetch."""
    patch.setattr(local, "CANDIDATES", 6)
    patch.setattr("engines.reference.CANDIDATES", 6)
    patch.setattr(local, "FETCHED", 14)


@settings(max_examples=30, deadline=None)
@given(
    library=RECORDS,
    seed=st.none() | st.integers(0, 2**32),
    short=st.booleans(),
    questions=st.lists(st.tuples(QUERIES, st.integers(1, 25), FILTERS, WITHIN), min_size=1, max_size=6),
)
def test_paging_meets_every_match_once(
    library: list[dict[str, Any]],
    seed: int | None,
    short: bool,
    questions: list[tuple[str, int, dict[str, Any], Filters]],
) -> None:
    records: list[ImageRecord] = [record(number, **given) for number, given in enumerate(library, 1)]
    rows = None if seed is None else vectors(seed, len(records))
    with pytest.MonkeyPatch.context() as patch, world(records, rows) as here:
        if short:
            shorten(patch)
        for query, count, filters, within in questions:
            assert_met_once(here, query, count, filters, within)


@pytest.mark.parametrize("query", ["dog", "big dog -bird", '"red dog"', "unicorn", "-cat"])
@pytest.mark.parametrize(
    "filters", [{}, {"image_type": ImageType.LINE}, {"id": f"{77:040X}"}], ids=["all", "lines", "id"]
)
def test_paging_through_more_than_a_thousand_matches(
    large: World, query: str, filters: dict[str, Any]
) -> None:
    assert_met_once(large, query, 150, filters)


@pytest.mark.parametrize("offset", [3000, 2**31 - 1])
def test_a_page_far_behind_more_than_a_thousand_matches_is_empty(large: World, offset: int) -> None:
    answer = large.search("dog", offset=offset, count=150)
    assert answer.value == []
    assert answer.total_estimated_matches == 2500


@pytest.fixture(scope="module")
def large() -> Iterator[World]:
    """More records than an engine fetches at once, with scores of which many are equal."""
    random = np.random.default_rng(5)
    records = [
        record(
            number,
            title=" ".join(("red dog", *random.choice(VOCABULARY, random.integers(0, 3)))),
            kind=("photo", "line")[number % 9 == 0],
        )
        for number in range(1, 2501)
    ]
    with world(records, vectors(5, len(records))) as here:
        yield here
