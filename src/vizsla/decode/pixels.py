"""From a decoded image of any kind to upright 8-bit sRGB, and from there to other sizes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vizsla.decode.libvips import Image, Region

Pixels = NDArray[np.uint8]
"""`(height, width, 3)` or `(height, width, 4)`, sRGB with straight alpha."""

KEPT_WIDTH = 474
"""The thumbnail's width (v7 reference, section 6.7)."""
KEPT_SHORT_SIDE = 384
"""What the largest usual image towers look at (CLIP and SigLIP at 336 and 384)."""
KEPT_PIXELS = 4_000_000
"""A strip that is much longer than wide is kept at a shorter side than the above."""
UPRIGHT = 1
"""EXIF orientation of what is stored as it is shown."""
STRIP = 64
"""Rows that are computed at once."""

_COMMON_PROFILE = (3144, b"sRGB IEC61966-2.1")
"""Length and name of the sRGB profile that most files embed: nothing to convert."""


def kept_scale(width: int, height: int, detail: float = 1.0) -> float:
    """The scale at which a picture is kept: enough for every rendition, or `detail` times as much.

    Above 1 only serves drawings.
    """
    wanted = detail * max(KEPT_WIDTH / width, KEPT_SHORT_SIDE / min(width, height))
    return min(wanted, math.sqrt(KEPT_PIXELS / (width * height)))


def scaled(length: int, scale: float) -> int:
    return max(1, round(length * scale))


def to_srgb(image: Image, width: int, height: int) -> Pixels:
    """Scale to `width` x `height` (before it is turned upright), convert to sRGB, turn upright.

    A damaged or unsuitable colour profile is left aside.
    """
    convert = _worth_converting(image)
    if convert or (image.width, image.height) != (width, height):
        profile = {"output_profile": "srgb"} if convert else {}
        image = image.thumbnail_image(width, height=height, size="force", no_rotate=True, **profile)
    if (image.interpretation, image.format) != ("srgb", "uchar"):
        image = image.colourspace("srgb").cast("uchar")
    if image.bands > 4:
        image = image.extract_band(0, n=4 if image.hasalpha() else 3)
    if image.get_typeof("orientation") and image.get("orientation") != UPRIGHT:
        image = image.copy_memory().autorot()
    return computed(image)


def computed(image: Image) -> Pixels:
    """The pixels of an 8-bit image, `(height, width, bands)`.

    They are computed in the thread that asks for them, a strip at a time: libvips would wake a thread of its own for every
    image, and hand small parts to and fro. Memory is bounded as there, by the strip.
    """
    width, height, bands = image.width, image.height, image.bands
    pixels, region = np.empty((height, width, bands), np.uint8), Region.new(image)
    for top in range(0, height, STRIP):
        strip = pixels[top : top + STRIP]
        strip[:] = np.frombuffer(region.fetch(0, top, width, len(strip)), np.uint8).reshape(strip.shape)
    return pixels


def _worth_converting(image: Image) -> bool:
    if not image.get_typeof("icc-profile-data"):
        return False
    profile = image.get("icc-profile-data")
    return len(profile) != _COMMON_PROFILE[0] or _COMMON_PROFILE[1] not in profile


def as_image(pixels: Pixels) -> Image:
    """The same memory as an sRGB libvips image."""
    height, width, bands = pixels.shape
    image = Image.new_from_memory(np.ascontiguousarray(pixels), width, height, bands, "uchar")
    return image if image.interpretation == "srgb" else image.copy(interpretation="srgb")


def resized(image: Image, width: int, height: int) -> Image:
    """An sRGB `image` at exactly `width` x `height`; transparent pixels do not bleed."""
    if (image.width, image.height) == (width, height):
        return image
    if image.hasalpha():
        return image.thumbnail_image(width, height=height, size="force")
    return image.resize(width / image.width, vscale=height / image.height)  # the same, at once


def over_white(image: Image) -> Image:
    return image.flatten(background=[255, 255, 255]) if image.hasalpha() else image
