"""The image tower: from bytes of pixels to vectors."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from vizsla.encoders.seam import Pixels, Vectors

from .configuration import Configuration
from .session import Session

BATCH = 8
"""Pictures a run, which bounds its memory: some hundred megabytes for the largest towers."""

INPUT = "pixel_values"


class ImageTower:
    """Everything in it is constant after opening, so several threads may use one.

    Args:
        batch: pictures a run.
    """

    def __init__(self, session: Session, configuration: Configuration, batch: int = BATCH) -> None:
        self._session = session
        self._side = configuration.geometry.side
        said = configuration.normalization
        deviation = np.asarray(said.deviation, np.float32)
        self._factor = np.float32(said.factor) / deviation
        self._shift = np.asarray(said.mean, np.float32) / deviation
        self._batch = session.side(INPUT, 0) or batch

    @cached_property
    def dimension(self) -> int:
        return int(self._run(np.zeros((1, self._side, self._side, 3), np.uint8)).shape[1])

    def encode(self, batch: Pixels) -> Vectors:
        """See `Encoder.encode_images`.

        Raises:
            ValueError: the shape or type is wrong.
        """
        wanted = (len(batch), self._side, self._side, 3)
        if batch.shape != wanted or batch.dtype != np.uint8:
            raise ValueError(f"pixels must be uint8 {wanted}, not {batch.dtype} {batch.shape}")
        if not len(batch):
            return np.zeros((0, self.dimension), np.float32)
        step = self._batch
        return np.concatenate([self._run(batch[at : at + step]) for at in range(0, len(batch), step)])

    def _run(self, batch: Pixels) -> Vectors:
        normal = batch.astype(np.float32) * self._factor - self._shift
        return self._session.run({INPUT: normal.transpose(0, 3, 1, 2)})
