"""Reciprocal rank fusion of ranked lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

K = 60
"""The constant of Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual
Rank Learning Methods" (SIGIR 2009)."""


def reciprocal_rank_fusion(rankings: Iterable[Sequence[int]], k: int = K) -> list[int]:
    """Everything in the rankings, once, by falling sum of `1 / (k + rank)`, ranks counting from 1.

    Of equals, the one that an earlier ranking holds comes first, then the one that ranks higher in it.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking, 1):
            scores[number] = scores.get(number, 0.0) + 1.0 / (k + rank)
    return sorted(scores, key=scores.__getitem__, reverse=True)
