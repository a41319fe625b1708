"""From what somebody typed to what a record must hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.engines.seam import All, Any, Holds, Match, Not, Words
from vizsla.records import AnyOf, Below
from vizsla.search.query import MAX_TERMS, read

from .test_grammar import TYPED


def phrase(text: str) -> Words:
    return Words(text, phrase=True)


def either(*words: str) -> Any:
    return Any(tuple(map(Words, words)))


def most(*words: str) -> Any:
    return most_of(*map(Words, words))


def most_of(*parts: Match) -> Any:
    return Any(parts, minimum=len(parts) - len(parts) // 3)


FACE, PORTRAIT = (Holds(AnyOf("face", frozenset(faces))) for faces in (("face", "portrait"), ("portrait",)))
RED = Any((Words("red"), Holds(AnyOf("colour", frozenset({"red"})))))
SITE = Holds(Below("site", frozenset({"a.org"})))
RED_DOG = phrase("red dog")


@pytest.mark.parametrize(
    ("typed", "words", "demand", "text"),
    [
        ("dog", most("dog"), None, "dog"),
        ("red big dog's", most_of(RED, Words("big"), Words("dog's")), None, "red big dog's"),
        ("red", most("red"), None, "red"),
        ("an orange", most("an", "orange"), None, "an orange"),
        ("the people", most_of(Words("the"), Any((Words("people"), FACE))), None, "the people"),
        ("a face", most_of(Words("a"), Any((Words("face"), FACE))), None, "a face"),
        ("red white flag", most("red", "white", "flag"), None, "red white flag"),
        ("Köln 東京", most("Köln", "東京"), None, "Köln 東京"),
        ("(red dog) cat", most_of(RED, Words("dog"), Words("cat")), None, "red dog cat"),
        ('"red dog"', RED_DOG, RED_DOG, "red dog"),
        ('big "red dog"', All((most("big"), RED_DOG)), RED_DOG, "big red dog"),
        ("+red dog", All((most("dog"), Words("red"))), Words("red"), "red dog"),
        ("dog -cat", most("dog"), Not(Words("cat")), "dog"),
        ("-cat", None, Not(Words("cat")), ""),
        ("cat OR dog", either("cat", "dog"), either("cat", "dog"), "cat dog"),
        ("red AND dog", All((Words("red"), Words("dog"))), All((Words("red"), Words("dog"))), "red dog"),
        ("site:a.org", None, SITE, ""),
        ("site:a.org dog", most("dog"), SITE, "dog"),
        ("dog site:a.org -cat", most("dog"), All((SITE, Not(Words("cat")))), "dog"),
        ("-site:a.org", None, Not(SITE), ""),
        ("cat OR site:a.org", Any((Words("cat"), SITE)), Any((Words("cat"), SITE)), "cat"),
        (
            "(site:a.org) (cat|dog) red",
            All((most_of(RED), either("cat", "dog"))),
            All((SITE, either("cat", "dog"))),
            "cat dog red",
        ),
        ("-(cat OR dog) red", most("red"), Not(either("cat", "dog")), "red"),
        ("intitle:dog", Words("dog", field="title"), Words("dog", field="title"), "dog"),
        ("prefer:red dog", All((most("dog"), Any((Words("red"),), minimum=0))), None, "red dog"),
        ("prefer:red", either("red"), None, "red"),
        ("loc:de dog", most("dog"), None, "dog"),
        ("!?", None, None, ""),
        ("People", most_of(Any((Words("People"), FACE))), None, "People"),
        ("happy people", most_of(Words("happy"), Any((Words("people"), FACE))), None, "happy people"),
        ("Porträt", most_of(Any((Words("Porträt"), PORTRAIT))), None, "Porträt"),
        ("people, beach", most_of(Any((Words("people,"), FACE)), Words("beach")), None, "people, beach"),
        ("lion face", most("lion", "face"), None, "lion face"),
        ("portrait of a cat", most("portrait", "of", "a", "cat"), None, "portrait of a cat"),
        ("human face", most_of(Any((Words("human"), FACE)), Any((Words("face"), FACE))), None, "human face"),
        ("selfie", most_of(Any((Words("selfie"), FACE))), None, "selfie"),
        ("фото людей", most_of(Words("фото"), Any((Words("людей"), FACE))), None, "фото людей"),
        ("beach -people", most("beach"), Not(Any((Words("people"), FACE))), "beach"),
        ("beach -faces", most("beach"), Not(Any((Words("faces"), FACE))), "beach"),
        ("wedding -selfie", most("wedding"), Not(Words("selfie")), "wedding"),
        ('"people"', phrase("people"), phrase("people"), "people"),
        ("intitle:people", Words("people", field="title"), Words("people", field="title"), "people"),
    ],
)
def test_words_find_and_operators_demand(
    typed: str, words: Match | None, demand: Match | None, text: str
) -> None:
    question = read(typed)
    assert question.words == words
    assert question.demand == demand
    assert question.text == text


def test_only_the_first_ten_terms_count_but_an_encoder_reads_them_all() -> None:
    typed = " ".join(f"w{place}" for place in range(25))
    question = read(f"{typed} -cat")
    assert question.words == most(*(f"w{place}" for place in range(10)))
    assert question.demand is None
    assert question.text == typed
    assert len(question.plain) == MAX_TERMS


@pytest.mark.parametrize(
    ("terms", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (9, 6), (10, 7)]
)
def test_of_three_terms_and_more_a_third_may_be_missing(terms: int, needed: int) -> None:
    match = read("dog " * terms).words
    assert isinstance(match, Any)
    assert match.minimum == needed


def test_loosely_any_term_is_enough_of_those_that_operators_leave() -> None:
    question = read('red big "brown dog" -cat')
    assert question.words == All((most_of(RED, Words("big")), phrase("brown dog")))
    assert question.loose == Any((Words("red"), Words("big"), phrase("brown dog")))
    assert question.demand == All((phrase("brown dog"), Not(Words("cat"))))


def test_loosely_a_face_is_enough_only_where_nothing_but_people_is_asked_for() -> None:
    assert read("beach people").loose == either("beach", "people")
    assert read("people").loose == Any((Any((Words("people"), FACE)),))


def leaves(match: Match | None) -> list[Words | Holds]:
    match match:
        case None:
            return []
        case Not():
            return leaves(match.part)
        case All() | Any():
            return [leaf for part in match.parts for leaf in leaves(part)]
    return [match]


@given(TYPED | st.text(max_size=200))
def test_any_text_is_a_question(typed: str) -> None:
    question = read(typed)
    assert len(leaves(question.demand)) <= MAX_TERMS
    assert len(leaves(question.words)) <= MAX_TERMS
    assert (question.words is None) == (question.loose is None)
    assert '"' not in question.text


def test_conditions_are_on_columns_of_text() -> None:
    assert read("ext:jpg").demand == Holds(AnyOf("format", frozenset({"jpeg"})))
    assert read("ip:[::1]").demand == Holds(AnyOf("site", frozenset({"::1"})))
