"""Every v7 filter: from the parameter to the condition, and from the condition to the records."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizsla.records import AnyOf, Between, Condition, ImageRecord
from vizsla.search.filters import ROWS, filters_of
from vizsla.wire import (
    SEARCH_PARAMETERS,
    Aspect,
    Color,
    Freshness,
    ImageContent,
    ImageType,
    License,
    SafeSearch,
    SearchParameters,
    Size,
)

from .worlds import ids, record, world

DAY = 86_400
NOW = 1_800_000_000
SAFE = AnyOf("adult", frozenset({"safe"}))

LICENCES = {
    License.PUBLIC: {"cc0"},
    License.MODIFY_COMMERCIALLY: {"cc0", "by", "by-sa"},
    License.MODIFY: {"cc0", "by", "by-sa", "by-nc", "by-nc-sa"},
    License.SHARE_COMMERCIALLY: {"cc0", "by", "by-sa", "by-nd"},
    License.SHARE: {"cc0", "by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd"},
    License.ANY: {"cc0", "by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd"},
}


def any_of(column: str, *values: str) -> AnyOf:
    return AnyOf(column, frozenset(values))


Case = tuple[dict[str, Any], list[Condition]]


def members(field: str, column: str, enum: type[StrEnum]) -> list[Case]:
    """A parameter whose values are those of a column, but for the case of their letters."""
    return [({field: value}, [SAFE, any_of(column, value.lower())]) for value in enum if value != "All"]


def licences() -> list[Case]:
    return [({"license": value}, [SAFE, any_of("licence", *codes)]) for value, codes in LICENCES.items()]


CASES: list[Case] = [
    ({}, [SAFE]),
    ({"safe_search": SafeSearch.STRICT}, [SAFE]),
    ({"safe_search": SafeSearch.OFF}, []),
    *members("aspect", "aspect", Aspect),
    *members("color", "colour", Color),
    *members("image_type", "kind", ImageType),
    *members("image_content", "face", ImageContent),
    *members("size", "size", Size),
    *licences(),
    ({"aspect": Aspect.ALL, "size": Size.ALL, "license": License.ALL}, [SAFE]),
    ({"freshness": Freshness.DAY}, [SAFE, Between("discovered", NOW - DAY)]),
    ({"freshness": Freshness.WEEK}, [SAFE, Between("discovered", NOW - 7 * DAY)]),
    ({"freshness": Freshness.MONTH}, [SAFE, Between("discovered", NOW - 30 * DAY)]),
    ({"height": 7}, [SAFE, Between("height", 7, 7)]),
    ({"width": 0}, [SAFE, Between("width", 0, 0)]),
    ({"min_height": 7}, [SAFE, Between("height", 7, None)]),
    ({"max_width": 9}, [SAFE, Between("width", None, 9)]),
    ({"min_width": 7, "max_width": 9}, [SAFE, Between("width", 7, 9)]),
    ({"min_file_size": 0, "max_file_size": 5}, [SAFE, Between("file_size", 0, 5)]),
    ({"width": 5, "max_width": 3}, [SAFE, Between("width", 5, 5), Between("width", None, 3)]),
]


@pytest.mark.parametrize(("asked", "conditions"), CASES, ids=[str(asked) for asked, _ in CASES])
def test_each_filter_is_its_condition(asked: dict[str, Any], conditions: list[Condition]) -> None:
    assert list(filters_of(SearchParameters(q="x", **asked), NOW)) == conditions


def test_every_filter_of_the_contract_has_a_row() -> None:
    """Whoever adds a parameter decides here whether it filters."""
    others = {"q", "count", "offset", "mkt", "cc", "set_lang", "id"}
    given = {name for asked, _ in CASES for name in asked}
    bounds = {"max_height"}  # the twin of one that is given
    assert given | bounds | others == {row.field for row in SEARCH_PARAMETERS}
    assert len(ROWS) == 13


# From here to the records: the same question answered by a plain reading of the reference, section 4.2.

Holds = Callable[[ImageRecord, Any], bool]


def _kind(record: ImageRecord, wanted: str) -> bool:
    moving = record.animated and record.format == "gif"
    return {
        "Photo": record.kind == "photo" and not moving,
        "Clipart": record.kind == "clipart" and not moving,
        "Line": record.kind == "line" and not moving,
        "AnimatedGif": moving,
        "AnimatedGifHttps": moving and str(record.content_url).startswith("https://"),
        "Transparent": record.transparent,
        "Shopping": False,
    }[wanted]


def _colour(record: ImageRecord, wanted: str) -> bool:
    if wanted in ("ColorOnly", "Monochrome"):
        return record.monochrome == (wanted == "Monochrome")
    return wanted.lower() in record.colours


def _clamped(size: int) -> int:
    return min(size, 520_192)


HOLDS: Mapping[str, Holds] = {
    "aspect": lambda record, value: value in ("All", record.aspect.capitalize()),
    "color": _colour,
    "freshness": lambda record, value: (
        record.discovered >= time.time() - {"Day": 1, "Week": 7, "Month": 30}[value] * DAY
    ),
    "height": lambda record, value: record.height == value,
    "width": lambda record, value: record.width == value,
    "min_height": lambda record, value: record.height >= value,
    "max_height": lambda record, value: record.height <= value,
    "min_width": lambda record, value: record.width >= value,
    "max_width": lambda record, value: record.width <= value,
    "min_file_size": lambda record, value: _clamped(record.file_size) >= value,
    "max_file_size": lambda record, value: _clamped(record.file_size) <= value,
    "image_content": lambda record, value: value.lower() in record.faces,
    "image_type": _kind,
    "license": lambda record, value: value == "All" or record.licence in LICENCES[value],
    "safe_search": lambda record, value: value == "Off" or not record.adult,
    "size": lambda record, value: value == "All" or value.lower() in record.size_classes,
}

SIDES = st.sampled_from((1, 199, 200, 640, 1920))
SIZES = st.sampled_from((0, 1000, 520_191, 520_192, 520_193, 10**8))


def member(enum: type[StrEnum]) -> st.SearchStrategy[StrEnum]:
    return st.sampled_from(list(enum))


ASKED = st.fixed_dictionaries(
    {},
    optional={
        "aspect": member(Aspect),
        "color": member(Color),
        "freshness": member(Freshness),
        "image_content": member(ImageContent),
        "image_type": member(ImageType),
        "license": member(License),
        "safe_search": member(SafeSearch),
        "size": member(Size),
        **dict.fromkeys(("min_file_size", "max_file_size"), SIZES.map(_clamped)),
        **dict.fromkeys(("height", "width", "min_height", "max_height", "min_width", "max_width"), SIDES),
    },
)


def some_of(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=3).map(tuple)


@st.composite
def fields(draw: st.DrawFn) -> dict[str, Any]:
    moving = draw(st.booleans())
    return {
        "title": "picture",
        "aspect": draw(st.sampled_from(("square", "wide", "tall"))),
        "size_classes": draw(some_of("small", "medium", "large", "wallpaper")),
        "colours": draw(some_of("black", "blue", "red", "white", "teal")),
        "monochrome": draw(st.booleans()),
        "animated": moving,
        "transparent": not moving and draw(st.booleans()),
        "format": draw(st.sampled_from(("gif", "jpeg"))),
        "kind": draw(st.sampled_from(("photo", "clipart", "line"))),
        "faces": draw(some_of("face", "portrait")),
        "adult": draw(st.booleans()),
        "licence": draw(st.sampled_from(("unknown", *sorted(LICENCES[License.ANY])))),
        "content_url": draw(st.sampled_from((None, "http://a.example/1", "https://a.example/1"))),
        "width": draw(SIDES),
        "height": draw(SIDES),
        "file_size": draw(SIZES),
        # An hour off the limits: searching takes time.
        "discovered": int(time.time()) - draw(st.sampled_from((0, 1, 7, 30, 400))) * DAY + 3600,
    }


@settings(max_examples=15, deadline=None)
@given(library=st.lists(fields(), max_size=40), questions=st.lists(ASKED, min_size=1, max_size=12))
def test_filters_let_through_exactly_what_a_plain_reading_does(
    library: list[dict[str, Any]], questions: list[dict[str, Any]]
) -> None:
    records = [record(number, **given) for number, given in enumerate(library, 1)]
    with world(records) as here:
        for asked in questions:
            demands = {"safe_search": SafeSearch.MODERATE} | asked
            passing = {
                one.image_id
                for one in records
                if all(HOLDS[name](one, value) for name, value in demands.items())
            }
            answer = here.search("picture", count=150, **asked)
            assert set(ids(answer)) == passing
            assert answer.total_estimated_matches == len(passing)
