"""Records for engine tests, of which only what a test is about is given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sample_records import record
from vizsla.records import Change, Vector

DIMENSION = 8


def change(
    number: int, *, sequence: int | None = None, vector: Vector | None = None, **fields: Any
) -> Change:
    return Change(sequence or number, number, record(number, **fields), vector)


def removal(number: int, *, sequence: int) -> Change:
    return Change(sequence, number, None)


def titles(*titles: str) -> list[Change]:
    """Records 1, 2, ... with these titles."""
    return [change(number, title=title) for number, title in enumerate(titles, 1)]


def axis(*weights: float) -> Vector:
    """A vector that begins with these numbers and ends in zeros."""
    vector = np.zeros(DIMENSION, np.float32)
    vector[: len(weights)] = weights
    return vector


def clustered(count: int, dimension: int, seed: int, clusters: int = 200) -> Vector:
    """`(count, dimension)` vectors of length 1 that lie in clusters, as embeddings do."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((clusters, dimension))
    vectors = centres[random.integers(0, clusters, count)] + 0.7 * random.standard_normal((count, dimension))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def unique(numbers: Iterable[int]) -> bool:
    listed = list(numbers)
    return len(listed) == len(set(listed))
