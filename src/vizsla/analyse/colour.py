"""Dominant colours by their v7 names, black-and-white, and the accent colour.

Pixels of the small rendition are counted in 32,768 cells of 15-bit sRGB; a table names each cell, made by
`tools/build_colours.py` of what people call colours. An even ground is told apart from what stands before it, so that
a red apple on white is red, and white. `benchmarks/colour.py` prints how often that agrees with what pictures are called.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture

Floats = NDArray[np.float64]
Cells = NDArray[np.uint16]
Mask = NDArray[np.bool_]

NAMES = (
    "black",
    "blue",
    "brown",
    "gray",
    "green",
    "orange",
    "pink",
    "purple",
    "red",
    "teal",
    "white",
    "yellow",
)
TABLE = Path(__file__).with_name("colour_names.npy")

DOMINANT_SHARE = 0.15
"""A colour that has this part of the weight is dominant; the strongest always is."""
MAX_DOMINANT = 3
"""The ground's colour may be a fourth."""
CHROMA_WEIGHT = 0.03
"""What a unit of chroma adds to a pixel's weight: people name the coloured part of a picture, not its shadows. Chosen on
one half of the pictures of `benchmarks/colour.py`, with the share above."""

GROUND_REACH = 12.0
"""CIELAB distance within which pixels are of the same even ground."""
GROUND_BORDER = 0.6
"""Part of the picture's border that is of one colour, if the picture has a ground."""
GROUND_SHARE = 0.3
"""Part of the picture from which the ground's colour counts as one of its colours."""
LEAST_SUBJECT = 0.02
"""Less than this part of a picture is no subject before a ground."""

GREY_CHROMA = 10.0
"""CIELAB chroma up to which a pixel counts as grey: the noise of scans and JPEG stays below, and so does a print that is
a little warm or cold. Sepia does not: it is brown."""
COLOURED_SHARE = 0.01
"""Part of the subject that may be coloured in a black-and-white picture."""
OPAQUE = 128
"""Alpha from which a pixel is seen."""

_BITS = 5
_WHITE = (1 << 3 * _BITS) - 1


class Colour(msgspec.Struct, frozen=True):
    colours: tuple[str, ...]
    monochrome: bool
    accent_colour: str


def linear(rgb: NDArray[np.uint8]) -> Floats:
    """sRGB to linear light, 0 to 1 (IEC 61966-2-1)."""
    unit = rgb / 255.0
    return np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)


def to_lab(rgb: NDArray[np.uint8]) -> Floats:
    """sRGB to CIELAB under D65: `(n, 3)` uint8 to `(n, 3)` L*, a*, b* (CIE 15)."""
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = linear(rgb) @ matrix.T / matrix.sum(axis=1)
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def cell_colours() -> NDArray[np.uint8]:
    """The middle of each of the 32,768 cells, in the order of `cells_of`."""
    level = np.arange(1 << _BITS) * 255 / ((1 << _BITS) - 1)
    grid = np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1)
    return grid.reshape(-1, 3).round().astype(np.uint8)


LAB = to_lab(cell_colours())
CHROMA: Floats = np.hypot(LAB[:, 1], LAB[:, 2])


def cells_of(rgb: NDArray[np.uint8]) -> Cells:
    """`(..., 3)` to the cell of the nearest level in each channel."""
    red, green, blue = (_levels(rgb[..., channel]) for channel in range(3))
    cells: Cells = red << np.uint16(2 * _BITS) | green << np.uint16(_BITS) | blue
    return cells


def _levels(channel: NDArray[np.uint8]) -> Cells:
    """Bytes as the nearest of 32 levels: `(31 * channel + 127) // 255`, without the division (Jim Blinn, "Three wrongs make a
    right", IEEE Computer Graphics and Applications 15(6), 1995)."""
    scaled: Cells = channel * np.uint16((1 << _BITS) - 1) + np.uint16(128)
    levels: Cells = (scaled + (scaled >> np.uint16(8))) >> np.uint16(8)
    return levels


@cache
def _name_of() -> NDArray[np.uint8]:
    """For each cell the index of its name."""
    return np.asarray(np.load(TABLE), dtype=np.uint8)


def name_of(code: str) -> str:
    """The v7 name of six hexadecimal digits."""
    cell = cells_of(np.array([tuple(bytes.fromhex(code))], np.uint8))[0]
    return NAMES[int(_name_of()[cell])]


def describe(picture: Picture) -> Colour:
    """Colours of the pixels that are seen; a picture without any is white."""
    cells = cells_of(picture.small)
    pixels, within, seen = picture.small.reshape(-1, 3), cells.ravel(), np.ones(cells.shape, np.bool_)
    if picture.alpha is not None:
        seen = picture.alpha >= OPAQUE
        pixels, within = pixels[seen.ravel()], cells[seen]
    present, counts = _counted(within)
    ground = _ground(cells, seen, present)
    subject = ~ground if counts[~ground].sum() >= LEAST_SUBJECT * counts.sum() else np.ones_like(ground)
    names = _dominant(present[subject], counts[subject])
    if counts[~subject].sum() >= GROUND_SHARE * cells.size:
        names |= dict.fromkeys(_dominant(present[~subject], counts[~subject], most=1))
    return Colour(
        colours=tuple(NAMES[name] for name in names),
        monochrome=_is_grey(present, counts, ground),
        accent_colour=_accent(pixels, within, present[subject], counts[subject]),
    )


def _counted(cells: Cells) -> tuple[NDArray[np.intp], Floats]:
    """The cells that occur and how often."""
    counts = np.bincount(cells, minlength=1 << 3 * _BITS) if len(cells) else np.eye(1, _WHITE + 1, _WHITE)[0]
    present = np.flatnonzero(counts)
    return present, counts[present].astype(np.float64)


def _ground(cells: Cells, seen: Mask, present: NDArray[np.intp]) -> Mask:
    """Which of the present cells are the even ground on which something stands; none, if there is no such ground."""
    border = np.concatenate([cells[0], cells[-1], cells[1:-1, 0], cells[1:-1, -1]])
    visible = np.concatenate([seen[0], seen[-1], seen[1:-1, 0], seen[1:-1, -1]])
    none = np.zeros(len(present), np.bool_)
    if 2 * visible.sum() < len(border):
        return none
    middle = np.median(LAB[border[visible]], axis=0)
    if (_distance(border[visible], middle) < GROUND_REACH).mean() < GROUND_BORDER:
        return none
    return _distance(present, middle) < GROUND_REACH


def _distance(cells: NDArray[np.intp] | Cells, middle: Floats) -> Floats:
    distance: Floats = np.sqrt(((LAB[cells] - middle) ** 2).sum(axis=1))
    return distance


def _dominant(cells: NDArray[np.intp], counts: Floats, most: int = MAX_DOMINANT) -> dict[int, None]:
    """Indices of names, the strongest first."""
    weights = counts * (1 + CHROMA_WEIGHT * CHROMA[cells])
    shares = np.bincount(_name_of()[cells], weights=weights, minlength=len(NAMES)) / weights.sum()
    ranked = np.argsort(-shares, kind="stable")[:most]
    return {
        int(name): None for place, name in enumerate(ranked) if place == 0 or shares[name] >= DOMINANT_SHARE
    }


def _is_grey(present: NDArray[np.intp], counts: Floats, ground: Mask) -> bool:
    """Whether ground and subject are: a small red ball on a large white ground is coloured."""
    coloured = counts * (CHROMA[present] > GREY_CHROMA)
    parts = (ground, ~ground)
    return all(coloured[part].sum() <= COLOURED_SHARE * counts[part].sum() for part in parts)


def _accent(rgb: NDArray[np.uint8], cells: Cells, present: NDArray[np.intp], counts: Floats) -> str:
    """The mean of the most telling group of cells of the subject: much of the picture, and vivid.

    A group is an eighth of each channel's range; its weight is the root of its share times its chroma.
    """
    groups = (present >> 12 & 7) << 6 | (present >> 7 & 7) << 3 | present >> 2 & 7
    weight = np.bincount(groups, weights=counts * (CHROMA[present] + 5.0), minlength=512)
    share = np.bincount(groups, weights=counts, minlength=512)
    score = weight / np.sqrt(np.maximum(share, 1e-9))
    chosen = rgb[np.flatnonzero(_within(cells, int(np.argmax(score))))]
    mean = chosen.mean(axis=0) if len(chosen) else np.full(3, 255.0)
    return bytes(int(level) for level in mean.round()).hex().upper()


def _within(cells: Cells, group: int) -> Mask:
    """Which cells are of a group."""
    shared = np.uint16(0b11100_11100_11100)
    red, green, blue = group >> 6, group >> 3 & 7, group & 7
    inside: Mask = (cells & shared) == np.uint16(red << 12 | green << 7 | blue << 2)
    return inside


ANALYSER = Analyser("colour", 2, describe)
