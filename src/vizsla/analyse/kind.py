"""Photo, clip art or line drawing, from features that cost half a millisecond.

Drawing programs make areas that are flat or change evenly, hard edges and few colours; cameras make grain and soft
edges. A logistic regression weighs four such measures. A line drawing is thin grey ink on a light ground.
`benchmarks/kind.py` prints how often the answer is right on pictures that the weights were not fitted to, and fits them.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture

Mask = NDArray[np.bool_]
Levels = NDArray[np.int16]
"""`(3, height, width)`, 0 to 255."""

WEIGHTS = (16.29, -30.93, -4.55, -23.43)
BIAS = 7.18
"""Log-odds of a photo by `features`; `benchmarks/kind.py --fit` prints them."""

GROUND = 248
"""Lowest channel from which a pixel is white ground and not part of what is shown."""
OPAQUE = 128
"""Alpha from which a pixel is seen."""
FLAT, HARD, EVEN = 2, 64, 3
"""Steps between neighbours: unnoticeable, an edge; change of step (sum of channels) of an even gradient."""

LIGHT = 224
"""Lowest channel of a ground that is drawn on."""
GREY_SPREAD, GREY_SHARE = 24, 0.97
"""Difference of channels in grey ink, and how much of the picture is so."""
MOST_INK, MOST_THICK = 0.5, 0.3
"""Share of a line drawing that is inked, and share of the ink that is deep inside a stroke (two pixels or more)."""


class Kind(msgspec.Struct, frozen=True):
    kind: str


def tell(picture: Picture) -> Kind:
    levels = planes(picture)
    if is_line_drawing(levels):
        return Kind("line")
    photo = features(levels, picture.alpha) @ np.array(WEIGHTS) + BIAS > 0
    return Kind("photo" if photo else "clipart")


def planes(picture: Picture) -> Levels:
    """The small rendition, a channel at a time: numpy is several times faster along long axes."""
    return np.ascontiguousarray(picture.small.transpose(2, 0, 1), dtype=np.int16)


def features(levels: Levels, alpha: NDArray[np.uint8] | None) -> NDArray[np.float64]:
    """Shares, 0 to 1, of what is not ground: flat steps, hard steps, the 16 most frequent of 4,096 colours, even steps."""
    shown = levels.min(axis=0) < GROUND
    if alpha is not None:
        shown &= alpha >= OPAQUE
    if not shown.any():
        return np.array([1.0, 0.0, 1.0, 1.0])
    total = levels.sum(axis=0, dtype=np.int16)
    across, down = levels.swapaxes(1, 2), levels
    steps = np.concatenate([_steps(down, shown), _steps(across, shown.T)])
    changes = np.concatenate([_changes(total, shown), _changes(total.T, shown.T)])
    red, green, blue = levels >> 4
    counts = np.bincount((red << 8 | green << 4 | blue)[shown])
    frequent = np.sort(counts)[-16:].sum() / shown.sum()
    return np.array([_share(steps <= FLAT), _share(steps >= HARD), frequent, _share(changes <= EVEN)])


def is_line_drawing(levels: Levels) -> bool:
    lowest = levels.min(axis=0)
    if _share(levels.max(axis=0) - lowest <= GREY_SPREAD) < GREY_SHARE:
        return False
    ink = lowest < LIGHT
    return 0 < _share(ink) < MOST_INK and bool(_inside(ink).sum() < MOST_THICK * ink.sum())


def _steps(levels: Levels, shown: Mask) -> NDArray[np.int16]:
    """Largest difference of a channel between neighbours in a column, one of which is shown."""
    step: NDArray[np.int16] = np.abs(levels[:, 1:] - levels[:, :-1]).max(axis=0)
    return step[shown[1:] | shown[:-1]]


def _changes(total: NDArray[np.int16], shown: Mask) -> NDArray[np.int16]:
    """How much the step of the sum of channels changes along a column, where all three pixels are shown."""
    change: NDArray[np.int16] = np.abs(total[2:] - 2 * total[1:-1] + total[:-2])
    return change[shown[2:] & shown[1:-1] & shown[:-2]]


def _inside(ink: Mask) -> Mask:
    """Pixels whose neighbours up to two away in both directions are all ink; a row, then a column at a time."""
    for _ in range(2):
        rows = np.pad(ink, ((2, 2), (0, 0)))
        ink = (rows[:-4] & rows[1:-3] & rows[2:-2] & rows[3:-1] & rows[4:]).T
    return ink


def _share(mask: Mask) -> float:
    return float(mask.mean()) if mask.size else 1.0


ANALYSER = Analyser("kind", 1, tell)
