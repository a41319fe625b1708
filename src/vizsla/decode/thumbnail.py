"""The thumbnail that is kept, and every rendition that `/th` makes of it.

Source of every rule: v7 reference, sections 6.7 and 10.
"""

from __future__ import annotations

from io import BytesIO

import msgspec
from PIL import Image as Pillow

from vizsla.decode.endings import is_cut
from vizsla.decode.errors import DecodeError
from vizsla.decode.formats import tell_format
from vizsla.decode.layout import Layout, Rendition, lay_out
from vizsla.decode.libvips import Image, LibvipsError, load
from vizsla.decode.loaders import LOADERS, Opened, open_header
from vizsla.decode.pixels import Pixels, as_image, computed, over_white, resized
from vizsla.wire.identifiers import thumbnail_size
from vizsla.wire.thumbnails import DEFAULT_QUALITY, Crop

FINE_COLOURS = 90
"""Quality from which on colours are kept as finely as lightness."""

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


def make_thumbnail(pixels: Pixels, width: int, height: int, *, transparent: bool) -> Thumbnail:
    """The thumbnail of a picture of `width` x `height`, from any rendition of it."""
    size = thumbnail_size(width, height)
    image = as_image(pixels)
    image = resized(image if transparent else over_white(image), *size)
    return _encoded(image, DEFAULT_QUALITY)


def as_kept(thumbnail: bytes, rendition: Rendition) -> Thumbnail | None:
    """The thumbnail itself, if it is what somebody wants, told at no cost; `None`: it is not.

    Raises:
        DecodeError: the bytes are not a thumbnail of ours.
    """
    opened = _opened(thumbnail)
    size = opened.image.width, opened.image.height
    worse = opened.format == "jpeg" and rendition.quality < DEFAULT_QUALITY
    if worse or lay_out(size, rendition) != Layout.of(size):
        return None
    return Thumbnail(thumbnail, *size, opened.format)


def resize(thumbnail: bytes, rendition: Rendition) -> Thumbnail:
    """The kept thumbnail as somebody wants it: never enlarged, but perhaps on a larger white ground.

    Sides are at least 1 and at most `MAX_SIDE` pixels, whatever is asked for. Where nothing changes, the same bytes.

    Raises:
        DecodeError: the bytes are not a thumbnail of ours.
    """
    if same := as_kept(thumbnail, rendition):
        return same
    opened = _opened(thumbnail)
    layout = lay_out((opened.image.width, opened.image.height), rendition)
    try:
        return _encoded(_drawn(opened, layout, rendition), rendition.quality)
    except LibvipsError as error:
        raise _damaged() from error


def _opened(thumbnail: bytes) -> Opened:
    name = tell_format(thumbnail)
    if name not in MEDIA_TYPES:
        raise DecodeError("unsupported format", f"a thumbnail is JPEG or PNG, not {name}")
    if is_cut(thumbnail, name):
        raise DecodeError("truncated", "the thumbnail; run vizsla check --repair")
    try:
        return open_header(thumbnail, name)
    except LibvipsError as error:
        raise _damaged() from error


def _damaged() -> DecodeError:
    return DecodeError("damaged", "the thumbnail; run vizsla check --repair")


def _drawn(opened: Opened, layout: Layout, rendition: Rendition) -> Image:
    image = _scaled(opened, *layout.scaled)
    if layout.cut != layout.scaled:
        image = _cut(image, *layout.cut, rendition.crop)
    if layout.canvas != layout.cut:
        image = image.gravity("centre", *layout.canvas, extend="background", background=_white(image))
    if layout.border:
        image = _framed(image, layout.border, rendition.border_colour)
    return image


def _scaled(opened: Opened, width: int, height: int) -> Image:
    """At exactly that size. What the decoder of JPEG can leave out is not read, but a factor of two is left for looks.

    We wrote it, so nothing in it may be odd.
    """
    scale = max(width / opened.image.width, height / opened.image.height)
    row = LOADERS[opened.format]
    options = row.at(min(1.0, 2 * scale))
    image = load(row.operation, opened.data, access="sequential", fail_on="warning", **options)
    return resized(image, width, height).copy_memory()


def _cut(image: Image, width: int, height: int, crop: Crop) -> Image:
    """Around what draws the eye, or blindly: the middle of what is too wide, the top of what is too tall."""
    if crop is Crop.SMART:
        return image.smartcrop(width, height, interesting="attention")
    return image.crop((image.width - width) // 2, 0, width, height)


def _white(image: Image) -> list[int]:
    """White; around what is transparent, white that is not seen, so that it fits on every page as the picture does."""
    return [255, 255, 255, 0] if image.hasalpha() else [255, 255, 255]


def _framed(image: Image, border: int, colour: str) -> Image:
    background = [*bytes.fromhex(colour), *([255] if image.hasalpha() else [])]
    width, height = image.width + 2 * border, image.height + 2 * border
    return image.embed(border, border, width, height, extend="background", background=background)


def _encoded(image: Image, quality: int) -> Thumbnail:
    size = image.width, image.height
    if image.hasalpha():
        return Thumbnail(bytes(image.pngsave_buffer(compression=6, keep="none")), *size, "png")
    return Thumbnail(_jpeg(computed(image), quality), *size, "jpeg")


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    """By Pillow, whose library writes the same in half the time; colours at half the size below a quality of 90, as libvips has it."""
    file = BytesIO()
    Pillow.fromarray(pixels).save(
        file, "JPEG", quality=quality, subsampling="4:2:0" if quality < FINE_COLOURS else "4:4:4"
    )
    return file.getvalue()
