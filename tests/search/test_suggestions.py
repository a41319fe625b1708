"""What may be asked next: from the words of what was found, from what looks alike, from what others asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.records import ImageRecord
from vizsla.search import Searcher
from vizsla.search.company import Beside, Company
from vizsla.search.lexicon import Lexicon
from vizsla.search.query import read
from vizsla.search.suggestions import EXPANSIONS, RELATED, SIMILAR, Suggestions, suggestions
from vizsla.wire import Images, Query, SearchParameters

from .test_grammar import TYPED
from .worlds import HERE, World, record, world

RECORDS = [
    record(1, title="Brown dog in the grass", tags=("pet", "grass", "summer day")),
    record(2, title="A dog with a ball", tags=("pet", "ball", "summer day")),
    record(3, title="Brown dogs", tags=("pet", "grass", "pet: dog")),
    record(4, title="A pet", tags=("cat", "pet: dog")),
]
LEXICON = Lexicon(
    {"dog": 50, "dogs": 20, "pet": 90, "grass": 2, "ball": 3, "brown": 30, "summer": 4, "day": 40}
)
ALIKE = {
    "dog": (("puppy", 0.95), ("hound", 0.8), ("horse", 0.7)),
    "red": (("crimson", 0.9), ("orange", 0.65)),
    "grass": (("meadow", 0.85),),
}


def suggested(query: str, records: list[ImageRecord] = RECORDS, asked: tuple[str, ...] = ()) -> Suggestions:
    return suggestions(query, read(query), records, LEXICON, ALIKE, asked)


def texts(query: str) -> list[tuple[str, str]]:
    return [(one.text, one.shown) for one in suggested(query).expansions]


def test_queries_are_narrowed_by_words_that_several_pictures_hold_the_rarest_first() -> None:
    """`ball` is in one picture only, `dogs` is a form of the word, `pet` is in every picture of the library."""
    assert [word for _, word in texts("dog")] == ["grass", "summer", "brown", "day", "pet"]
    assert texts("dog")[0] == ("dog grass", "grass")


@pytest.mark.parametrize(
    ("query", "narrower"),
    [
        ("site:a.org dog -cat", "site:a.org dog -cat grass"),
        ("cat OR dog", "(cat OR dog) grass"),
        ("site:a.org", "site:a.org grass"),
    ],
)
def test_a_narrower_query_keeps_its_operators(query: str, narrower: str) -> None:
    assert texts(query)[0][0] == narrower


def test_segments_of_a_query_may_be_replaced_in_their_place() -> None:
    told = [
        (pivot, [(one.text, one.shown) for one in choices])
        for pivot, choices in suggested("Red, dog -x").pivots
    ]
    assert told == [
        ("Red", [("crimson, dog -x", "crimson"), ("orange, dog -x", "orange")]),
        ("dog", [("Red, puppy -x", "puppy"), ("Red, hound -x", "hound"), ("Red, horse -x", "horse")]),
    ]
    ((pivot, choices), *_) = suggested("dog puppy hound").pivots
    assert (pivot, [one.shown for one in choices]) == ("dog", ["horse"])
    assert suggested("dog").pivots == []
    assert suggested('"dog" -red').pivots == []


def test_terms_that_look_very_much_alike_are_similar() -> None:
    assert suggested("dog").similar == ["puppy", "hound"]
    assert suggested("red dog").similar == ["puppy", "crimson", "hound"]
    assert suggested("unicorn -dog").similar == []


def test_related_is_what_others_asked_and_then_shared_tags_that_are_plain_words() -> None:
    asked = ("big dog", "Dog", "dog show")
    assert suggested("dog", asked=asked).related == ["big dog", "dog show", "pet", "grass", "summer day"]
    assert suggested("dog", records=[], asked=asked).related == ["big dog", "dog show"]


COMPANY = Company(
    beside={
        "dog": (
            Beside("pet", 2.0, 0.9, 0.1),
            Beside("puppy face", 1.5, 0.4, 0.9),
            Beside("bone", 1.0, 0.2, 0.5),
        ),
        "brown": (Beside("grass", 1.0, 0.2, 0.4),),
    },
    shown={
        word: word.title() for word in ("dog", "brown", "pet", "puppy face", "puppy", "bone", "grass", "red")
    },
    together={"puppy": frozenset({"red"}), "hound": frozenset(), "red": frozenset({"puppy"})},
)


def beside(query: str) -> Suggestions:
    return suggestions(query, read(query), RECORDS, LEXICON, ALIKE, (), COMPANY)


def test_what_stands_beside_the_query_in_the_library_comes_before_what_the_best_hold() -> None:
    """`pet` is with nearly every dog and narrows nothing, a phrase is a query of its own; other words say what one creator does."""
    assert [one.text for one in beside("dog").expansions] == ["dog bone", "dog grass", "dog brown", "dog pet"]
    assert beside("dog").related == ["Puppy Face", "Bone", "Pet", "Grass"]


def test_beside_two_words_stands_what_the_best_pictures_hold_too() -> None:
    assert [one.shown for one in beside("brown dog").expansions] == ["grass", "pet"]


def test_a_word_takes_the_place_of_another_if_it_has_been_seen_beside_the_rest() -> None:
    told = [(pivot, [one.shown for one in choices]) for pivot, choices in beside("red dog").pivots]
    assert told == [("dog", ["puppy"])]


@given(TYPED, st.integers(0, 4), st.lists(st.text(max_size=9), max_size=20))
def test_any_query_has_few_suggestions(query: str, records: int, asked: list[str]) -> None:
    made = suggested(query, RECORDS[:records] * 5, tuple(asked))
    assert len(made.expansions) <= EXPANSIONS
    assert len(made.similar) <= SIMILAR
    assert len(made.related) <= RELATED
    assert len(made.pivots) <= 3
    for segment, choices in made.pivots:
        assert segment in query
        assert 1 <= len(choices) <= 4


# In the answer.


@pytest.fixture(scope="module")
def here() -> Iterator[World]:
    with world(RECORDS) as made:
        yield made


def answer(here: World, **parameters: Any) -> Images:
    searcher = Searcher(here.store, here.engine, lambda: here.encoder, related=lambda text: [f"{text} show"])
    searcher.refresh()
    return searcher.search(SearchParameters(q="brown dog", **parameters), HERE)


def test_a_suggested_query_leads_to_its_page_its_answer_and_its_picture(here: World) -> None:
    (show, *_) = answer(here, mkt="de-DE").related_searches
    assert (show.text, show.display_text) == ("brown dog show", "brown dog show")
    assert show.web_search_url == f"{HERE.base}/images/search?q=brown+dog+show&FORM=IRPATC"
    assert show.search_link == f"{HERE.base}/v7.0/images/search?q=brown+dog+show"
    assert show.thumbnail
    assert show.thumbnail.url == show.thumbnail.thumbnail_url
    split = urlsplit(str(show.thumbnail.url))
    assert split.path == "/th"
    assert parse_qs(split.query) == {
        "q": ["brown dog show"],
        "pid": ["Api"],
        "mkt": ["de-DE"],
        "adlt": ["moderate"],
        "t": ["1"],
    }


def test_an_expansion_shows_the_added_word_only(here: World) -> None:
    grass: Query = answer(here).query_expansions[0]
    assert (grass.text, grass.display_text) == ("brown dog grass", "grass")


def test_what_comes_from_the_pictures_is_on_the_first_page(here: World) -> None:
    later = answer(here, offset=1)
    assert answer(here).query_expansions
    assert later.query_expansions == []
    assert [query.text for query in later.related_searches] == ["brown dog show"]


def test_before_anything_was_learnt_the_arrays_are_empty(here: World) -> None:
    first = here.search("dog")
    assert (first.query_expansions, first.pivot_suggestions, first.similar_terms) == ([], [], [])
