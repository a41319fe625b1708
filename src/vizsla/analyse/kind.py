"""Photo, clip art or line drawing: a small network over 65 cheap measures.

Drawing programs make areas that are flat or change evenly, hard edges and few colours; cameras make grain and soft
edges; a line drawing is thin grey ink on a light ground. The measures say how much of that is in what is not white
ground, at three scales. `tools/build_kind.py` fits the network; `benchmarks/kind.py` prints how often it is right on
pictures that it was not fitted to.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
Levels = NDArray[np.int16]
"""`(3, height, width)`, 0 to 255."""

KINDS = ("photo", "clipart", "line")
WEIGHTS = Path(__file__).with_name("kind.npz")

GROUND = 248
"""Lowest channel from which a pixel is white ground and not part of what is shown."""
OPAQUE = 128
"""Alpha from which a pixel is seen."""
STEPS = (0, 1, 2, 4, 8, 16, 32, 64)
COARSE_STEPS = STEPS[:-1]
BENDS = (0, 1, 2, 3, 5, 8, 14, 24, 48, 96, 150)
"""Measures are the shares of differences up to these: of a channel between neighbours, and of the sum of channels from
the middle of its neighbours."""
FREQUENT = (1, 2, 4, 8, 16, 32, 64)
"""How many of 4,096 colours the most frequent are."""
INK, DARK_INK = 224, 112
"""Lowest channel below which a pixel is inked."""
DEPTHS = (1, 2, 4)
"""Pixels to the edge of an inked stroke, from which it is not thin."""


class Kind(msgspec.Struct, frozen=True):
    kind: str


class Network(NamedTuple):
    """A hidden layer of rectified sums; three rows of outputs, the highest of which is the answer."""

    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats


@cache
def network() -> Network:
    with np.load(WEIGHTS) as weights:
        return Network(*(weights[name] for name in Network._fields))


def tell(picture: Picture) -> Kind:
    """A picture of which nothing is seen is clip art."""
    measured = features(picture.small, picture.alpha)
    return Kind("clipart" if measured is None else KINDS[int(scores(measured).argmax())])


def scores(measured: Floats) -> Floats:
    """`(65,)` measures to a score for each of `KINDS`."""
    layers = network()
    found: Floats = np.maximum(measured @ layers.hidden + layers.hidden_bias, 0) @ layers.output
    return found + layers.output_bias


def features(small: NDArray[np.uint8], alpha: NDArray[np.uint8] | None) -> Floats | None:
    """The measures of a small rendition; `None` if there is nothing but ground."""
    levels: Levels = np.ascontiguousarray(small.transpose(2, 0, 1), dtype=np.int16)
    lowest, highest = levels.min(axis=0), levels.max(axis=0)
    shown: Mask = lowest < GROUND
    if alpha is not None and (opaque := shown & (alpha.reshape(shown.shape) >= OPAQUE)).any():
        shown = opaque  # unless the strokes are so thin that they shine through everywhere
    if not shown.any():
        return None
    parts = (
        _textures(levels, shown),
        _colours(levels, shown),
        _saturation(highest - lowest, shown),
        _inking(lowest),
        _tones(levels, shown),
    )
    return np.array([value for part in parts for value in part], dtype=np.float32)


def _textures(levels: Levels, shown: Mask) -> list[float]:
    """Grain and edges at full, half and quarter size."""
    total = levels.sum(axis=0, dtype=np.int16)
    half, half_shown = _halved(levels, shown)
    quarter, quarter_shown = _halved(half, half_shown) if min(half.shape) > 3 else (half, half_shown)
    down = np.abs(levels[:, 2:] - 2 * levels[:, 1:-1] + levels[:, :-2]).max(axis=0)
    return [
        *_shares(_steps(levels, shown), STEPS),
        *_shares(np.concatenate([_bends(total, shown), _bends(total.T, shown.T)]), BENDS),
        *_shares(down[shown[2:] & shown[1:-1] & shown[:-2]], COARSE_STEPS),
        *_shares(_steps(half, half_shown), COARSE_STEPS),
        *_shares(_steps(quarter, quarter_shown), COARSE_STEPS),
    ]


def _shares(values: NDArray[np.int16], limits: tuple[int, ...]) -> list[float]:
    """What part of the values is at most each limit; all of none."""
    if not values.size:
        return [1.0] * len(limits)
    cap = limits[-1] + 1
    counts = np.bincount(np.minimum(values, cap), minlength=cap + 1)
    return [float(share) for share in (np.cumsum(counts) / values.size)[list(limits)]]


def _halved(levels: Levels, shown: Mask) -> tuple[Levels, Mask]:
    """Means of four pixels, all of which are shown."""
    height, width = shown.shape[0] // 2 * 2, shown.shape[1] // 2 * 2
    levels, shown = levels[:, :height, :width], shown[:height, :width]
    total = levels[:, ::2, ::2] + levels[:, 1::2, ::2] + levels[:, ::2, 1::2] + levels[:, 1::2, 1::2]
    return (total + 2) >> 2, shown[::2, ::2] & shown[1::2, ::2] & shown[::2, 1::2] & shown[1::2, 1::2]


def _steps(levels: Levels, shown: Mask) -> NDArray[np.int16]:
    """Largest difference of a channel between neighbours that are both shown, in both directions."""
    down = np.abs(levels[:, 1:] - levels[:, :-1]).max(axis=0)[shown[1:] & shown[:-1]]
    across = np.abs(levels[:, :, 1:] - levels[:, :, :-1]).max(axis=0)[shown[:, 1:] & shown[:, :-1]]
    return np.concatenate([down, across])


def _bends(total: NDArray[np.int16], shown: Mask) -> NDArray[np.int16]:
    """How much the step of the sum of channels changes along a column, where all three pixels are shown."""
    bend: NDArray[np.int16] = np.abs(total[2:] - 2 * total[1:-1] + total[:-2])
    return bend[shown[2:] & shown[1:-1] & shown[:-2]]


def _colours(levels: Levels, shown: Mask) -> list[float]:
    """Of 4,096 colours: the shares of the most frequent, how many there are beside the pixels, their entropy in bits."""
    red, green, blue = levels >> 4
    counts = np.bincount((red << 8 | green << 4 | blue)[shown])
    counts = np.sort(counts[counts > 0])[::-1]
    shares = counts / counts.sum()
    summed = np.cumsum(shares)
    frequent = [float(summed[min(most, len(summed)) - 1]) for most in FREQUENT]
    return [*frequent, len(counts) / float(np.sqrt(counts.sum())), float(-(shares * np.log2(shares)).sum())]


def _saturation(spread: NDArray[np.int16], shown: Mask) -> list[float]:
    """Shares of greys in all of the picture; mean and deviation of the difference of channels; how much is shown."""
    seen = spread[shown]
    greys = [float((spread <= most).mean()) for most in (12, 24)]
    return [*greys, float(seen.mean()), float(seen.std()), float(shown.mean())]


def _inking(lowest: NDArray[np.int16]) -> list[float]:
    """How much is inked; what part of that darkly, and in strokes that are not thin."""
    ink = lowest < INK
    inked = max(1, int(ink.sum()))
    thick = [float(_deep(ink, depth).sum() / inked) for depth in DEPTHS]
    return [float(ink.mean()), float((lowest < DARK_INK).sum() / inked), *thick]


def _deep(ink: Mask, depth: int) -> Mask:
    """Pixels whose neighbours up to `depth` away in both directions are all ink; a column, then a row at a time."""
    for _ in range(2):
        padded = np.pad(ink, ((depth, depth), (0, 0)))
        rows = ink.shape[0]
        ink = np.logical_and.reduce([padded[at : at + rows] for at in range(2 * depth + 1)]).T
    return ink


def _tones(levels: Levels, shown: Mask) -> list[float]:
    """Shares of dark and light pixels, and of the eight most frequent of 256 lightnesses."""
    lightness = levels.sum(axis=0, dtype=np.int16)[shown] // 3
    shares = np.bincount(lightness, minlength=256) / len(lightness)
    parts = (shares[:32], shares[:64], shares[128:], shares[200:], np.sort(shares)[-8:])
    return [float(part.sum()) for part in parts]


ANALYSER = Analyser("kind", 2, tell)
