"""Templates: what a page says, whatever it is given."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import sample_records
from vizsla.records import ImageRecord
from vizsla.search import Addresses, images_of
from vizsla.web import STATIC, Copy, Pages
from vizsla.web.pages import CHOICES, LABELS
from vizsla.wire import Images, Pivot, Query, QueryContext, SearchParameters, parse_search

BASE = "http://127.0.0.1:8000"
HOSTILE = "\"'><script>alert(1)</script>{{ 7 * 7 }}{% raw %}\u202e\0"


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages()


def record(**fields: Any) -> ImageRecord:
    return sample_records.record(0, **({"key": "1.jpg"} | fields))


def picture(pages: Pages, query: str = "", **fields: Any) -> str:
    shown = record(**fields)
    (image,) = images_of([shown], query, Addresses(BASE))
    return pages.picture(BASE, shown, image, query)


def results(pages: Pages, total: int, count: int, offset: int = 0) -> str:
    found = images_of([record()] * count, "dog", Addresses(BASE))
    answer = Images(
        value=found, total_estimated_matches=total, current_offset=offset, next_offset=offset + count
    )
    return pages.results(BASE, SearchParameters(q="dog", count=35, offset=offset), answer)


def test_every_choice_is_one_that_the_api_takes() -> None:
    for name, _, values in CHOICES:
        for value in values:
            parse_search([("q", "dog"), (name, str(value))])


def test_every_filter_by_a_list_of_values_is_offered() -> None:
    assert {name for name, _, _ in CHOICES} == {
        *("imageType", "color", "size", "aspect", "license", "imageContent", "freshness", "safeSearch"),
    }


def test_every_label_is_of_a_choice() -> None:
    offered = {str(value) for _, _, values in CHOICES for value in values}
    assert set(LABELS) <= offered


@pytest.mark.parametrize("field", ["title", "description", "creator", "key", "names", "host_page_url"])
def test_words_of_strangers_are_text(pages: Pages, field: str) -> None:
    html = picture(pages, HOSTILE, **{field: HOSTILE, "tags": (HOSTILE,)})
    assert "<script" not in html
    assert "49" not in html
    assert "&#34;&#39;&gt;&lt;script&gt;" in html


@pytest.mark.parametrize(("count", "words"), [(0, "0 pictures"), (1, "1 picture,"), (1234, "1,234 pictures")])
def test_pictures_are_counted_as_people_do(pages: Pages, count: int, words: str) -> None:
    newest = images_of([record()] * min(count, 1), "", Addresses(BASE))
    assert words in pages.home(BASE, newest, count)


@pytest.mark.parametrize(
    ("total", "count", "offset", "words"),
    [
        (0, 0, 0, "Nothing was found"),
        (1, 1, 0, "1 result<"),
        (2000, 35, 0, "2,000 results<"),
        (3, 0, 70, "There are no results on this page"),
    ],
)
def test_results_are_counted_as_people_do(
    pages: Pages, total: int, count: int, offset: int, words: str
) -> None:
    assert words in results(pages, total, count, offset)


@pytest.mark.parametrize(
    ("total", "count", "offset", "previous", "following"),
    [
        (35, 35, 0, None, None),
        (36, 35, 0, None, "35"),
        (36, 1, 35, "0", None),
        (100, 35, 10, "0", "45"),
        (100, 35, 40, "5", "75"),
        (3, 0, 70, "35", None),
    ],
)
def test_neighbours_are_named_where_there_are_some(
    pages: Pages, total: int, count: int, offset: int, previous: str | None, following: str | None
) -> None:
    html = results(pages, total, count, offset)
    named = {rel: at for at, rel in re.findall(r'offset=([0-9]+)" rel="(\w+)"', html)}
    assert (named.get("prev"), named.get("next")) == (previous, following)


KEPT = [("count", "20"), ("mkt", "de-DE"), ("safeSearch", "Off"), ("freshness", "Week"), ("license", "Any")]
GIVEN = [("q", "red dgo"), ("offset", "20"), ("id", "0" * 40), *KEPT]


def leading_on(text: str) -> list[Query]:
    address = Addresses(BASE).results(text, "IRPATC")
    return [Query(text=text, display_text=text, web_search_url=address)]


@pytest.mark.parametrize(
    "text", ["red dog puppy", "blue dog", "hound & <b>", "wolf", "+red dgo"], ids=lambda text: text.split()[0]
)
def test_other_queries_are_asked_within_the_same_filters(pages: Pages, text: str) -> None:
    answer = Images(
        query_context=QueryContext(
            original_query="red dgo", altered_query="red dog", alteration_override_query="+red dgo"
        ),
        query_expansions=leading_on("red dog puppy"),
        pivot_suggestions=[Pivot(pivot="red", suggestions=leading_on("blue dog"))],
        similar_terms=leading_on("hound & <b>"),
        related_searches=leading_on("wolf"),
    )
    html = pages.results(BASE, parse_search(GIVEN), answer)
    links = [urlsplit(unescape(link)) for link in re.findall(r'<a href="([^"]+)"', html)]
    (asked,) = [pairs for link in links if dict(pairs := parse_qsl(link.query)).get("q") == text]
    assert sorted(pair for pair in asked if pair[0] not in ("q", "FORM")) == sorted(KEPT)


def test_what_may_stand_for_a_word_stands_behind_it(pages: Pages) -> None:
    pivots = [Pivot(pivot=word, suggestions=leading_on(f"other {word}")) for word in ("red", "<dog>")]
    html = pages.results(BASE, SearchParameters(q="red <dog>"), Images(pivot_suggestions=pivots))
    assert re.search(r"Instead of “red”.*other red</a>\s*</p>\s*<p.*Instead of “&lt;dog&gt;”", html)


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (234_567, "235 kB"), (12_345_678, "12.3 MB")],
)
def test_sizes_are_told_as_people_do(pages: Pages, size: int, words: str) -> None:
    assert f"640 × 480 jpeg, {words}" in picture(pages, file_size=size)


def test_copies_are_told_with_their_sizes_and_lead_to_their_pages(pages: Pages) -> None:
    shown, other = record(), sample_records.record(1, key=HOSTILE, width=200, height=100, format="webp")
    image, copy = images_of([shown, other], "dog", Addresses(BASE))
    html = pages.picture(BASE, shown, image, "dog", copies=[Copy(other, copy)])
    assert f'<a href="{copy.web_search_url.replace("&", "&amp;")}">200 × 100 webp, 1 kB</a>' in html
    assert "<script" not in html


def test_a_picture_that_says_nothing_has_a_page(pages: Pages) -> None:
    html = picture(pages)
    assert "<h1>1.jpg</h1>" in html
    assert "Creator" not in html
    assert "Back to" not in html
    assert "Also here" not in html


def test_every_address_begins_with_the_base(pages: Pages) -> None:
    base = "https://pictures.example.com/v"
    html = pages.home(base, images_of([record()], "", Addresses(base)), 1)
    used = re.findall(r'(?:href|src|action)="([^"]+)"', html)
    assert used
    assert all(one.startswith(base) for one in used)


def test_what_the_pages_use_is_there(pages: Pages) -> None:
    used = re.findall(r'/static/([\w.]+)"', pages.sorry(BASE, ""))
    assert set(used) == {path.name for path in STATIC.iterdir()}
