"""Dominant colours by their v7 names, black-and-white, and the accent colour.

Every pixel of the small rendition is looked up in a table from 15-bit sRGB to the nearest named colour; nearness is
measured in CIELAB (D65), where equal distances look about equal.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture

Floats = NDArray[np.float64]

PROTOTYPES: Mapping[str, tuple[str, ...]] = {
    "black": ("000000", "1A1A1A", "0E0E1C", "1C0E0E", "0E1C0E"),
    "gray": ("3C3C3C", "606060", "808080", "A0A0A0", "C0C0C0", "70767C", "7C7670"),
    "white": ("FFFFFF", "EEEEEE", "FAF4EC", "ECF4FA"),
    "red": ("FF0000", "E02020", "B01010", "800000", "D83A3A", "600808"),
    "orange": ("FF8000", "FFA500", "E87020", "FFB050", "D06010"),
    "yellow": ("FFFF00", "FFD700", "F0E040", "FFF080", "D8C020", "B8A800", "FFFFA0"),
    "green": (
        "00FF00",
        "008000",
        "40A040",
        "204A20",
        "80C040",
        "A0E080",
        "6B8E23",
        "556B2F",
        "2E8B57",
        "8FA870",
    ),
    "teal": ("008080", "00A0A0", "40E0D0", "00CED1", "206060", "5FB0B0", "00FFFF", "A0F0F0"),
    "blue": (
        "0000FF",
        "000080",
        "2020D0",
        "4040C8",
        "2060C0",
        "4080E0",
        "87CEEB",
        "4682B4",
        "101848",
        "191970",
        "2828A0",
        "A8C8F0",
        "6080A8",
        "00A0FF",
    ),
    "purple": ("800080", "6020A0", "8A2BE2", "9966CC", "401060", "B090D8", "C060D0"),
    "pink": ("FFC0CB", "FF69B4", "FF1493", "F090B0", "E0508C", "FF00FF", "F8B8D8", "C87890"),
    "brown": ("8B4513", "A0522D", "653A18", "4A2C14", "7A5A3C", "A07850", "C89868", "D2B48C", "3A2418"),
}
"""Several anchors per name, from the CSS colours of that name and their lighter, darker and duller neighbours."""

DOMINANT_SHARE = 0.2
"""A colour that covers a fifth of what is seen is dominant; the strongest always is."""
MAX_DOMINANT = 3
GREY_CHROMA = 10.0
"""CIELAB chroma up to which a pixel counts as grey; JPEG noise in black-and-white photographs stays below."""
COLOURED_SHARE = 0.01
"""Share of coloured pixels that a black-and-white picture may have."""
OPAQUE = 128
"""Alpha from which a pixel is seen."""

_BITS = 5


class Colour(msgspec.Struct, frozen=True):
    colours: tuple[str, ...]
    monochrome: bool
    accent_colour: str


def to_lab(rgb: NDArray[np.uint8]) -> Floats:
    """sRGB to CIELAB under D65: `(n, 3)` uint8 to `(n, 3)` L*, a*, b* (IEC 61966-2-1; CIE 15)."""
    unit = rgb / 255.0
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = linear @ matrix.T / matrix.sum(axis=1)
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def _hexadecimal(codes: tuple[str, ...]) -> NDArray[np.uint8]:
    return np.array([tuple(bytes.fromhex(code)) for code in codes], dtype=np.uint8)


def _cells() -> NDArray[np.uint8]:
    """The middle of each of the 32,768 cells, in the order of `_cell_of`."""
    level = np.arange(1 << _BITS) * 255 / ((1 << _BITS) - 1)
    grid = np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1)
    return grid.reshape(-1, 3).round().astype(np.uint8)


NAMES = tuple(PROTOTYPES)
_CELLS = _cells()
_LAB = to_lab(_CELLS)
_CHROMA: Floats = np.hypot(_LAB[:, 1], _LAB[:, 2])


def _nearest_names() -> NDArray[np.intp]:
    """For each cell the index of the name whose closest anchor is closest."""
    distances = [
        np.min([((_LAB - anchor) ** 2).sum(axis=1) for anchor in to_lab(_hexadecimal(codes))], axis=0)
        for codes in PROTOTYPES.values()
    ]
    names: NDArray[np.intp] = np.argmin(distances, axis=0)
    return names


_NAME_OF = _nearest_names()


def name_of(code: str) -> str:
    """The v7 name of six hexadecimal digits."""
    return NAMES[int(_NAME_OF[_cell_of(_hexadecimal((code,)))[0]])]


def describe(picture: Picture) -> Colour:
    """Colours of the pixels that are seen; a picture without any is white."""
    rgb = picture.small.reshape(-1, 3)
    if picture.alpha is not None:
        rgb = rgb[picture.alpha.reshape(-1) >= OPAQUE]
    if not len(rgb):
        rgb = np.full((1, 3), 255, np.uint8)
    cells = _cell_of(rgb)
    counts = np.bincount(cells, minlength=len(_CELLS)) / len(cells)
    coloured = float(counts[_CHROMA > GREY_CHROMA].sum())
    return Colour(_dominant(counts), coloured <= COLOURED_SHARE, _accent(counts, rgb, cells))


def _cell_of(rgb: NDArray[np.uint8]) -> NDArray[np.intp]:
    """`(n, 3)` to the index of the cell of the nearest level in each channel."""
    levels = (rgb.astype(np.intp) * ((1 << _BITS) - 1) + 127) // 255
    return levels @ np.array([1 << 2 * _BITS, 1 << _BITS, 1], dtype=np.intp)


def _dominant(counts: Floats) -> tuple[str, ...]:
    shares = np.bincount(_NAME_OF, weights=counts, minlength=len(NAMES))
    ranked = np.argsort(-shares, kind="stable")[:MAX_DOMINANT]
    return tuple(NAMES[n] for place, n in enumerate(ranked) if place == 0 or shares[n] >= DOMINANT_SHARE)


def _accent(counts: Floats, rgb: NDArray[np.uint8], cells: NDArray[np.intp]) -> str:
    """The mean of the most telling group of cells: much of the picture, and vivid.

    A group is an eighth of each channel's range; its weight is the root of its share times its chroma.
    """
    groups = _GROUP_OF[cells]
    weight = np.bincount(_GROUP_OF, weights=counts * (_CHROMA + 5.0), minlength=512)
    share = np.bincount(_GROUP_OF, weights=counts, minlength=512)
    score = weight / np.sqrt(np.maximum(share, 1e-9))
    mean = rgb[groups == int(np.argmax(score))].mean(axis=0)
    return bytes(int(level) for level in mean.round()).hex().upper()


_LEVELS = np.arange(1 << 3 * _BITS)
_GROUP_OF: NDArray[np.intp] = (
    (_LEVELS >> 12 & 7) << 6 | (_LEVELS >> 7 & 7) << 3 | (_LEVELS >> 2 & 7)
).astype(np.intp)

ANALYSER = Analyser("colour", 1, describe)
