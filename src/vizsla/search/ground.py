"""What all pictures of a library have in common, which says nothing about likeness.

The vectors of most encoders lie in a narrow cone: nearly everything is near to everything, and what tells pictures
apart is the little that is left when the common direction is taken away (Mu, Viswanath: "All-but-the-Top", ICLR 2018,
of words).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from vizsla.engines.seam import Engine, Plan
from vizsla.records import Vector
from vizsla.store import Store

SAMPLE = 256
"""Pictures whose mean is taken; a few milliseconds, seldom."""
FEWEST = 32
"""Pictures below which their mean is too much that of each of them."""
GROWTH = 1.25
"""The mean is taken anew when the library has so many times the pictures, or as many times fewer."""


class Ground:
    """The common direction of a library's vectors. Safe to call from several threads."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine
        self._lock = threading.Lock()
        self._count = 0
        self._direction: Vector | None = None

    def above(self, vectors: Vector) -> Vector:
        """Vectors, `(n, dimension)`, without the common direction, of length 1; zeros where nothing is left."""
        direction = self._known()
        if direction is not None:
            vectors = vectors - np.outer(vectors @ direction, direction)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        made: Vector = np.where(lengths > 1e-6, vectors / np.maximum(lengths, 1e-6), 0).astype(np.float32)
        return made

    def _known(self) -> Vector | None:
        count = self._engine.count()
        with self._lock:
            if not self._count / GROWTH < count < max(1, self._count) * GROWTH:
                self._direction = self._mean() if count >= FEWEST else None
                self._count = count
            return self._direction

    def _mean(self) -> Vector | None:
        vectors = list(self._store.vectors(self._sample()).values())
        mean: Vector = np.mean(vectors, axis=0) if len(vectors) >= FEWEST // 2 else np.zeros(1, np.float32)
        length = np.linalg.norm(mean)
        return mean / length if length > 1e-6 else None

    def _sample(self) -> Sequence[int]:
        """Numbers of records, evenly spread over all that there were."""
        newest = self._engine.search(Plan(limit=1)).numbers
        last = newest[0] if newest else 0
        return sorted({1 + place * last // SAMPLE for place in range(SAMPLE)})
