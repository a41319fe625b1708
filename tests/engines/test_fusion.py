"""One ranking out of words and looks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.engines.fusion import VARIETY_WEIGHT, Scored, fused, quality_of, raised, varied

NOTHING = Scored((), ())


def ranked(words: Scored, looks: Scored, found: int, floor: float = 0.0) -> list[int]:
    return list(fused(words, looks, found, floor))


def test_looks_put_equal_word_matches_in_order() -> None:
    assert ranked(Scored([1, 2, 3], [5.0, 5.0, 5.0]), Scored([3, 2], [0.9, 0.5]), 2) == [3, 2, 1]


def test_looks_that_are_too_low_to_be_found_still_tell_word_matches_apart() -> None:
    assert ranked(Scored([1, 2], [5.0, 5.0]), Scored([9, 2], [0.3, 0.2]), 0) == [2, 1]


def test_a_much_better_word_match_comes_before_a_better_look() -> None:
    assert ranked(Scored([1, 2], [9.0, 3.0]), Scored([2, 1], [1.0, 0.1]), 2) == [1, 2]


def test_what_looks_find_alone_fills_up_behind_what_holds_the_words() -> None:
    words, looks = Scored([1, 2], [8.0, 6.0]), Scored([7, 8, 9], [0.9, 0.8, 0.1])
    assert ranked(words, looks, 2) == [1, 2, 7, 8]
    assert ranked(NOTHING, looks, 3) == [7, 8, 9]


def test_where_no_look_can_be_trusted_looks_weigh_less() -> None:
    words, looks = Scored([1, 2], [10.0, 9.0]), Scored([2, 1], [0.1, 0.0])
    assert ranked(words, looks, 0) == [2, 1]
    assert ranked(words, looks, 0, floor=0.5) == [1, 2]


@pytest.mark.parametrize("scores", [(0.0, 0.0), (-1.0, -2.0)])
def test_scores_that_say_nothing_leave_the_order_as_it_is(scores: tuple[float, float]) -> None:
    assert ranked(Scored([5, 3], (0.0, 0.0)), NOTHING, 0) == [5, 3]
    assert ranked(NOTHING, Scored([5, 3], scores), 2) == [5, 3]
    assert ranked(Scored([5, 3], [2.0, 2.0]), Scored([5, 3], scores), 2) == [5, 3]


scored = st.lists(st.tuples(st.integers(1, 30), st.floats(-2, 9)), unique_by=lambda pair: pair[0]).map(
    lambda pairs: Scored(
        [number for number, _ in pairs], sorted((abs(score) for _, score in pairs), reverse=True)
    )
)


@given(words=scored, looks=scored, share=st.floats(0, 1))
def test_everything_that_is_found_is_there_once(words: Scored, looks: Scored, share: float) -> None:
    found = round(share * len(looks.numbers))
    assert set(fused(words, looks, found)) == {*words.numbers, *looks.numbers[:found]}


def test_quality_decides_between_equals_and_not_between_others() -> None:
    words = Scored([1, 2, 3], [5.0, 5.0, 4.5])
    assert list(fused(raised(words, np.array([0.1, 0.9, 1.0])), NOTHING, 0)) == [2, 1, 3]


def test_sharpness_and_pixels_are_quality() -> None:
    sharpness, width, height = np.array(
        [[0, 10, 10], [100, 5000, 4000], [50, 70, 4000], [100, 64, 256], [0, 128, 128]]
    ).T
    assert quality_of(sharpness, width, height).tolist() == [0, 1, 0.25, 0.5, 0.125]


@given(
    scores=st.lists(st.floats(0, 1), max_size=12).map(lambda found: sorted(found, reverse=True)),
    seed=st.integers(0, 9),
)
def test_variety_moves_nothing_past_what_scores_much_higher(scores: list[float], seed: int) -> None:
    vectors = np.random.default_rng(seed).integers(0, 2, (len(scores), 3)).astype(np.float32)
    order = varied(scores, vectors)
    assert sorted(order) == list(range(len(scores)))
    for place, chosen in enumerate(order):
        assert all(scores[chosen] >= (1 - VARIETY_WEIGHT) * scores[later] for later in order[place:])


def test_where_all_look_the_same_the_order_stays() -> None:
    assert varied([3.0, 2.99, 2.98], np.ones((3, 4), np.float32)) == [0, 1, 2]
    assert varied([3.0, 2.99, 2.98], np.zeros((3, 4), np.float32)) == [0, 1, 2]
