"""BMP, which libvips does not read: Pillow's plugin for it alone, named outright, in bounds."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL.BmpImagePlugin import BmpImageFile

from vizsla.decode.errors import DecodeError

_RUN_LENGTH = {1, 2}
MAX_RUN_LENGTH_BYTES = 4_000_000
"""Pillow unpacks run-length encoded BMP in Python, a few million bytes a second."""
BROKEN = (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, OverflowError, struct.error)
"""What Pillow raises for a damaged BMP."""


def open_bitmap(data: bytes) -> BmpImageFile:
    """A BMP whose header has been read; raises one of `BROKEN`."""
    if len(data) > MAX_RUN_LENGTH_BYTES and int.from_bytes(data[30:34], "little") in _RUN_LENGTH:
        raise DecodeError("too large", f"run-length encoded BMP of more than {MAX_RUN_LENGTH_BYTES:,} bytes")
    return BmpImageFile(BytesIO(data))


def bitmap_pixels(bitmap: BmpImageFile) -> NDArray[np.uint8]:
    """`(height, width, 3)` or, with transparency, `(height, width, 4)`; raises one of `BROKEN`."""
    mode = "RGBA" if bitmap.mode == "RGBA" else "RGB"
    return np.asarray(bitmap.convert(mode))
