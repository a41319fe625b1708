"""How alike two pictures are, as one library sees them.

The vectors of most encoders lie in a narrow cone: nearly everything is near to everything, and what tells pictures
apart are small differences in many directions. So a picture is known by two profiles instead, and likeness is their cosine:

- what it shows: what it has to do with each of some hundred everyday words, which the text tower says;
- how it looks: its vector with the mean of the library taken away, and every direction as important as the others, by
  the covariance of the library's own vectors (Jégou, Chum: "Negative evidences and co-occurrences in image retrieval: the
  benefit of PCA and whitening", ECCV 2012).

What was measured: docs/decisions/0009-likeness.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizsla.encoders.seam import Encoder
from vizsla.engines.seam import Engine
from vizsla.records import Vector
from vizsla.store import Store

from .everyday import SUBJECTS
from .spread import spread

SAMPLE = 2048
"""Pictures from which mean and covariance are taken: several for each dimension. Tens of milliseconds, seldom."""
FEWEST = 32
"""Pictures below which their mean is too much that of each of them."""
GROWTH = 1.25
"""The sample is taken anew when the library has so many times the pictures, or as many times fewer."""
RIDGE = 0.2
"""What is added to the variance of each direction, of the mean variance, where a sample has as many pictures as there are
dimensions; more pictures say more about directions that vary little."""
LEAST_RIDGE = 0.1
SHOWN = 0.3
"""Share of what pictures show in their likeness; the rest is how they look. With more, pictures of one class are nearer; with
less, copies and parts of a picture are (`python -m benchmarks.likeness`)."""
FEWEST_WORDS = 16
"""Everyday words that an encoder has to know to say what a picture shows."""
TINY = 1e-6


class _Profile(NamedTuple):
    """One way to compare: a linear map of vectors above the mean."""

    share: float
    matrix: Vector
    """`(dimension, dimension)`."""
    usual: float
    """Length of a picture's profile on average."""


class Measure:
    """A way to compare pictures; it does not change.

    Args:
        sample: `(n, dimension)`, vectors of the library's pictures; none: too few to tell what they have in common.
        words: `(m, dimension)`, vectors of everyday words; none: the encoder knows too few.
    """

    def __init__(self, sample: Vector, words: Vector) -> None:
        units = _units(sample)
        self._mean: Vector = units.mean(axis=0) if len(units) else np.zeros(units.shape[1], np.float32)
        above = units - self._mean
        shown = SHOWN if len(words) else 0.0
        maps = [(1 - shown, _whitening(above)), (shown, _meaning(words) if shown else None)]
        self._profiles = [
            _Profile(
                share, matrix, float(np.linalg.norm(above @ matrix, axis=1).mean()) if len(above) else 1.0
            )
            for share, matrix in maps
            if matrix is not None
        ]

    def features(self, vectors: Vector) -> Vector:
        """Vectors of pictures, `(n, dimension)`, as what their inner products compare: `(n, features)`, of length 1.

        Zeros where a vector is.
        """
        units = _units(vectors)
        above = units - self._mean
        parts = [one.share**0.5 * _units(above @ one.matrix) for one in self._profiles]
        made: Vector = np.hstack(parts) * units.any(axis=1, keepdims=True)
        return made

    def direction(self, features: Vector) -> Vector:
        """The vector, `(dimension,)`, of which the products with others' vectors are about as their likeness to one
        with these features, `(features,)`: about, because each other's profile is taken to be as long as usual."""
        parts = np.split(features, len(self._profiles))
        pulls = [
            one.share**0.5 / max(one.usual, TINY) * (one.matrix @ part)
            for one, part in zip(self._profiles, parts, strict=True)
        ]
        made: Vector = np.sum(pulls, axis=0)
        return made


def _units(vectors: NDArray[Any]) -> Vector:
    """Of length 1, or zeros where there is nothing."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Vector = np.where(lengths > TINY, vectors / np.maximum(lengths, TINY), 0)
    return made


def _whitening(above: Vector) -> Vector:
    """The map after which a sample varies alike in every direction, but for those in which it hardly varies."""
    count, dimension = above.shape
    if not count:
        return np.eye(dimension, dtype=np.float32)
    covariance = above.T.astype(np.float64) @ above / count
    ridge = max(LEAST_RIDGE, RIDGE * dimension / count) * np.trace(covariance) / dimension + TINY**2
    inverse = np.linalg.inv(covariance + ridge * np.eye(dimension))
    return _scaled(np.linalg.cholesky((inverse + inverse.T) / 2))


def _meaning(words: Vector) -> Vector:
    """The map after which products are those of profiles over words; what all words share says nothing."""
    apart = (words - words.mean(axis=0)).astype(np.float64)
    products = apart.T @ apart
    ridge = TINY * np.trace(products) / len(products) + TINY**2
    return _scaled(np.linalg.cholesky(products + ridge * np.eye(len(products))))


def _scaled(matrix: NDArray[Any]) -> Vector:
    """To numbers of at most 1: only directions matter."""
    made: Vector = (matrix / np.abs(matrix).max()).astype(np.float32)
    return made


class Ground:
    """Learns the measure of a library, and learns it anew when the library has grown. Safe to call from several threads.

    Args:
        encoder: opens the library's encoder, when the first pictures are compared; `None`: by looks alone.
    """

    def __init__(self, store: Store, engine: Engine, encoder: Callable[[], Encoder] | None = None) -> None:
        self._store = store
        self._engine = engine
        self._encoder = encoder
        self._lock = threading.Lock()
        self._count = 0
        self._measure: Measure | None = None

    def measure(self, dimension: int) -> Measure:
        """How pictures of vectors of this dimension are compared now."""
        return self._measure or self.refresh(dimension)

    def refresh(self, dimension: int) -> Measure:
        """Learn the measure, if the library has grown or shrunk much. For the background, beside the first comparison."""
        count = self._engine.count()
        with self._lock:
            if self._measure is None or not self._count / GROWTH < count < max(1, self._count) * GROWTH:
                self._measure = Measure(self._sample(count, dimension), self._words)
                self._count = count
            return self._measure

    @cached_property
    def _words(self) -> Vector:
        """Of the everyday words that the encoder knows, `(m, dimension)`."""
        if self._encoder is None:
            return np.zeros((0, 1), np.float32)
        encoder = self._encoder()
        words = np.concatenate(
            [encoder.encode_texts([word]) for word in SUBJECTS]
        )  # one at a time: searches go on
        known: Vector = words[words.any(axis=1)]
        return known if len(known) >= FEWEST_WORDS else known[:0]

    def _sample(self, count: int, dimension: int) -> Vector:
        found = list(self._store.vectors(spread(self._engine, SAMPLE)).values()) if count >= FEWEST else []
        return np.stack(found) if len(found) >= FEWEST // 2 else np.zeros((0, dimension), np.float32)
