"""Whether a record is within filters is decided here as an engine decides it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.conftest import scratch
from engines.samples import change
from engines.strategies import fields, filters
from sample_records import record
from vizsla.engines import open_engine
from vizsla.engines.seam import Plan
from vizsla.records import AnyOf, Below, Between, Condition, Filters, is_below, passes


def any_of(column: str, *values: str) -> AnyOf:
    return AnyOf(column, frozenset(values))


@pytest.mark.parametrize(
    ("condition", "within", "outside"),
    [
        (any_of("aspect", "wide", "tall"), {"aspect": "tall"}, {"aspect": "square"}),
        (any_of("colour", "teal"), {"colours": ("red", "teal")}, {"colours": ("red",)}),
        (any_of("kind", "animatedgif"), {"animated": True, "format": "gif"}, {"animated": True}),
        (any_of("adult", "safe"), {}, {"adult": True}),
        (any_of("language", ""), {}, {"language": "en"}),
        (
            any_of("site", "a.example"),
            {"content_url": "https://a.example/b.png"},
            {"content_url": "http://["},
        ),
        (any_of("kind"), None, {}),
        (Between("width", 10, 20), {"width": 20}, {"width": 21}),
        (Between("height", 10), {"height": 10}, {"height": 9}),
        (Between("published"), {"published": 0}, {"published": None}),
        (Between("file_size", 520_192, 520_192), {"file_size": 2**40}, {"file_size": 520_191}),
        (
            Below("site", frozenset({"example.com", "b.example"})),
            {"host_page_url": "https://www.example.com/page"},
            {"host_page_url": "https://notexample.com/page"},
        ),
        (Below("site", frozenset({"example.com"})), {"host_page_url": "https://example.com"}, {}),
        (Below("site", frozenset()), None, {}),
    ],
)
def test_a_record_passes_what_it_holds(
    condition: Condition, within: dict[str, Any] | None, outside: dict[str, Any]
) -> None:
    assert within is None or passes(record(1, **within), (condition,))
    assert not passes(record(1, **outside), (condition,))


def test_a_record_passes_only_if_it_holds_all() -> None:
    one = record(1, width=10, kind="line")
    assert passes(one, ())
    assert passes(one, (Between("width", 10, 10), any_of("kind", "line")))
    assert not passes(one, (Between("width", 10, 10), any_of("kind", "photo")))


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("example.com", True),
        ("www.example.com", True),
        ("a.b.example.com", True),
        ("notexample.com", False),
        ("example.com.evil.example", False),
        ("com", False),
        ("", False),
    ],
)
def test_a_name_is_below_a_domain_only_after_a_dot(name: str, below: bool) -> None:
    assert is_below(name, "example.com") is below


@settings(max_examples=25, deadline=None)
@given(several=st.lists(fields, min_size=1, max_size=30), tried=st.lists(filters, min_size=1, max_size=20))
def test_records_and_the_engine_agree(several: list[dict[str, Any]], tried: list[Filters]) -> None:
    changes = [change(number, **given_fields) for number, given_fields in enumerate(several, 1)]
    with scratch() as directory:
        engine = open_engine(Path(directory) / "index", None)
        assert engine.try_lock()
        engine.apply(changes)
        for within in tried:
            passing = {one.number for one in changes if one.record and passes(one.record, within)}
            assert set(engine.search(Plan(filters=within, limit=100)).numbers) == passing
            assert engine.count(within) == len(passing)
        engine.close()
