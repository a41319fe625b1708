"""Whether two pictures are one, when one may be cropped, brighter, recompressed, scaled or marked.

One is laid upon the other: scaled and moved along both axes so that their luminances differ least, by the method of
Lucas and Kanade ("An Iterative Image Registration Technique", IJCAI 1981), with a gain and an offset for brightness. What
differs then, in colour, is what tells copies from pictures that are merely alike.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.copies import LUMINANCE, SIDE, Floats, Squeezed, tents

GRID = 32
"""Points a side at which pictures are compared: coarse enough for sharpness not to matter, fine enough for small parts."""
STEPS = 6
"""Improvements after which pictures that are one lie upon each other."""
STILL = 0.001
"""A step, as a part of the side, below which nothing improves any more."""
MOST_SCALED, MOST_MOVED = 1.25, 0.2
"""Limits of what is tried, as factor and as part of the side: more than is cropped in a copy."""
KNOTS = np.linspace(0, 255, 5)
"""Levels between which the curve that leads from the tones of one picture to those of another is straight."""
MOST_BENT = 64.0
"""Levels by which the curve may change one: a fifth more brightness is 51."""
COARSE = 2
"""Points a side that are compared as one: what is left of edges that do not lie quite upon each other cancels out."""
BLOCK = 2
"""Of these a side, the blocks in which parts are compared."""
MARKED = 4
"""Blocks of 64 that may differ at will: a mark or a line of text."""
TOLERANCE, GROWTH = 2.6, 0.27
"""Fitted to pictures that `benchmarks.copies` leaves out; how is told in `docs/decisions/0014-near-copies.md`."""

_POINTS: Floats = ((np.arange(GRID) + 0.5) / GRID).astype(np.float32)


class Difference(msgspec.Struct, frozen=True):
    """What is left between two pictures that lie upon each other, in levels of 0 to 255."""

    parts: float
    """Of the block that differs most, but for `MARKED`."""
    contrast: float
    """Standard deviation of the fainter picture."""

    def within(self, times: float = 1.0) -> bool:
        """Whether they are one picture: what is strong differs more when it is changed, but not by as much.

        Args:
            times: how many times the usual tolerance.
        """
        bound: float = times * TOLERANCE * max(self.contrast, 1.0) ** GROWTH
        return 1 + self.parts <= bound


class _Laid(msgspec.Struct, frozen=True):
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
        """`(GRID, GRID)` or `(GRID, GRID, 3)` of the same of `SIDE`."""
        down, across = self.places()
        rows, columns = tents(SIDE, down, self.scale_y / GRID), tents(SIDE, across, self.scale_x / GRID)
        if image.ndim == 2:
            flat: Floats = (rows @ image @ columns.T).astype(np.float32)
            return flat
        bands: Floats = np.matmul(columns, np.tensordot(rows, image, (1, 0)))
        return bands

    def inside(self) -> NDArray[np.bool_]:
        """`(GRID, GRID)`: which points are within the other picture."""
        down, across = ((place > 0.01) & (place < 0.99) for place in self.places())
        return down[:, None] & across[None]

    def moved(self, by: NDArray[np.float64]) -> _Laid:
        lowest, highest = 1 / MOST_SCALED, MOST_SCALED
        bounds = ((lowest, highest), (-MOST_MOVED, MOST_MOVED)) * 2
        now = (self.scale_x, self.left, self.scale_y, self.top)
        return _Laid(
            *(
                float(min(max(value + step, low), high))
                for value, step, (low, high) in zip(now, by, bounds, strict=True)
            )
        )


_UPON = _Laid()


def difference(one: Squeezed, other: Squeezed, *, scale: float = 1.0) -> Difference:
    """What is left between two pictures when `other` is laid upon `one`.

    Args:
        scale: how many times as large the first is thought to be: more is shown in it.
    """
    reference = _UPON.sampled(one)
    laid = _laid(reference @ LUMINANCE, other @ LUMINANCE, scale)
    return _left(reference, laid.sampled(other), laid.inside())


def _laid(reference: Floats, other: Floats, scale: float) -> _Laid:
    laid = _Laid(scale, (1 - scale) / 2, scale, (1 - scale) / 2)
    for _ in range(STEPS):
        step = _step(reference, laid.sampled(other), laid)
        laid = laid.moved(step)
        if np.abs(step).max() < STILL:
            break
    return laid


def _step(reference: Floats, sampled: Floats, laid: _Laid) -> NDArray[np.float64]:
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


def _left(one: Floats, other: Floats, inside: NDArray[np.bool_]) -> Difference:
    """What differs in colour, whichever of the two is made as bright as the other: light that was cut off is not known."""
    if not inside.any():
        return Difference(255.0, 1.0)
    ways = (_apart(source, target, inside) for source, target in ((other, one), (one, other)))
    blocks = min(ways, key=lambda apart: float(apart.sum()))
    contrast = min(float(image[inside].std(axis=0).mean()) for image in (one, other))
    return Difference(float(np.sort(blocks, axis=None)[-1 - MARKED]), contrast)


def _apart(source: Floats, target: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Mean difference in each block, `(8, 8)`, of the target and the source in its tones."""
    toned = _toned(source, target, inside)
    coarse, side = GRID // COARSE, GRID // COARSE // BLOCK
    apart = np.where(inside[..., None], toned - target, 0)
    apart = np.abs(apart.reshape(coarse, COARSE, coarse, COARSE, 3).mean(axis=(1, 3))).mean(axis=2)
    blocks: Floats = apart.reshape(side, BLOCK, side, BLOCK).mean(axis=(1, 3))
    return blocks


def _toned(source: Floats, target: Floats, inside: NDArray[np.bool_]) -> Floats:
    """The source with the tones of the target: one curve for all colours, which never falls."""
    hats = _hats(source[inside].ravel())
    wanted = target[inside].ravel() - hats.T @ KNOTS
    weight = 0.01 * len(wanted) / len(KNOTS)
    bent = np.linalg.solve(hats @ hats.T + weight * np.eye(len(KNOTS)), hats @ wanted)
    curve = np.maximum.accumulate(KNOTS + np.clip(bent, -MOST_BENT, MOST_BENT))
    toned: Floats = np.interp(source, KNOTS, curve).astype(np.float32)
    return toned


def _hats(levels: Floats) -> NDArray[np.float64]:
    """`(len(KNOTS), n)`: the weight of each knot in each level."""
    place = np.clip(levels, 0, 255) / 255 * (len(KNOTS) - 1)
    hats: NDArray[np.float64] = np.maximum(0.0, 1 - np.abs(place - np.arange(len(KNOTS))[:, None]))
    return hats
