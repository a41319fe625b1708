"""Words that are written in one, in two, or with a hyphen: each is found by the others, and none before itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given

from vizsla.engines.seam import Match, Words
from vizsla.search import Searcher
from vizsla.search.compounds import Compounds
from vizsla.search.lexicon import Lexicon
from vizsla.search.query import read
from vizsla.wire import SearchParameters

from .test_grammar import TYPED
from .worlds import HERE, BlindEncoder, ids, record, world

LEXICON = Lexicon(
    {
        "sail": 5,
        "boat": 50,
        "fire": 9,
        "trucks": 4,
        "snowman": 3,
        "geburtstag": 2,
        "kuchen": 6,
        "segelboot": 1,
    }
)
COMPOUNDS = Compounds(LEXICON, 1000)


def forms(query: str) -> set[str]:
    """What is looked for beside what was typed."""
    question = COMPOUNDS.widened(query, read(query))
    return {words.text for words in leaves(question.words) if words.weight < 1}


def leaves(match: Match | None) -> list[Words]:
    if isinstance(match, Words):
        return [match]
    return [leaf for part in getattr(match, "parts", ()) for leaf in leaves(part)]


@pytest.mark.parametrize(
    ("typed", "others"),
    [
        ("sailboat", {"sail boat"}),
        ("Sailboats", {"sail boats"}),
        ("red firetruck", {"fire truck"}),
        ("snow  man", {"snowman"}),
        ("Segel-Boot", {"segelboot"}),
        ("Segel\u2010Boot", {"segelboot"}),
        ("Geburtstagskuchen", {"geburtstag kuchen", "geburtstags kuchen"}),
        ("(sailboat OR house) AND snow man", {"sail boat", "snowman"}),
        *(
            (typed, set[str]())
            for typed in ("sail boat", "boat", "seaboat", "sailship", "snow|man", "snow, man")
        ),
        *(
            (typed, set[str]())
            for typed in ('"sailboat"', "-sailboat", "+sailboat", "intitle:sailboat", "a1b2")
        ),
    ],
)
def test_what_else_may_be_written(typed: str, others: set[str]) -> None:
    assert forms(typed) == others


def test_a_form_is_worth_about_what_was_typed_and_not_more() -> None:
    rare = Compounds(Lexicon({"sail": 2, "boat": 2, "sailboat": 400}), 1000)
    (words,) = (one for one in leaves(rare.widened("sailboat", read("sailboat")).words) if one.phrase)
    assert words.weight < 0.1


@given(TYPED)
def test_any_query_can_be_widened(typed: str) -> None:
    question = read(typed)
    wide = COMPOUNDS.widened(typed, question)
    assert (wide.text, wide.plain, wide.open) == (question.text, question.plain, question.open)
    assert (wide.words is None, wide.demand is None) == (question.words is None, question.demand is None)


def found(titles: Sequence[str], query: str) -> list[str]:
    """The titles that a query finds in a library of them, the best first."""
    with world([record(number, title=title) for number, title in enumerate(titles, 1)]) as here:
        searcher = Searcher(here.store, here.engine, BlindEncoder)
        searcher.refresh()
        answer = searcher.search(SearchParameters(q=query), HERE)
        assert answer.query_context.altered_query is None
        return [titles[int(image_id, 16) - 1] for image_id in ids(answer)]


OTHERS = ("a dog", "a red house", "the boat has no name", "to sail away", "fire", "a truck")


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("sailboat", ["the sailboat", "the sail boat"]),
        ("sailboats", ["the sailboat", "the sail boat"]),
        ("sail boat", ["the sail boat", "the sailboat"]),
        ("sail-boat", ["the sail boat", "the sailboat"]),
        ("red fire truck", ["red fire truck", "red firetruck"]),
        ("red firetruck", ["red firetruck", "red fire truck"]),
        ("fire truck AND red", ["red fire truck", "red firetruck"]),
    ],
)
def test_either_way_finds_both_and_itself_first(query: str, titles: list[str]) -> None:
    held = ("the sail boat", "red firetruck", "the sailboat", "red fire truck", *OTHERS)
    assert found(held, query)[:2] == titles


def test_german_compounds_are_found_with_and_without_hyphen() -> None:
    titles = ("ein Segel-Boot auf dem See", "das Segelboot und der Wind", "ein Boot", "das Segel")
    assert found(titles, "Segelboot") == [titles[1], titles[0]]
    assert found(titles, "Segel-Boot") == [titles[0], titles[1]]
    assert found(
        ("der Geburtstags-Kuchen ist rund", "ein Kuchen", "mein Geburtstag"), "Geburtstagskuchen"
    ) == ["der Geburtstags-Kuchen ist rund"]


def test_a_compound_of_words_of_the_library_is_no_slip() -> None:
    assert found(("a fire truck", "firetrap", "fire"), "firetruck") == ["a fire truck"]
