"""Our own addresses in answers: each is one address, whatever the query holds."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.search import Addresses, images_of
from vizsla.wire import Image, ThumbnailId

from .worlds import HERE, record

HOSTILE = [
    "a&id=0&view=detailv2",
    'dog" onerror="alert(1)',
    "<script>alert(1)</script>",
    "dog#fragment",
    "dog?x=1;y=2",
    "a b+c%20d%",
    "línea\nwith\r\nends\0",
    "../../etc/passwd",
    "🐕 犬",
]


def query_of(address: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def image(query: str, addresses: Addresses = HERE, **fields: Any) -> Image:
    (shown,) = images_of([record(1, **fields)], query, addresses)
    return shown


def addresses_of(shown: Image) -> list[str]:
    """Every address of ours in an image."""
    best = shown.insights_metadata.best_representative_query
    assert best
    assert best.web_search_url
    ours = [shown.web_search_url, shown.thumbnail_url, shown.content_url, shown.host_page_url]
    return [*ours, best.web_search_url]


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_query_stays_one_parameter(query: str) -> None:
    shown = image(query)
    for address in (HERE.results(query, "OIIARP"), shown.web_search_url, addresses_of(shown)[-1]):
        assert query_of(address)["q"] == query
    for address in addresses_of(shown):
        assert address.isascii()
        assert address.isprintable()
        assert not set(address) & set(" \"'<>#\\")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_query_comes_back_from_its_address(query: str) -> None:
    assert query_of(HERE.results(query, "OIIARP")) == ({"q": query, "FORM": "OIIARP"})


def test_addresses_are_as_the_reference_has_them() -> None:
    assert HERE.results("tropical ocean", "X") == f"{HERE.base}/images/search?q=tropical+ocean&FORM=X"
    page = urlsplit(image("tropical ocean").web_search_url)
    assert page.path == "/images/search"
    assert list(parse_qs(page.query)) == ["view", "FORM", "q", "id", "simid"]
    assert "q" not in query_of(image("").web_search_url)


def test_a_thumbnail_has_a_question_mark_and_takes_more_parameters() -> None:
    shown = image("dog", content_id=bytes(range(16)), thumbnail_width=474, thumbnail_height=355)
    sent = query_of(shown.thumbnail_url + "&w=100&h=50")
    assert (sent["pid"], sent["w"], sent["h"]) == ("Api", "100", "50")
    assert ThumbnailId.parse(sent["id"]) == ThumbnailId(bytes(range(16)), 474, 355)


def test_every_address_begins_with_the_base() -> None:
    base = "https://pictures.example.org/vizsla"
    assert all(address.startswith(f"{base}/") for address in addresses_of(image("dog", Addresses(base))))


def test_an_owners_addresses_are_left_alone() -> None:
    shown = image("dog", content_url="https://a.example/ü?x=1&y", host_page_url="http://b.example/#top")
    assert shown.content_url == "https://a.example/ü?x=1&y"
    assert shown.host_page_url == "http://b.example/#top"
