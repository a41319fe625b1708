"""Whether a query asks for adult pictures is told, and changes nothing else."""

from __future__ import annotations

import pytest

from vizsla.search.company import UNFIT
from vizsla.search.intent import ADULT
from vizsla.wire import SafeSearch, SearchParameters, encode

from .worlds import HERE, ids, record, world


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        *((query, True) for query in ("nude", "NUDE women", '"naked man"', "art OR porn", "intitle:sexy")),
        *((query, None) for query in ("dog", "art -nude", "cock", "great tits", "pussy cat", "-xxx")),
    ],
)
def test_a_query_that_asks_for_adult_pictures_is_told(query: str, asks: bool | None) -> None:
    with world([record(1, title=query), record(2, title=query, adult=True)]) as here:
        answer = here.search(query)
        assert answer.query_context.adult_intent is asks
        assert (b"adultIntent" in encode(answer)) is bool(asks)
        assert f"{2:040X}" not in ids(answer)


def test_safe_search_holds_whatever_is_asked_for() -> None:
    with world([record(1, title="a nude"), record(2, title="a nude", adult=True)]) as here:
        searcher = here.searcher()
        for safe_search, count in (("Strict", 1), ("Moderate", 1), ("Off", 2)):
            wanted = SearchParameters(q="nude", safe_search=SafeSearch(safe_search))
            assert len(searcher.search(wanted, HERE).value) == count


def test_words_that_ask_for_adult_pictures_are_mostly_never_suggested() -> None:
    assert len(ADULT & UNFIT) > len(ADULT) / 2
