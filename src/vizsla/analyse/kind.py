"""Photo, clip art or line drawing: a small network over 64 cheap measures.

Drawing programs make areas that are flat or change evenly, hard edges and few colours; cameras make grain and soft
edges; a line drawing is thin grey ink on a light ground. The measures say how much of that is in what is not white
ground nor transparent, at two scales. `tools/build_kind.py` fits the network; `benchmarks/kind.py` prints how often it is right on
pictures that it was not fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
Plane = NDArray[np.uint8]
"""`(height, width)`."""
Levels = NDArray[np.uint8]
"""`(3, height, width)`."""
Differences = tuple[Plane, Plane]
"""Differences between pixels, and which are between pixels that are not all shown: `UNSEEN`, or else 0."""

KINDS = ("photo", "clipart", "line")
WEIGHTS = Path(__file__).with_name("kind.npz")

GROUND = 248
"""Lowest channel from which a pixel is white ground and not part of what is shown."""
OPAQUE = 128
"""Alpha from which a pixel is seen."""
STEPS = (0, 1, 2, 4, 8, 16, 32, 64)
COARSE_STEPS = STEPS[:-1]
UNSEEN = np.uint8(255)
"""Above all steps and bends that are counted."""
BENDS = (0, 1, 2, 3, 5, 8, 14, 24, 48, 96, 150)
"""Measures are the shares of differences up to these: of a channel between neighbours, and of the sum of channels from
the middle of its neighbours."""
FREQUENT = (1, 2, 4, 8, 16, 32, 64)
"""How many of 4,096 colours the most frequent are."""
INK, DARK_INK = 224, 112
"""Lowest channel below which a pixel is inked."""
FLAT, LIGHTER = 3, 64
"""Ink is an area of grey or colour where its lowest channel is above the second and differs from its neighbour's by at
most the first."""
COLOURED = 24
"""Difference of channels above which ink is coloured."""
GENTLE = 16
"""Step of the sum of channels up to which it may be grain or shading; above, it is an edge."""
DEPTHS = (1, 2, 4)
"""Pixels to the edge of an inked stroke, from which it is not thin."""

_EVERY_LEVEL = np.arange(256)


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
    """`(64,)` measures to a score for each of `KINDS`."""
    layers = network()
    found: Floats = np.maximum(measured @ layers.hidden + layers.hidden_bias, 0) @ layers.output
    return found + layers.output_bias


def features(small: NDArray[np.uint8], alpha: NDArray[np.uint8] | None) -> Floats | None:
    """The measures of a small rendition; `None` if there is nothing but ground."""
    levels: Levels = np.ascontiguousarray(small.transpose(2, 0, 1))
    lowest, highest = levels.min(axis=0), levels.max(axis=0)
    shown: Mask = lowest < GROUND
    if alpha is not None and (opaque := shown & (alpha >= OPAQUE)).any():
        shown = opaque  # unless the strokes are so thin that they shine through everywhere
    if not shown.any():
        return None
    total = levels.sum(axis=0, dtype=np.int16)
    hidden = np.where(shown, np.uint8(0), UNSEEN)
    spread, ink = highest - lowest, lowest < INK
    parts = (
        _textures(levels, total, hidden),
        _colours(levels, shown),
        _saturation(spread, shown),
        _inking(lowest, ink),
        _tones(total, shown),
        _turning(total, hidden),
        _strokes(lowest, spread, ink),
    )
    return np.array([value for part in parts for value in part], dtype=np.float32)


def _textures(levels: Levels, total: NDArray[np.int16], hidden: Plane) -> list[float]:
    """Grain and edges at full and half size."""
    bends = [_bends(total, hidden), _bends(total.T, hidden.T)]
    down = _bent(levels.astype(np.int16), axis=1).max(axis=0)
    return [
        *_shares(_steps(levels, hidden), STEPS),
        *_shares(bends, BENDS),
        *_shares([(down, _any(hidden[2:], hidden[1:-1], hidden[:-2]))], COARSE_STEPS),
        *_shares(_steps(*_halved(levels, hidden)), COARSE_STEPS),
    ]


def _shares(differences: Iterable[Differences], limits: tuple[int, ...]) -> list[float]:
    """What part of the differences that are seen is at most each limit; all of none."""
    parts = list(differences)
    seen = sum(hidden.size - np.count_nonzero(hidden) for _, hidden in parts)
    if not seen:
        return [1.0] * len(limits)
    values = np.concatenate([(found | hidden).ravel() for found, hidden in parts])
    return [np.count_nonzero(values <= limit) / seen for limit in limits]


def _halved(levels: Levels, hidden: Plane) -> tuple[Levels, Plane]:
    """Means of four pixels, all of which are shown."""
    height, width = hidden.shape[0] // 2 * 2, hidden.shape[1] // 2 * 2
    levels, hidden = levels[:, :height, :width], hidden[:height, :width]
    rows = levels[:, ::2].astype(np.uint16) + levels[:, 1::2]
    means = (rows[:, :, ::2] + rows[:, :, 1::2] + 2) >> 2
    pairs = _any(hidden[::2], hidden[1::2])
    return means.astype(np.uint8), _any(pairs[:, ::2], pairs[:, 1::2])


def _steps(levels: Levels, hidden: Plane) -> Iterator[Differences]:
    """Largest difference of a channel between neighbours, in both directions."""
    yield _step(levels[:, 1:], levels[:, :-1]), _any(hidden[1:], hidden[:-1])
    yield _step(levels[:, :, 1:], levels[:, :, :-1]), _any(hidden[:, 1:], hidden[:, :-1])


def _step(one: Levels, other: Levels) -> Plane:
    found: Plane = (np.maximum(one, other) - np.minimum(one, other)).max(axis=0)
    return found


def _bends(total: NDArray[np.int16], hidden: Plane) -> Differences:
    """How much the step of the sum of channels changes along a column."""
    return _bent(total, axis=0), _any(hidden[2:], hidden[1:-1], hidden[:-2])


def _bent(levels: NDArray[np.int16], axis: int) -> NDArray[np.uint8]:
    """Size of the second difference, as far as it is counted."""
    return np.minimum(np.abs(np.diff(levels, 2, axis)), UNSEEN).astype(np.uint8)


def _any(*hidden: Plane) -> Plane:
    """Hidden in one of them."""
    return reduce(np.bitwise_or, hidden)


def _colours(levels: Levels, shown: Mask) -> list[float]:
    """Of 4,096 colours: the shares of the most frequent, how many there are beside the pixels, their entropy in bits."""
    red, green, blue = (levels >> 4).astype(np.uint16)
    counts = _counted(red << 8 | green << 4 | blue, shown, 4096)
    counts = np.sort(counts[counts > 0])[::-1]
    shares = counts / counts.sum()
    summed = np.cumsum(shares)
    frequent = [float(summed[min(most, len(summed)) - 1]) for most in FREQUENT]
    return [*frequent, len(counts) / float(np.sqrt(counts.sum())), float(-(shares * np.log2(shares)).sum())]


def _counted(values: NDArray[np.integer[Any]], shown: Mask, most: int) -> NDArray[np.intp]:
    """How often each number below `most` is shown."""
    return np.bincount(values[shown], minlength=most)


def _saturation(spread: Plane, shown: Mask) -> list[float]:
    """Shares of greys in all of the picture; mean and deviation of the difference of channels; how much is shown."""
    greys = [np.count_nonzero(spread <= most) / spread.size for most in (12, 24)]
    counts = _counted(spread, shown, 256)
    seen = int(counts.sum())
    mean = float(counts @ _EVERY_LEVEL) / seen
    deviation = math.sqrt(float(counts @ (_EVERY_LEVEL - mean) ** 2) / seen)
    return [*greys, mean, deviation, seen / shown.size]


def _inking(lowest: Plane, ink: Mask) -> list[float]:
    """How much is inked; what part of that darkly, and in strokes that are not thin."""
    inked = int(np.count_nonzero(ink))
    dark = int(np.count_nonzero(lowest < DARK_INK))
    return [inked / ink.size, *(count / max(1, inked) for count in [dark, *_deep(ink)])]


def _deep(ink: Mask) -> Iterator[int]:
    """How many pixels have nothing but ink up to each of `DEPTHS` away in both directions; beyond the picture is none."""
    deep = np.pad(ink, 1)
    for depth in range(1, DEPTHS[-1] + 1):
        rows = deep[:-2] & deep[1:-1] & deep[2:]
        deep[1:-1, 1:-1] = rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:]
        if depth in DEPTHS:
            yield int(np.count_nonzero(deep))


def _strokes(lowest: Plane, spread: Plane, ink: Mask) -> list[float]:
    """Of the ink: how much edge it has, what part is coloured, how far it fills the box around it, what part is areas."""
    inked = int(np.count_nonzero(ink))
    if not inked:
        return [0.0] * 4
    edges = np.count_nonzero(ink[1:] ^ ink[:-1]) + np.count_nonzero(ink[:, 1:] ^ ink[:, :-1])
    left, right = lowest[:, :-1], lowest[:, 1:]
    even = np.maximum(left, right) - np.minimum(left, right) <= FLAT
    areas = np.count_nonzero(even & ink[:, 1:] & (right > LIGHTER))
    box = _extent(ink, 0) * _extent(ink, 1)
    return [edges / inked, np.count_nonzero(ink & (spread > COLOURED)) / inked, inked / box, areas / inked]


def _extent(ink: Mask, axis: int) -> int:
    """From the first inked column to the last, or row."""
    first, last = np.flatnonzero(ink.any(axis=axis))[[0, -1]]
    return int(last - first) + 1


def _turning(total: NDArray[np.int16], hidden: Plane) -> list[float]:
    """How often a gentle step is followed by one back, as in grain, and by one onward, as in shading; the former's part.

    Along every second row, for half the time.
    """
    steps = np.diff(total[::2])
    signs = np.sign(steps).astype(np.int8)
    signs *= np.abs(steps) <= GENTLE
    covered = hidden[::2]
    seen = _any(covered[:, 2:], covered[:, 1:-1], covered[:, :-2]) == 0
    turns = signs[:, 1:] * signs[:, :-1] * seen
    back, onward = int(np.count_nonzero(turns < 0)), int(np.count_nonzero(turns > 0))
    every = max(1, int(np.count_nonzero(seen)))
    return [back / every, onward / every, back / max(1, back + onward)]


def _tones(total: NDArray[np.int16], shown: Mask) -> list[float]:
    """Shares of dark and light pixels, and of the eight most frequent of 256 lightnesses."""
    counts = _counted(total, shown, 3 * 256).reshape(256, 3).sum(axis=1)
    shares = counts / counts.sum()
    parts = (shares[:32], shares[:64], shares[128:], shares[200:], np.sort(shares)[-8:])
    return [float(part.sum()) for part in parts]


ANALYSER = Analyser("kind", 3, tell)
