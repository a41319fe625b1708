"""One picture, from untrusted bytes to everything that the rest of the program needs of its pixels.

The bytes are decoded once, at the smallest size that serves every rendition; all others are derived from that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.decode.bitmap import BROKEN, bitmap_pixels, open_bitmap
from vizsla.decode.blocks import Blocks, find_blocks
from vizsla.decode.drawing import DrawingError, draw
from vizsla.decode.endings import is_cut
from vizsla.decode.errors import DecodeError
from vizsla.decode.formats import tell_format
from vizsla.decode.libvips import Image, LibvipsError
from vizsla.decode.limits import Limits
from vizsla.decode.loaders import open_header
from vizsla.decode.pixels import Pixels, as_image, computed, kept_scale, over_white, resized, scaled, to_srgb
from vizsla.decode.thumbnail import Thumbnail, make_thumbnail

SMALL_SIDE = 160
"""Longer side of the rendition that analysers count pixels in."""
MOST_DETAIL = 8.0
"""The smallest region that is looked at as closely as a whole picture has an eighth of its sides."""
SEEN_THROUGH = 250
"""Alpha below this is transparent to the eye."""
TRANSPARENT_SHARE = 0.01
"""Share of pixels from which a picture counts as transparent; less is a rounded corner."""


Region = tuple[float, float, float, float]
"""Left, top, right and bottom as fractions of width and height, from the top left corner."""
WHOLE: Region = (0.0, 0.0, 1.0, 1.0)


class Geometry(Protocol):
    """The square that an image tower wants; `encoders.InputGeometry` is one."""

    @property
    def side(self) -> int: ...
    @property
    def fit(self) -> Literal["crop", "squash"]: ...
    @property
    def keep(self) -> float: ...


class Picture(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A decoded picture. Immutable; may be shared between threads."""

    data: bytes
    """The file."""
    format: str
    """jpeg, png, gif, webp, avif, heic, tiff, bmp or svg, told from the content."""
    width: int
    height: int
    """Pixels of the upright picture; of a drawing, CSS px."""
    frames: int
    """1 unless it is an animated GIF or WebP; pixels are those of the first frame."""
    has_alpha: bool
    blocks: Blocks
    kept: Pixels
    """Upright sRGB, `(height, width, 3 or 4)`, large enough for a thumbnail and an image tower; never enlarged."""
    small: Pixels
    """The same over white, `(height, width, 3)`, at most `SMALL_SIDE` pixels a side."""
    alpha: NDArray[np.uint8] | None
    """`(height, width)` of `small`; `None` without an alpha channel."""

    @property
    def transparent(self) -> bool:
        """Whether the ground really shines through somewhere."""
        return self.alpha is not None and float((self.alpha < SEEN_THROUGH).mean()) >= TRANSPARENT_SHARE

    def square(self, geometry: Geometry, region: Region = WHOLE) -> Pixels:
        """`(side, side, 3)` uint8 over white, for an encoder; of a region, or of the whole.

        `crop` scales the shorter side to `side / keep` and cuts the middle out; `squash` ignores the aspect ratio.
        """
        image = over_white(_cut(as_image(self.kept), region))
        if geometry.fit == "crop":
            seen = max(1, round(min(image.width, image.height) * geometry.keep))
            image = image.crop((image.width - seen) // 2, (image.height - seen) // 2, seen, seen)
        return computed(resized(image, geometry.side, geometry.side))

    def thumbnail(self) -> Thumbnail:
        """474 wide by the rule of the v7 reference, section 6.7; PNG if `transparent`, else JPEG."""
        return make_thumbnail(self.kept, self.width, self.height, transparent=self.transparent)


_DEFAULT_LIMITS = Limits()
_NO_BLOCKS = Blocks()


def open_picture(data: bytes, limits: Limits = _DEFAULT_LIMITS, *, detail: float = 1.0) -> Picture:
    """Decode a file. Safe to call from many threads; the interpreter lock is free while pixels are made.

    Args:
        detail: how many times as wide and high as usual the pixels are kept, for a region to be cut out of them; at most
            `MOST_DETAIL`. Drawings are kept as usual.

    Raises:
        DecodeError: it is no picture, broken, of an unknown kind, or beyond the limits.
    """
    name = tell_format(data)
    opener = _OPENERS.get(name, _open_stored)
    try:
        return opener(data, name, limits, min(detail, MOST_DETAIL))
    except (LibvipsError, DrawingError, *BROKEN) as error:
        raise DecodeError("truncated" if is_cut(data, name) else "damaged", _first_line(error)) from error


def _open_stored(data: bytes, name: str, limits: Limits, detail: float) -> Picture:
    opened = open_header(data, name)
    stored = opened.image.width, opened.image.height
    limits.check(*stored, opened.held)
    if opened.frames > 1 and is_cut(data, name):
        raise DecodeError("truncated", "frames are missing")
    scale = min(1.0, kept_scale(*stored, detail))
    kept = to_srgb(opened.at(scale), scaled(stored[0], scale), scaled(stored[1], scale))
    size = (stored[1], stored[0]) if opened.turned else stored
    return _picture(data, name, size, kept, opened.frames, find_blocks(opened.image))


def _open_bitmap(data: bytes, name: str, limits: Limits, detail: float) -> Picture:
    bitmap = open_bitmap(data)
    size = bitmap.size
    limits.check(*size, size[0] * size[1] * 4)
    scale = min(1.0, kept_scale(*size, detail))
    kept = to_srgb(as_image(bitmap_pixels(bitmap)), scaled(size[0], scale), scaled(size[1], scale))
    return _picture(data, name, size, kept)


def _open_drawing(data: bytes, name: str, limits: Limits, _: float) -> Picture:
    drawing = draw(data, limits)
    return _picture(data, name, (drawing.width, drawing.height), drawing.kept, blocks=Blocks(svg=data))


_OPENERS: Mapping[str, Callable[[bytes, str, Limits, float], Picture]] = {
    "bmp": _open_bitmap,
    "svg": _open_drawing,
}
"""Formats that libvips does not open in this process."""


def _picture(
    data: bytes, name: str, size: tuple[int, int], kept: Pixels, frames: int = 1, blocks: Blocks = _NO_BLOCKS
) -> Picture:
    small, alpha = _small(kept)
    return Picture(
        data=data,
        format=name,
        width=size[0],
        height=size[1],
        frames=frames,
        has_alpha=kept.shape[2] == 4,
        blocks=blocks,
        kept=kept,
        small=small,
        alpha=alpha,
    )


def _cut(image: Image, region: Region) -> Image:
    """At least one pixel of it."""
    if region == WHOLE:
        return image
    left, right = _side(image.width, region[0], region[2])
    top, bottom = _side(image.height, region[1], region[3])
    return image.crop(left, top, right - left, bottom - top)


def _side(length: int, begin: float, end: float) -> tuple[int, int]:
    first = min(int(begin * length), length - 1)
    return first, max(first + 1, min(round(end * length), length))


def _small(kept: Pixels) -> tuple[Pixels, NDArray[np.uint8] | None]:
    image = as_image(kept)
    scale = min(1.0, SMALL_SIDE / max(image.width, image.height))
    image = resized(image, scaled(image.width, scale), scaled(image.height, scale))
    if not image.hasalpha():
        return computed(image), None
    image = image.copy_memory()
    return computed(over_white(image)), computed(image.extract_band(3))[..., 0]


def _first_line(error: Exception) -> str:
    """The first line that says something, of what the decoder says."""
    lines = (line.strip() for line in str(getattr(error, "detail", "") or error).splitlines())
    return next((line for line in lines if line), "")[:200]
