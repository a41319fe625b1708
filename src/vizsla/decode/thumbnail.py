"""The thumbnail that is kept, and the sizes that `/th` makes of it.

Source of every rule: v7 reference, sections 6.7 and 10.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from vizsla.decode.errors import DecodeError
from vizsla.decode.formats import tell_format
from vizsla.decode.libvips import Image, LibvipsError
from vizsla.decode.loaders import open_header
from vizsla.decode.pixels import Pixels, as_image, over_white, resized
from vizsla.wire.identifiers import thumbnail_size

QUALITY = 85
"""JPEG quality; below, ringing around letters and lines shows."""
MAX_SIDE = 1_896
"""No rendition has a longer side: the height of the tallest thumbnail."""

MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}


class Thumbnail(msgspec.Struct, frozen=True):
    """An encoded thumbnail; `format` is `jpeg`, or `png` where the picture is really transparent."""

    data: bytes
    width: int
    height: int
    format: str

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]


class Rendition(msgspec.Struct, frozen=True, kw_only=True):
    """What `/th` is asked for: `w`, `h`, `c` and `p`. `None`: was not given."""

    width: int | None = None
    height: int | None = None
    crop: Literal["none", "blind", "smart"] = "none"
    """Cut to the ratio of `width` and `height`: `c=4` is `blind`, `c=7` is `smart`."""
    pad: bool = True
    """Centre what is smaller than asked for on white; `p=0` is `False`."""


def make_thumbnail(pixels: Pixels, width: int, height: int, *, transparent: bool) -> Thumbnail:
    """The thumbnail of a picture of `width` x `height`, from any rendition of it."""
    size = thumbnail_size(width, height)
    image = as_image(pixels)
    image = resized(image if transparent else over_white(image), *size)
    return Thumbnail(_encode(image), *size, _format(image))


def resize(thumbnail: bytes, rendition: Rendition) -> Thumbnail:
    """The kept thumbnail as somebody wants it: never enlarged, but perhaps on a larger white ground.

    Sides are at least 1 and at most `MAX_SIDE` pixels, whatever is asked for.

    Raises:
        DecodeError: the bytes are not a thumbnail of ours.
    """
    image = _read(thumbnail)
    if rendition.width is None and rendition.height is None:
        return Thumbnail(thumbnail, image.width, image.height, _format(image))
    wanted = _canvas(image, rendition)
    both = rendition.width is not None and rendition.height is not None
    image = _fit(image, *wanted) if rendition.crop == "none" or not both else _cut(image, *wanted, rendition)
    if rendition.pad:
        image = _centre(image, *wanted)
    return Thumbnail(_encode(image), image.width, image.height, _format(image))


def _read(thumbnail: bytes) -> Image:
    name = tell_format(thumbnail)
    if name not in MEDIA_TYPES:
        raise DecodeError("unsupported format", f"a thumbnail is JPEG or PNG, not {name}")
    try:
        return open_header(thumbnail, name).image.copy_memory()
    except LibvipsError as error:
        raise DecodeError("damaged", "the thumbnail; run vizsla check --repair") from error


def _canvas(image: Image, rendition: Rendition) -> tuple[int, int]:
    """The size asked for; a side that was left out follows from the other, fractions cut off."""
    width, height = (side and _bounded(side) for side in (rendition.width, rendition.height))
    if width is None:
        width = (height or 1) * image.width // image.height
    elif height is None:
        height = width * image.height // image.width
    return _bounded(width), _bounded(height or 1)


def _bounded(side: int) -> int:
    return min(max(side, 1), MAX_SIDE)


def _fit(image: Image, width: int, height: int) -> Image:
    """Scaled to lie within the size, the ratio kept; fractions of the other side are rounded up."""
    if image.width <= width and image.height <= height:
        return image
    if width * image.height <= height * image.width:
        return resized(image, width, min(height, -(-width * image.height // image.width)))
    return resized(image, min(width, -(-height * image.width // image.height)), height)


def _cut(image: Image, width: int, height: int, rendition: Rendition) -> Image:
    """Scaled to cover the size, then cut to it; sides that it has not are left as they are."""
    scale = min(1.0, max(width / image.width, height / image.height))
    covering = resized(image, max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    width, height = min(width, covering.width), min(height, covering.height)
    if rendition.crop == "smart":
        return covering.smartcrop(width, height, interesting="attention")
    return covering.crop((covering.width - width) // 2, 0, width, height)


def _centre(image: Image, width: int, height: int) -> Image:
    if image.width >= width and image.height >= height:
        return image
    width, height = max(width, image.width), max(height, image.height)
    return image.gravity("centre", width, height, extend="white")


def _format(image: Image) -> str:
    return "png" if image.hasalpha() else "jpeg"


def _encode(image: Image) -> bytes:
    if image.hasalpha():
        return bytes(image.pngsave_buffer(compression=6, keep="none"))
    return bytes(image.jpegsave_buffer(Q=QUALITY, keep="none"))
