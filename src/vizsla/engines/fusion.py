"""One ranking out of two, what words find and what looks find, in which the better picture is first where both say the same.

Why so: docs/decisions/0015-ranking.md. Every engine that ranks by both ranks like this.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.records import Vector

LOOKS_WEIGHT = 0.15
"""Of the two parts of a score, that of looks; that of words is the rest. So what looks find alone comes behind all but the
faintest word matches, and puts those in order that match alike. `python -m benchmarks.relevance` prints what it does."""

QUALITY_WEIGHT = 0.01
"""What the sharpest and largest picture's score is raised by at most, of itself: it decides between equals and hardly else."""
SMALLEST, DOUBLINGS = 64, 4
"""Pixels of the shorter side of a small picture, and how often that is doubled in a large one."""

VARIETY_WEIGHT = 0.05
"""What the score of a picture is lowered by at most, of itself, because one that looks the same comes before it."""
MOST_USUAL = 0.99
"""Cosine of most pairs above which all look the same."""
TINY = 1e-9
VARIED = 32
"""First results that are put in another order for variety: what fills a screen. Some tenths of a millisecond at most."""


class Scored(msgspec.Struct, frozen=True):
    """A ranking."""

    numbers: Sequence[int]
    """Record numbers, the best first."""
    scores: Sequence[float]
    """Their scores, of the same length."""


def fused(words: Scored, looks: Scored, found: int, floor: float = 0.0) -> dict[int, float]:
    """What either ranking finds, with the sum of both scores, which falls; of equals, what comes first by words.

    A convex combination (Bruch, Gai, Ingber: "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023): each score
    counts as a share of the highest of its kind, or of the `floor` where no look is as high.

    Args:
        words: scores above 0.
        looks: inner products, those too low to be found included: they still tell word matches apart.
        found: how many of them are high enough to be found by looks alone.
        floor: an inner product from which on looks can be trusted.
    """
    scores: dict[int, float] = {}
    if words.numbers:
        share = (1 - LOOKS_WEIGHT) / words.scores[0] if words.scores[0] > 0 else 0.0
        scores = {number: share * score for number, score in zip(words.numbers, words.scores, strict=True)}
    highest = max(looks.scores[0] if looks.scores else 0.0, floor)
    share = LOOKS_WEIGHT / highest if highest > 0 else 0.0
    for place, (number, score) in enumerate(zip(looks.numbers, looks.scores, strict=True)):
        if number in scores:
            scores[number] += share * max(score, 0.0)
        elif place < found:
            scores[number] = share * max(score, 0.0)
    return {number: scores[number] for number in sorted(scores, key=scores.__getitem__, reverse=True)}


def raised(scored: Scored, quality: NDArray[np.float64]) -> Scored:
    """A ranking whose scores are a little higher where the `quality` of pictures is; in the order in which it was."""
    return Scored(scored.numbers, (np.array(scored.scores) * (1 + QUALITY_WEIGHT * quality)).tolist())


def quality_of(
    sharpness: NDArray[np.int64], width: NDArray[np.int64], height: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How good pictures are to look at, from 0 to 1: half for their sharpness (0 to 100), half for the pixels of their shorter
    side, by doublings. Arrays of one length."""
    shorter = np.minimum(width, height).clip(1)
    doublings = (np.frexp(shorter / SMALLEST)[1] - 1).clip(0, DOUBLINGS)
    made: NDArray[np.float64] = sharpness.clip(0, 100) / 200 + doublings / (2 * DOUBLINGS)
    return made


def varied(scores: Sequence[float], vectors: Vector) -> list[int]:
    """The order of the first results, as their places, in which none comes close behind what looks the same, where another scores
    nearly as high: maximal marginal relevance (Carbonell, Goldstein: "The Use of MMR", SIGIR 1998).

    Args:
        scores: of the results, falling.
        vectors: `(n, dimension)` of as many pictures; zeros: none is known.
    """
    alike = (VARIETY_WEIGHT * _alike(vectors)).tolist() if len(scores) > 1 else [[]]
    lowered = [0.0] * len(scores)
    left = list(range(len(scores)))
    order: list[int] = []
    while left:
        chosen = _best(left, scores, lowered)
        left.remove(chosen)
        order.append(chosen)
        like = alike[chosen]
        for place in left:
            if like[place] > lowered[place]:
                lowered[place] = like[place]
    return order


def _best(left: Sequence[int], scores: Sequence[float], lowered: Sequence[float]) -> int:
    """The first of those whose score is highest after it was lowered; scores fall, so that few are looked at."""
    chosen, highest = left[0], scores[left[0]] * (1 - lowered[left[0]])
    for place in left[1:]:
        if scores[place] <= highest:
            break
        if (score := scores[place] * (1 - lowered[place])) > highest:
            chosen, highest = place, score
    return chosen


def _alike(vectors: Vector) -> Vector:
    """How alike the looks of results are, `(n, n)`, from 0, as half of them, to 1, the same: encoders differ in how near all is."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    units = vectors / np.maximum(lengths, TINY)[:, np.newaxis]
    cosines = units @ units.T
    usual = min(float(np.sort(cosines, axis=None)[cosines.size // 2]), MOST_USUAL)
    made: Vector = np.minimum(np.maximum(cosines - usual, 0) / (1 - usual), 1)
    return made
