"""From what somebody typed to what a record must hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.engines.seam import Any, Words
from vizsla.search.query import MAX_TERMS, match_of, plain


def phrase(text: str) -> Words:
    return Words(text, phrase=True)


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("dog", [Words("dog")]),
        ("  red \t dog\n", [Words("red"), Words("dog")]),
        ('"red dog"', [phrase("red dog")]),
        ('big "red dog" house', [Words("big"), phrase("red dog"), Words("house")]),
        ('red"big dog"bus', [Words("red"), phrase("big dog"), Words("bus")]),
        ('"red dog', [phrase("red dog")]),
        ('dog"', [Words("dog")]),
        ('dog "" cat', [Words("dog"), Words("cat")]),
        ("rock & roll", [Words("rock"), Words("roll")]),
        ("dog's -- t-shirt", [Words("dog's"), Words("t-shirt")]),
        ("Köln 東京", [Words("Köln"), Words("東京")]),
    ],
)
def test_quoted_terms_are_phrases_and_the_others_words(typed: str, terms: list[Words]) -> None:
    match = match_of(typed, strict=False)
    assert isinstance(match, Any)
    assert list(match.parts) == terms


@pytest.mark.parametrize("typed", ["", '"', '""', "!?", '" . "', "- & |"])
def test_a_query_without_a_word_demands_none(typed: str) -> None:
    assert match_of(typed) is None


def test_only_the_first_ten_terms_count() -> None:
    match = match_of(" ".join(f"w{place}" for place in range(25)))
    assert isinstance(match, Any)
    assert [part.text for part in match.parts if isinstance(part, Words)] == [
        f"w{place}" for place in range(10)
    ]


@pytest.mark.parametrize(
    ("terms", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (9, 6), (10, 7)]
)
def test_of_three_terms_and_more_a_third_may_be_missing(terms: int, needed: int) -> None:
    match = match_of("dog " * terms)
    assert isinstance(match, Any)
    assert match.minimum == needed


def test_loosely_any_term_is_enough() -> None:
    match = match_of("red big dog", strict=False)
    assert isinstance(match, Any)
    assert match.minimum == 1


@given(st.text(max_size=200))
def test_any_text_is_read(typed: str) -> None:
    match = match_of(typed)
    if isinstance(match, Any):
        assert 1 <= match.minimum <= len(match.parts) <= MAX_TERMS
        assert all(isinstance(part, Words) and '"' not in part.text for part in match.parts)
    assert '"' not in plain(typed)


def test_an_encoder_reads_the_query_without_its_quotes() -> None:
    assert plain(' a "red dog" ') == "a  red dog"
