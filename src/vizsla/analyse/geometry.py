"""Pixel size, aspect and size classes."""

from __future__ import annotations

import msgspec

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture

SQUARE_RATIO = 1.2
"""Sides that differ by less than this factor are square. The v7 reference, section 4.2, gives no limits; this one
lies between a slightly oblong tile and 5:4."""
WALLPAPER = (1080, 1920)
"""Shorter and longer side that fill a full-HD screen, upright or lying; section 4.5 gives no threshold."""


class Geometry(msgspec.Struct, frozen=True):
    width: int
    height: int
    aspect: str
    size_classes: tuple[str, ...]


def measure(picture: Picture) -> Geometry:
    width, height = picture.width, picture.height
    return Geometry(width, height, aspect_of(width, height), size_classes_of(width, height))


def aspect_of(width: int, height: int) -> str:
    """`square`, `wide` or `tall`."""
    if max(width, height) < SQUARE_RATIO * min(width, height):
        return "square"
    return "wide" if width > height else "tall"


def size_classes_of(width: int, height: int) -> tuple[str, ...]:
    """Classes by the newer text of section 4.5; one of small, medium and large at least."""
    sides = sorted((width, height))
    tests = {
        "small": sides[1] < 200,
        "medium": any(200 <= side < 500 for side in sides),
        "large": sides[1] >= 500,
        "wallpaper": sides[0] >= WALLPAPER[0] and sides[1] >= WALLPAPER[1],
    }
    return tuple(name for name, holds in tests.items() if holds)


ANALYSER = Analyser("geometry", 1, measure)
