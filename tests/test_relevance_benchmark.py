"""The parts of the relevance benchmark that figures rest on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

pytest.importorskip("ir_measures", reason="the dependency group bench is not installed")
pytest.importorskip("bm25s", reason="the dependency group bench is not installed")

from benchmarks.relevance import measures, phrases
from benchmarks.relevance.judged import Question
from benchmarks.relevance.sets import unheard

WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), min_size=1, max_size=3)


@given(WORDS)
def test_a_slip_is_one_wrong_stroke_behind_the_first_letter(words: list[str]) -> None:
    text = " ".join(words)
    wrong = phrases.slip(text)
    if max(map(len, words)) < 4:
        assert wrong is None
    else:
        assert wrong is not None
        assert OSA.distance(text, wrong) == 1
        assert wrong == phrases.slip(text)
        assert [word[0] for word in wrong.split()] == [word[0] for word in words]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6), st.integers(1, 3), st.text())
def test_a_part_of_a_text_is_some_of_its_words_in_their_order(
    words: list[str], count: int, seed: str
) -> None:
    chosen = phrases.part(words, count, seed)
    assert len(chosen) == min(count, len(set(words)))
    assert chosen == sorted(chosen, key=words.index)


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "A tree in winter.", ["tree", "winter"]),
        ("de", "Ein Leitkegel zur Verkehrsführung.", ["leitkegel", "verkehrsführung"]),
        ("zh", "一个舞会号角。", ["舞会号角"]),
        ("ja", "むかしの せんたくばさみ", ["むかし", "せんたくばさみ"]),
    ],
)
def test_content_words_leave_out_what_every_description_says(
    language: str, text: str, words: list[str]
) -> None:
    assert phrases.content_words(text, language) == words


def test_forms_of_a_word_begin_alike_and_differ_at_the_end() -> None:
    others = phrases.forms(["A house.", "Two houses.", "A horse."], "en")
    assert others == {"house": ["houses"], "houses": ["house"]}


def test_where_few_pictures_are_relevant_precision_is_taken_at_as_many() -> None:
    values = measures.each([["a", "x", "b"], ["c"], []], [frozenset("ab"), frozenset("c"), frozenset("d")])
    assert values["P@16"] == [0.5, 1.0, 0.0]
    assert values["RR"] == [1.0, 1.0, 0.0]
    assert values["R@10"] == [1.0, 1.0, 0.0]


def test_the_interval_holds_the_mean_and_narrows_with_more_questions() -> None:
    few, many = [0.0, 1.0] * 10, [0.0, 1.0] * 200
    low, high = measures.interval(few)
    assert low < 0.5 < high
    assert measures.interval(many)[1] - measures.interval(many)[0] < high - low


def test_what_a_text_names_counts_as_heard_also_in_the_plural_and_in_compounds() -> None:
    assert unheard(["Two pianos", "a lamp-post"], ["piano", "lamps", "sewing machine", "zebra"]) == [
        "sewing machine",
        "zebra",
    ]


@given(st.text())
def test_a_question_stays_in_its_half(text: str) -> None:
    assert Question(text, frozenset()).half == Question(text, frozenset("a")).half
