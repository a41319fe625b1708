"""Laying one picture upon another, of which it may be a copy that is cropped, brighter, recompressed or scaled.

It is scaled and moved along both axes so that their luminances differ least, by the method of Lucas and Kanade ("An
Iterative Image Registration Technique", IJCAI 1981), with a gain and an offset for brightness.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.copies import Floats, tents

GRID = 32
"""Points a side at which pictures are compared: coarse enough for sharpness not to matter, fine enough for small parts."""
STEPS = 6
"""Improvements after which pictures that are one lie upon each other."""
STILL = 0.001
"""A step, as a part of the side, below which nothing improves any more."""
MOST_SCALED, MOST_MOVED = 1.25, 0.2
"""Limits of what is tried, as factor and as part of the side: more than is cropped in a copy."""

_POINTS: Floats = ((np.arange(GRID) + 0.5) / GRID).astype(np.float32)


class Laid(msgspec.Struct, frozen=True):
    """Where the points of one picture are in another."""

    scale_x: float = 1.0
    left: float = 0.0
    scale_y: float = 1.0
    top: float = 0.0

    def places(self) -> tuple[Floats, Floats]:
        down: Floats = (self.scale_y * _POINTS + self.top).astype(np.float32)
        across: Floats = (self.scale_x * _POINTS + self.left).astype(np.float32)
        return down, across

    def sampled(self, image: Floats) -> Floats:
        """`(GRID, GRID)` or `(GRID, GRID, 3)` of a square of any side."""
        rows, columns = _weights(self, len(image))
        if image.ndim == 2:
            flat: Floats = (rows @ image @ columns.T).astype(np.float32)
            return flat
        bands: Floats = np.matmul(columns, np.tensordot(rows, image, (1, 0)))
        return bands

    def inside(self) -> NDArray[np.bool_]:
        """`(GRID, GRID)`: which points are within the other picture."""
        down, across = ((place > 0.01) & (place < 0.99) for place in self.places())
        return down[:, None] & across[None]

    def moved(self, by: NDArray[np.float64]) -> Laid:
        lowest, highest = 1 / MOST_SCALED, MOST_SCALED
        bounds = ((lowest, highest), (-MOST_MOVED, MOST_MOVED)) * 2
        now = (self.scale_x, self.left, self.scale_y, self.top)
        return Laid(
            *(
                float(min(max(value + step, low), high))
                for value, step, (low, high) in zip(now, by, bounds, strict=True)
            )
        )


@lru_cache(64)
def _weights(laid: Laid, side: int) -> tuple[Floats, Floats]:
    """How the points are sampled from rows and from columns of a square; several are laid alike, one after the other."""
    down, across = laid.places()
    return tents(side, down, laid.scale_y / GRID), tents(side, across, laid.scale_x / GRID)


UPON = Laid()
"""Edge upon edge."""


def laid_upon(one: Floats, other: Floats, scale: float) -> Laid:
    """How `other` lies upon `one` best.

    Args:
        one: luminances, `(GRID, GRID)`.
        other: luminances of a square of any side.
        scale: how many times as large the first is thought to be: more is shown in it.
    """
    laid = Laid(scale, (1 - scale) / 2, scale, (1 - scale) / 2)
    for _ in range(STEPS):
        step = _step(one, laid.sampled(other), laid)
        laid = laid.moved(step)
        if np.abs(step).max() < STILL:
            break
    return laid


def _step(reference: Floats, sampled: Floats, laid: Laid) -> NDArray[np.float64]:
    """The change of scale and place along both axes that makes them differ least, to a first order."""
    inside = laid.inside()
    down, across = _slopes(sampled)
    down, across = down * (GRID / laid.scale_y), across * (GRID / laid.scale_x)
    parts = (across * _POINTS, across, down * _POINTS[:, None], down, sampled, np.ones_like(sampled))
    matrix = np.stack([part[inside] for part in parts]).astype(np.float64)
    normal = matrix @ matrix.T
    normal[np.arange(4), np.arange(4)] += 1.0 + 2.5e-4 * np.trace(normal[:4, :4])
    normal[np.arange(4, 6), np.arange(4, 6)] += 1e-3
    solved = np.linalg.solve(normal, matrix @ reference[inside])
    step: NDArray[np.float64] = np.clip(solved[:4] / max(float(solved[4]), 0.3), -0.05, 0.05)
    return step


def _slopes(image: Floats) -> tuple[Floats, Floats]:
    """Differences of neighbours, down and across, in levels for each point."""
    down, across = np.zeros_like(image), np.zeros_like(image)
    down[1:-1] = (image[2:] - image[:-2]) / 2
    across[:, 1:-1] = (image[:, 2:] - image[:, :-2]) / 2
    return down, across
