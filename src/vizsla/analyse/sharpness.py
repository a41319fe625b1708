"""How sharp a picture is, where it is sharpest.

The measure is the variance of the Laplacian (Pech-Pacheco et al. 2000, LAPV in the comparison of Pertuz et al. 2013) of
the picture as it is kept, about 474 pixels wide: the size at which people judge results. It is taken of tiles, and of the
sharpest quarter of them, so that a face before a blurred garden is sharp. A logarithm makes a scale of it on which a
halving of detail is about the same step everywhere.
"""

from __future__ import annotations

import itertools
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
    variances = np.sort(_by_tile(levels).ravel())
    sharpest = variances[-max(1, round(SHARPEST * len(variances))) :].mean()
    return Sharpness(min(100, round(100 * math.log1p(sharpest) / math.log1p(FULL))))


def _green(picture: Picture) -> NDArray[np.int16]:
    """The channel that carries most of the lightness, over white; `(height, width)`, 0 to 255."""
    green = picture.kept[..., 1].astype(np.int16)
    if picture.has_alpha and picture.kept.shape[2] == 4:
        alpha = picture.kept[..., 3].astype(np.int32)
        return (255 - (255 - green) * alpha // 255).astype(np.int16)
    return green


def _by_tile(levels: NDArray[np.int16]) -> NDArray[np.float64]:
    """Mean square of the Laplacian of each tile, whose own mean is next to nothing; a row of tiles at a time, which the
    processor's cache holds."""
    height, width = levels.shape[0] - 2, levels.shape[1] - 2
    rows = np.linspace(0, height, min(TILES, height) + 1).astype(np.intp)
    columns = np.linspace(0, width, min(TILES, width) + 1).astype(np.intp)
    strips = [levels[top : bottom + 2] for top, bottom in itertools.pairwise(rows)]
    sums = [np.add.reduceat(_squares(_laplacian(strip)), columns[:-1]) for strip in strips]
    tiles: NDArray[np.float64] = np.array(sums) / (np.diff(rows)[:, None] * np.diff(columns))
    return tiles


def _laplacian(levels: NDArray[np.int16]) -> NDArray[np.int16]:
    """Four times each inner pixel less its four neighbours."""
    inner = levels[1:-1, 1:-1] * 4
    found: NDArray[np.int16] = (
        inner - levels[:-2, 1:-1] - levels[2:, 1:-1] - levels[1:-1, :-2] - levels[1:-1, 2:]
    )
    return found


def _squares(values: NDArray[np.int16]) -> NDArray[np.float64]:
    """Sums of the squares of columns."""
    exact = values.astype(np.float32)
    sums: NDArray[np.float64] = np.einsum("rc,rc->c", exact, exact).astype(np.float64)
    return sums


ANALYSER = Analyser("sharpness", 1, measure)
"""`ImageRecord.sharpness`; a weak hint of quality, not a promise."""
