"""How sharp a picture is, where it is sharpest.

The measure is the variance of the Laplacian (Pech-Pacheco et al. 2000, LAPV in the comparison of Pertuz et al. 2013) of
the picture as it is kept, about 474 pixels wide: the size at which people judge results. It is taken of tiles, and of the
sharpest quarter of them, so that a face before a blurred garden is sharp. A logarithm makes a scale of it on which a
halving of detail is about the same step everywhere.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture

TILES = 8
"""Along each side."""
SHARPEST = 0.25
"""Part of the tiles that counts."""
FULL = 20_000.0
"""Variance that is 100: black lines a pixel wide on white reach it. `benchmarks/colour.py` prints what photographs have."""


class Sharpness(msgspec.Struct, frozen=True):
    sharpness: int


def measure(picture: Picture) -> Sharpness:
    levels = _green(picture)
    if min(levels.shape) < 3:
        return Sharpness(0)
    variances = np.sort(_by_tile(_laplacian(levels)).ravel())
    sharpest = variances[-max(1, round(SHARPEST * len(variances))) :].mean()
    return Sharpness(min(100, round(100 * math.log1p(sharpest) / math.log1p(FULL))))


def _green(picture: Picture) -> NDArray[np.int16]:
    """The channel that carries most of the lightness, over white; `(height, width)`, 0 to 255."""
    green = picture.kept[..., 1].astype(np.int16)
    if picture.has_alpha and picture.kept.shape[2] == 4:
        alpha = picture.kept[..., 3].astype(np.int32)
        return (255 - (255 - green) * alpha // 255).astype(np.int16)
    return green


def _laplacian(levels: NDArray[np.int16]) -> NDArray[np.int16]:
    """Four times each inner pixel less its four neighbours."""
    inner = levels[1:-1, 1:-1] * 4
    found: NDArray[np.int16] = (
        inner - levels[:-2, 1:-1] - levels[2:, 1:-1] - levels[1:-1, :-2] - levels[1:-1, 2:]
    )
    return found


def _by_tile(laplacian: NDArray[np.int16]) -> NDArray[np.float64]:
    """Mean square of each tile; the Laplacian's own mean is next to nothing."""
    squares = laplacian.astype(np.float32) ** 2
    height, width = squares.shape
    rows = np.linspace(0, height, min(TILES, height) + 1).astype(np.intp)
    columns = np.linspace(0, width, min(TILES, width) + 1).astype(np.intp)
    sums = np.add.reduceat(np.add.reduceat(squares, rows[:-1], axis=0), columns[:-1], axis=1)
    sizes = np.diff(rows)[:, None] * np.diff(columns)
    tiles: NDArray[np.float64] = sums / sizes
    return tiles


ANALYSER = Analyser("sharpness", 1, measure)
"""`ImageRecord.sharpness`; a weak hint of quality, not a promise."""
