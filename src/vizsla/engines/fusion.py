"""One ranking out of two: what words find and what looks find.

Why so: docs/decisions/0015-ranking.md. Every engine that ranks by both ranks like this.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

LOOKS_WEIGHT = 0.15
"""Of the two parts of a score, that of looks; that of words is the rest. So what looks find alone comes behind all but the
faintest word matches, and puts those in order that match alike. `python -m benchmarks.relevance` prints what it does."""


class Scored(msgspec.Struct, frozen=True):
    """A ranking."""

    numbers: Sequence[int]
    """Record numbers, the best first."""
    scores: Sequence[float]
    """Their scores, of the same length."""


def fused(words: Scored, looks: Scored, found: int, floor: float = 0.0) -> list[int]:
    """What either ranking finds, once, by falling sum of both scores; of equals, what comes first by words.

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
    return sorted(scores, key=scores.__getitem__, reverse=True)
