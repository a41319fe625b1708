"""Pictures made for these tests."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from vizsla.decode.libvips import Image

Pixels = NDArray[np.uint8]

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 160, 60), (30, 60, 200), (240, 220, 40)


def quarters(width: int = 64, height: int = 48) -> Pixels:
    """Red and green above blue and yellow: every turn and mirror image looks different."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = YELLOW
    return pixels


def noise(width: int = 300, height: int = 200) -> Pixels:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def image(pixels: Pixels) -> Any:
    return Image.new_from_array(pixels).copy(interpretation="srgb")


def encode(pixels: Pixels, suffix: str = "png", **options: Any) -> bytes:
    """The pixels as a file; `suffix` is one that libvips writes."""
    return bytes(image(pixels).write_to_buffer(f".{suffix}", **options))


def with_pillow(pixels: Pixels, writer: str, colours: int = 0, **options: Any) -> bytes:
    """The pixels as a file of Pillow's; with a palette of so many colours, if any."""
    file = BytesIO()
    picture = PIL.Image.fromarray(pixels)
    (picture.quantize(colours) if colours else picture).save(file, writer, **options)
    return file.getvalue()


def animation(writer: str, frames: int = 4) -> bytes:
    """Quarters first, then their negative, and so on."""
    first = quarters()
    pictures = [PIL.Image.fromarray(first if n % 2 == 0 else 255 - first) for n in range(frames)]
    file = BytesIO()
    pictures[0].save(file, writer, save_all=True, append_images=pictures[1:], duration=100)
    return file.getvalue()


def turned(orientation: int) -> bytes:
    """A JPEG that looks like `quarters()` once its EXIF orientation has been followed."""
    undo = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    stored = PIL.Image.fromarray(np.ascontiguousarray(undo(quarters())))
    exif = PIL.Image.Exif()
    exif[274] = orientation
    file = BytesIO()
    stored.save(file, "JPEG", quality=95, exif=exif)
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of_size(width: int, height: int, *, depth: int = 8, interlaced: bool = False) -> bytes:
    """A PNG that claims a size; its pixels are a few zeros."""
    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, int(interlaced))
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def svg(body: str, attributes: str = 'width="60" height="40"', before: str = "") -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {names} {attributes}>{body}</svg>".encode()


FILES: dict[str, bytes] = {
    "jpeg": encode(noise(), "jpg", Q=90),
    "progressive jpeg": encode(noise(), "jpg", Q=90, interlace=True),
    "png": encode(noise()),
    "interlaced png": encode(noise(), interlace=True),
    "gif": with_pillow(noise(), "GIF"),
    "webp": encode(noise(), "webp"),
    "avif": encode(noise(96, 64), "avif", effort=0),
    "tiff": encode(noise(), "tif"),
    "deflated tiff": encode(noise(), "tif", compression="deflate"),
    "tiled tiff": encode(noise(), "tif", compression="jpeg", tile=True),
    "bmp": with_pillow(noise(), "BMP"),
    "svg": svg('<rect width="60" height="40" fill="red"/>'),
}
"""One file of every kind that is decoded; the last word of the key is the format."""
