"""What `/th` may ask of a thumbnail, and the sizes that follow from it; no pixels yet.

Source of every rule: v7 reference, section 10; what it leaves open: docs/contract.md.
"""

from __future__ import annotations

from typing import Self

import msgspec

from vizsla.wire.identifiers import MAX_THUMBNAIL_HEIGHT
from vizsla.wire.thumbnails import DEFAULT_QUALITY, Crop

Size = tuple[int, int]
"""Width and height in pixels."""

MAX_SIDE = MAX_THUMBNAIL_HEIGHT
"""No rendition has a longer side."""


class Rendition(msgspec.Struct, frozen=True, kw_only=True):
    """How a thumbnail is wanted: the fields of `ThumbnailParameters` that say so. `None`: was not given."""

    width: int | None = None
    height: int | None = None
    crop: Crop = Crop.NONE
    """Cut to the ratio of `width` and `height`, if both are given."""
    pad: bool = True
    """Centre what is smaller than asked for on white."""
    quality: int = DEFAULT_QUALITY
    """Of JPEG, 1 to 100; for the thumbnail in its own size, only lower ones than its own count."""
    pixel_ratio: float = 1.0
    """Multiplies both sides and the border as far as the picture has pixels for it."""
    border: int = 0
    """Pixels of a frame within the size asked for."""
    border_colour: str = "FFFFFF"
    """Red, green and blue in hexadecimal."""


class Layout(msgspec.Struct, frozen=True):
    """The steps from the thumbnail to a rendition, each a size."""

    scaled: Size
    cut: Size
    """At most `scaled`."""
    canvas: Size
    """At least `cut`, which is centred on it."""
    border: int = 0
    """Added around the canvas."""

    @classmethod
    def of(cls, size: Size) -> Self:
        """Nothing is changed."""
        return cls(size, size, size)


def lay_out(size: Size, rendition: Rendition) -> Layout:
    """How a thumbnail of `size` becomes what was asked for."""
    given = [side for side in (rendition.width, rendition.height) if side is not None]
    crops = rendition.crop is not Crop.NONE and len(given) == 2
    ratio = _pixel_ratio(size, rendition, crops=crops)
    least = min((_bounded(round(side * ratio)) for side in given), default=min(size))
    border = min(round(rendition.border * ratio), (least - 1) // 2)
    within = _within(size, rendition, ratio, 2 * border)
    scaled, cut = _covering(size, within, pad=rendition.pad) if crops else _fitted(size, within)
    return Layout(scaled, cut, within if rendition.pad else cut, border)


def _pixel_ratio(size: Size, rendition: Rendition, *, crops: bool) -> float:
    """What a sharper screen is given: no more than the picture has, so that it shows no white that others do not."""
    given = [
        max(side, 1) / own
        for side, own in zip((rendition.width, rendition.height), size, strict=True)
        if side is not None
    ]
    if not given:
        return 1.0
    scale = max(given) if crops else min(given)
    return max(1.0, min(rendition.pixel_ratio, 1 / scale))


def _within(size: Size, rendition: Rendition, ratio: float, borders: int) -> Size:
    """The size asked for, without borders.

    A side that was left out follows from the other; fractions are rounded up where the picture is made smaller, cut off
    where it would have to be larger.
    """
    width, height = (
        None if side is None else _bounded(round(side * ratio)) - borders
        for side in (rendition.width, rendition.height)
    )
    if width is None and height is None:
        return size[0] - borders, size[1] - borders
    if width is None:
        return _following(height or 1, size[1], size[0], borders), height or 1
    return width, _following(width, *size, borders) if height is None else height


def _following(side: int, own: int, other: int, borders: int) -> int:
    exact = side * other
    found = exact // own if side > own else -(-exact // own)
    return min(max(found, 1), MAX_SIDE - borders)


def _bounded(side: int) -> int:
    return min(max(side, 1), MAX_SIDE)


def _fitted(size: Size, within: Size) -> tuple[Size, Size]:
    """Scaled to lie within a size, the ratio kept; fractions of the other side are rounded up."""
    (own_width, own_height), (width, height) = size, within
    if own_width <= width and own_height <= height:
        return size, size
    if width * own_height <= height * own_width:
        scaled = width, min(height, -(-width * own_height // own_width))
    else:
        scaled = min(width, -(-height * own_width // own_height)), height
    return scaled, scaled


def _covering(size: Size, within: Size, *, pad: bool) -> tuple[Size, Size]:
    """Scaled to cover a size, then cut to it.

    Where the picture is too small to cover it: cut to its ratio, or, if there will be padding, only where it is too
    large, so that more of the picture is seen.
    """
    scale = max(within[0] / size[0], within[1] / size[1])
    if scale > 1 and not pad:
        within = max(1, round(within[0] / scale)), max(1, round(within[1] / scale))
    scale = min(scale, 1.0)
    scaled = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    return scaled, (min(within[0], scaled[0]), min(within[1], scaled[1]))
