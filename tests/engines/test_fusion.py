"""Reciprocal rank fusion."""

from __future__ import annotations

import pytest

from vizsla.engines.fusion import reciprocal_rank_fusion


def test_what_both_rankings_hold_comes_before_what_only_one_holds() -> None:
    assert reciprocal_rank_fusion(([1, 2, 3], [4, 3, 5])) == [3, 1, 4, 2, 5]


def test_of_equals_the_first_ranking_wins() -> None:
    assert reciprocal_rank_fusion(([1, 2], [3, 4])) == [1, 3, 2, 4]


@pytest.mark.parametrize(("k", "first"), [(0, 1), (60, 2)])
def test_a_larger_k_lets_agreement_outweigh_a_first_place(k: int, first: int) -> None:
    rankings = ([1, 9, 8, 2], [7, 6, 5, 2])
    assert reciprocal_rank_fusion(rankings, k)[0] == first


def test_one_ranking_stays_as_it_is() -> None:
    assert reciprocal_rank_fusion(([5, 3, 9], [])) == [5, 3, 9]
