"""Whether two pictures are one, when one may be cropped, brighter, recompressed, scaled or marked.

One is laid upon the other, in its tones. What differs then, in colour, is what tells copies from pictures that are merely
alike: in the whole, and once more, closer, where something is to be seen at all: a small drawing on a large sheet is
compared by the drawing. What was measured is in `docs/decisions/0014-near-copies.md`.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.alignment import GRID, UPON, Laid, laid_upon
from vizsla.analyse.copies import LUMINANCE, SIDE, Floats, resampled, tents

Pixels = NDArray[np.uint8]

FINE = 128
"""Points a side that are kept of a picture: for a closer look, and for light that is cut off pixel by pixel."""
KNOTS: Floats = np.linspace(0, 255, 17, dtype=np.float32)
"""Levels between which the curve that leads from the tones of one picture to those of another is straight: light that is
cut off makes a corner in it."""
MOST_BENT = 64.0
"""Levels by which the curve may change one: a fifth more brightness is 51."""
COARSE = 2
"""Points a side that are compared as one: what is left of edges that do not lie quite upon each other cancels out."""
BLOCK = 2
"""Of these a side, the blocks in which parts are compared."""
SEEN = 8.0
"""Standard deviation in levels from which something is to be seen in a block."""
FULL, MARKED, MARKED_SPARSE = 56, 4, 1
"""Of 64 blocks those that may differ at will, as a mark or a line of text does: several where something is to be seen nearly
everywhere, which then agrees; of a drawing on a plain ground, where little agrees but the ground, one."""
GROUND = 24.0
"""Levels by which something differs from the ground, that is from what is usual at the edge: a JPEG's noise does not."""
EDGE = 0.02
"""Of the side, what is shown around it in a closer look."""
CLOSER = 0.8
"""Part of the picture from which a closer look shows nothing new."""
LEAST_SEEN = 0.05
"""Part of the side below which too little is to be seen, even closer."""
ROUGHLY = 1.5
"""Times the tolerance by which pictures may differ at first sight to be looked at any further: one in hundreds does."""
GLANCE = 4
"""Points a side that are compared at a glance, before anything is laid upon anything."""
BRIGHTER = (0.75, 1.33)
"""How many times as bright a copy may be, at a glance."""
GLANCED = 28.0
"""Levels by which copies may differ at a glance: five percent off each side make nearly as much of a small drawing."""
TOLERANCE, GROWTH = 3.9, 0.27
"""Fitted to pictures that `benchmarks.copies` leaves out."""


class View(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A picture without its proportions, as it is compared."""

    pixels: Pixels
    """`(FINE, FINE, 3)`, sRGB."""
    rows: int
    """Pixels that there were: more are not to be seen in another either."""
    columns: int

    @classmethod
    def of(cls, rgb: Pixels) -> View:
        """Any picture, `(height, width, 3)`."""
        return cls(resampled(rgb, FINE, FINE).round().astype(np.uint8), rgb.shape[0], rgb.shape[1])

    @cached_property
    def rough(self) -> Floats:
        """As it is seen at first sight, at `SIDE` points a side."""
        return resampled(self.pixels, SIDE, SIDE)

    def seen_with(self, other: View) -> Floats:
        """As it would be with no more pixels than the other has."""
        pixels = self.pixels.astype(np.float32)
        rows, columns = min(FINE, self.rows, other.rows), min(FINE, self.columns, other.columns)
        if rows == columns == FINE:
            return pixels
        return resampled(resampled(pixels, rows, columns), FINE, FINE)


class Difference(msgspec.Struct, frozen=True):
    """What is left between two pictures that lie upon each other, in levels of 0 to 255."""

    parts: float
    """Of the block that differs most, but for those that may be marked."""
    contrast: float
    """Standard deviation of the fainter picture."""
    closer: Difference | None = None
    """What is left where something is to be seen; `None`: that is all of it."""

    def within(self, times: float = 1.0) -> bool:
        """Whether they are one picture: what is strong differs more when it is changed, but not by as much.

        Args:
            times: how many times the usual tolerance.
        """
        bound: float = times * TOLERANCE * max(self.contrast, 1.0) ** GROWTH
        return 1 + self.parts <= bound and (self.closer is None or self.closer.within(times))


_NOTHING_ALIKE = Difference(255.0, 1.0)


class _Box(NamedTuple):
    """A part of a picture, as fractions of its sides."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def places(self) -> tuple[Floats, Floats]:
        """`SIDE` points down and across."""
        points = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE
        down: Floats = (self.top + (self.bottom - self.top) * points).astype(np.float32)
        across: Floats = (self.left + (self.right - self.left) * points).astype(np.float32)
        return down, across


def glance(rgb: Pixels) -> bytes:
    """What is remembered of a picture, `(height, width, 3)`, to compare it at a glance: `GLANCE` points a side."""
    seen: Pixels = resampled(rgb, GLANCE, GLANCE).round().astype(np.uint8)
    return seen.tobytes()


def alike_at_a_glance(one: bytes, other: bytes) -> bool:
    """Whether two glances may be of one picture, which is brighter or darker in the other."""
    first, second = (np.frombuffer(seen, np.uint8).astype(np.float32) for seen in (one, other))
    brighter = np.clip(float(first @ second) / max(1.0, float(second @ second)), *BRIGHTER)
    return bool(np.abs(first - np.minimum(second * brighter, 255)).mean() <= GLANCED)


def difference(one: View, other: View, *, scale: float = 1.0) -> Difference:
    """What is left between two pictures when `other` is laid upon `one`. One to ten milliseconds, most of it for copies.

    Args:
        scale: how many times as large the first is thought to be: more is shown in it.
    """
    ways = _ways(one.rough, other.rough, scale)
    rough = _least(one.rough, other.rough, ways)[1]
    if not rough.within(ROUGHLY):
        return rough
    first, second = one.seen_with(other), other.seen_with(one)
    laid, whole = _least(first, second, ways)
    box = _common(_seen(first), _seen(second), laid)
    if box.area > CLOSER:
        return whole
    return msgspec.structs.replace(whole, closer=_closer(first, second, box, laid))


def _closer(one: Floats, other: Floats, box: _Box, laid: Laid) -> Difference:
    """What is left within a box of the first."""
    if min(box.right - box.left, box.bottom - box.top) < LEAST_SEEN:
        return _NOTHING_ALIKE
    first, second = _cut(one, box), _cut(other, _moved(box, laid))
    return _least(first, second, _ways(first, second, 1.0))[1]


def _ways(one: Floats, other: Floats, scale: float) -> tuple[Laid, ...]:
    """How the second may lie upon the first: light that is cut off leads it astray where nothing was cropped."""
    found = laid_upon(UPON.sampled(one) @ LUMINANCE, other @ LUMINANCE, scale)
    return (found, UPON) if scale == 1.0 else (found,)


def _least(one: Floats, other: Floats, ways: tuple[Laid, ...]) -> tuple[Laid, Difference]:
    """The way by which least is left."""
    first = UPON.sampled(one)
    return min(((laid, _left(one, first, other, laid)) for laid in ways), key=lambda way: way[1].parts)


def _left(one: Floats, first: Floats, other: Floats, laid: Laid) -> Difference:
    """What differs in colour, whichever of the two is made as bright as the other: light that was cut off is not known."""
    inside = laid.inside()
    if not inside.any():
        return _NOTHING_ALIKE
    second = laid.sampled(other)
    ways = (
        _apart(laid.sampled(_toned(other, _tones(second[inside], first[inside]))), first, inside),
        _apart(UPON.sampled(_toned(one, _tones(first[inside], second[inside]))), second, inside),
    )
    blocks = min(ways, key=lambda apart: float(apart.sum()))
    contrast = min(float(image[inside].std(axis=0).mean()) for image in (first, second))
    return Difference(float(np.sort(blocks, axis=None)[-1 - _marked(first, second)]), contrast)


def _marked(one: Floats, other: Floats) -> int:
    """How many blocks may differ at will: by how many there are in which something is to be seen in both."""
    blocks, side = GRID // COARSE // BLOCK, COARSE * BLOCK
    ways = (
        image.reshape(blocks, side, blocks, side, 3).std(axis=(1, 3)).max(axis=2) for image in (one, other)
    )
    return MARKED if int((np.minimum(*ways) > SEEN).sum()) >= FULL else MARKED_SPARSE


def _apart(one: Floats, other: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Mean difference in each block, `(8, 8)`."""
    coarse, side = GRID // COARSE, GRID // COARSE // BLOCK
    apart = np.where(inside[..., None], one - other, 0)
    apart = np.abs(apart.reshape(coarse, COARSE, coarse, COARSE, 3).mean(axis=(1, 3))).mean(axis=2)
    blocks: Floats = apart.reshape(side, BLOCK, side, BLOCK).mean(axis=(1, 3))
    return blocks


def _toned(image: Floats, curve: Floats) -> Floats:
    """In other tones, one curve for all colours."""
    toned: Floats = np.interp(image, KNOTS, curve).astype(np.float32)
    return toned


def _tones(source: Floats, target: Floats) -> Floats:
    """The levels to which `KNOTS` lead, so that the source becomes the target, point by point; they never fall."""
    hats = _hats(source.ravel())
    wanted = target.ravel() - hats.T @ KNOTS
    weight = 0.01 * len(wanted) / len(KNOTS)
    bent = np.linalg.solve(hats @ hats.T + weight * np.eye(len(KNOTS)), hats @ wanted)
    curve = np.maximum.accumulate(KNOTS + np.clip(bent, -MOST_BENT, MOST_BENT))
    tones: Floats = np.clip(curve, 0, 255)
    return tones


def _hats(levels: Floats) -> Floats:
    """`(len(KNOTS), n)`: the weight of each knot in each level."""
    place = np.clip(levels, 0, 255) * np.float32((len(KNOTS) - 1) / 255)
    apart = np.abs(place - np.arange(len(KNOTS), dtype=np.float32)[:, None])
    hats: Floats = np.maximum(np.float32(0), np.float32(1) - apart)
    return hats


# Where something is to be seen


def _seen(image: Floats) -> _Box:
    """What is not ground."""
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    seen = np.abs(image - np.median(edge, axis=0)).max(axis=2) > GROUND
    if not seen.any():
        return _Box(0.0, 0.0, 1.0, 1.0)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    side = len(image)
    sides = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return _Box(*(float(place) / side for place in sides))


def _common(one: _Box, other: _Box, laid: Laid) -> _Box:
    """What holds both, with a little around, and is within both pictures; in places of the first."""
    other = _back(other, laid)
    whole = _back(_Box(0.0, 0.0, 1.0, 1.0), laid)
    return _Box(
        max(min(one.left, other.left) - EDGE, whole.left, 0.0),
        max(min(one.top, other.top) - EDGE, whole.top, 0.0),
        min(max(one.right, other.right) + EDGE, whole.right, 1.0),
        min(max(one.bottom, other.bottom) + EDGE, whole.bottom, 1.0),
    )


def _moved(box: _Box, laid: Laid) -> _Box:
    """From places of the first to those of the other."""
    x, y = laid.scale_x, laid.scale_y
    return _Box(
        x * box.left + laid.left, y * box.top + laid.top, x * box.right + laid.left, y * box.bottom + laid.top
    )


def _back(box: _Box, laid: Laid) -> _Box:
    """From places of the other to those of the first."""
    x, y = laid.scale_x, laid.scale_y
    return _Box(
        (box.left - laid.left) / x,
        (box.top - laid.top) / y,
        (box.right - laid.left) / x,
        (box.bottom - laid.top) / y,
    )


def _cut(image: Floats, box: _Box) -> Floats:
    """A part, at `SIDE` points a side."""
    down, across = box.places()
    rows = tents(len(image), down, (box.bottom - box.top) / SIDE)
    columns = tents(len(image), across, (box.right - box.left) / SIDE)
    part: Floats = np.matmul(columns, np.tensordot(rows, image, (1, 0)))
    return part
