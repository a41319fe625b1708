"""How near a picture has to look to be found, where another one shows for sure what is asked.

Why so: docs/decisions/0015-ranking.md.
"""

from __future__ import annotations

import numpy as np

from vizsla.engines.seam import Engine
from vizsla.records import Vector
from vizsla.store import Store

from .spread import spread

SHARE = 0.4
"""Of the way from what a picture scores that has nothing to do with a query up to the encoder's floor: where results end, once
the first is above the floor. On the photos without text, lower ends add nothing to the first sixteen; from 0.6 on they lose some."""

OF_NEAREST = 0.25
"""Of what the nearest scores, what others have to: where a picture shows for sure what is asked, what only shows something like it
is not found beside it."""

SAMPLE = 256
"""Pictures that stand for all; reading them takes some milliseconds, seldom."""

FEWEST = 32
"""Pictures below which they are too much of each single one."""

GROWTH = 1.25
"""They are chosen anew when the index has read so many times the changes."""


class CutOff:
    """Knows what the pictures of one library have in common. `refresh` is for the background."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine
        self._mean: Vector | None = None
        self._due = 0.0

    def refresh(self) -> None:
        """Look at the library's pictures, if it has grown much."""
        watermark = self._engine.watermark()
        if watermark < self._due:
            return
        vectors = list(self._store.vectors(spread(self._engine, SAMPLE)).values())
        self._mean = np.mean(vectors, axis=0, dtype=np.float32) if len(vectors) >= FEWEST else None
        self._due = GROWTH * watermark + 1

    def below(self, floor: float, vector: Vector) -> float:
        """The inner product with a query's vector at which results end.

        Args:
            floor: `Encoder.floor`, which the first result reaches; the answer is at most that.
            vector: `(dimension,)` float32.
        """
        mean = self._mean
        unrelated = float(mean @ vector) if mean is not None and mean.shape == vector.shape else 0.0
        if unrelated >= floor:  # the library is about what is asked: its mean says nothing of other things
            unrelated = 0.0
        return min(floor, unrelated + SHARE * (floor - unrelated))
