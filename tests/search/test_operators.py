"""docs/contract.md is run: what it says about operators is what is demanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.engines.seam import All, Any, Holds, Match, Not, Words
from vizsla.records import AnyOf, Below, Between, Condition
from vizsla.search.grammar import KEYWORDS
from vizsla.search.operators import DEMANDING, LOOKING, PREFERRING, SAYING, SILENT
from vizsla.search.query import read

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text("utf-8")


def rows() -> Iterator[list[str]]:
    section = PAGE.partition("\n## What a query says\n")[2].partition("\n## ")[0]
    for line in [line for line in section.splitlines() if line.startswith("|")][2:]:
        yield [cell.strip().strip("`") for cell in line.strip("|").split("|")][:3]


ROWS = list(rows())


def told(match: Match | None) -> str:
    """A match in the words of the page."""
    match match:
        case None:
            return "-"
        case Words():
            text = f'"{match.text}"' if match.phrase else match.text
            return f"{match.field}:{text}" if match.field else text
        case Not():
            return f"not {told(match.part)}"
        case Holds():
            return condition(match.condition)
        case All():
            return f"all ({', '.join(map(told, match.parts))})"
        case Any():
            return some(match)


def some(match: Any) -> str:
    parts = ", ".join(map(told, match.parts))
    if match.minimum == 0:
        return f"maybe {parts}"
    if len(match.parts) == 1:
        return parts
    return f"any ({parts})" if match.minimum == 1 else f"{match.minimum} of ({parts})"


def condition(held: Condition) -> str:
    match held:
        case AnyOf():
            return f"{held.column} is {' or '.join(sorted(held.values))}"
        case Below():
            return f"{held.column} below {' or '.join(sorted(held.domains))}"
        case Between():
            raise AssertionError("no operator is about a number")


@pytest.mark.parametrize(("query", "found", "demanded"), ROWS, ids=[row[0] for row in ROWS])
def test_queries_are_read_as_the_page_says(query: str, found: str, demanded: str) -> None:
    question = read(query)
    assert told(question.words) == found
    assert told(question.demand) == demanded


def test_the_page_has_a_row_for_every_operator() -> None:
    shown = " ".join(row[0] for row in ROWS).lower()
    assert [name for name in KEYWORDS if f"{name}:" not in shown] == []
    for sign in ('"', "+", "-", "NOT", "AND", "OR", "("):
        assert any(sign in row[0] for row in ROWS)


def test_every_operator_does_one_thing() -> None:
    kinds = [set(DEMANDING), set(PREFERRING), set(SAYING), set(SILENT)]
    assert sorted(name for kind in kinds for name in kind) == sorted(KEYWORDS)
    assert set(LOOKING) <= {*KEYWORDS, ""}


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("example.org", {"example.org"}),
        ("WWW.Example.ORG.", {"www.example.org"}),
        ("*.example.org", {"example.org"}),
        (".org", {"org"}),
        ("ftp://user:word@example.org:21/x?y#z", {"example.org"}),
        ("köln.de", {"köln.de", "xn--kln-sna.de"}),
        ("xn--kln-sna.de", {"köln.de", "xn--kln-sna.de"}),
        ("[2001:db8::1]:80", {"2001:db8::1"}),
        ("https://?x", {"?"}),
    ],
)
def test_a_site_is_the_host_of_whatever_address_is_written(written: str, names: set[str]) -> None:
    assert read(f"site:{written}").demand == Holds(Below("site", frozenset(names)))


VALUES = st.from_regex(re.compile(r'[^\s"“”„‟＂()|]*\w[^\s"“”„‟＂()|]*'), fullmatch=True)


@given(st.sampled_from(KEYWORDS), VALUES)
def test_any_value_is_read(keyword: str, value: str) -> None:
    demand = read(f"{keyword}:{value}").demand
    assert isinstance(demand, Holds | Words) == (keyword in DEMANDING)
