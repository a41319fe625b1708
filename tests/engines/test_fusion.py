"""One ranking out of words and looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.engines.fusion import Scored, fused

NOTHING = Scored((), ())


def test_looks_put_equal_word_matches_in_order() -> None:
    assert fused(Scored([1, 2, 3], [5.0, 5.0, 5.0]), Scored([3, 2], [0.9, 0.5]), 2) == [3, 2, 1]


def test_looks_that_are_too_low_to_be_found_still_tell_word_matches_apart() -> None:
    assert fused(Scored([1, 2], [5.0, 5.0]), Scored([9, 2], [0.3, 0.2]), 0) == [2, 1]


def test_a_much_better_word_match_comes_before_a_better_look() -> None:
    assert fused(Scored([1, 2], [9.0, 3.0]), Scored([2, 1], [1.0, 0.1]), 2) == [1, 2]


def test_what_looks_find_alone_fills_up_behind_what_holds_the_words() -> None:
    words, looks = Scored([1, 2], [8.0, 6.0]), Scored([7, 8, 9], [0.9, 0.8, 0.1])
    assert fused(words, looks, 2) == [1, 2, 7, 8]
    assert fused(NOTHING, looks, 3) == [7, 8, 9]


def test_where_no_look_can_be_trusted_looks_weigh_less() -> None:
    words, looks = Scored([1, 2], [10.0, 9.0]), Scored([2, 1], [0.1, 0.0])
    assert fused(words, looks, 0) == [2, 1]
    assert fused(words, looks, 0, floor=0.5) == [1, 2]


@pytest.mark.parametrize("scores", [(0.0, 0.0), (-1.0, -2.0)])
def test_scores_that_say_nothing_leave_the_order_as_it_is(scores: tuple[float, float]) -> None:
    assert fused(Scored([5, 3], (0.0, 0.0)), NOTHING, 0) == [5, 3]
    assert fused(NOTHING, Scored([5, 3], scores), 2) == [5, 3]
    assert fused(Scored([5, 3], [2.0, 2.0]), Scored([5, 3], scores), 2) == [5, 3]


scored = st.lists(st.tuples(st.integers(1, 30), st.floats(-2, 9)), unique_by=lambda pair: pair[0]).map(
    lambda pairs: Scored(
        [number for number, _ in pairs], sorted((abs(score) for _, score in pairs), reverse=True)
    )
)


@given(words=scored, looks=scored, share=st.floats(0, 1))
def test_everything_that_is_found_is_there_once(words: Scored, looks: Scored, share: float) -> None:
    found = round(share * len(looks.numbers))
    ranked = fused(words, looks, found)
    assert len(ranked) == len(set(ranked))
    assert set(ranked) == {*words.numbers, *looks.numbers[:found]}
