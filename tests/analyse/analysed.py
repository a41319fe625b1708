"""Pictures made for these tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizsla.decode import Blocks, Picture, open_picture
from vizsla.decode.libvips import Image


def png(pixels: NDArray[np.uint8]) -> bytes:
    return bytes(Image.new_from_array(pixels).copy(interpretation="srgb").write_to_buffer(".png"))


def shown(pixels: NDArray[np.uint8]) -> Picture:
    return open_picture(png(pixels))


def plain(width: int = 20, height: int = 20, **parts: Any) -> Picture:
    """A grey picture, of which a test replaces some parts."""
    grey: NDArray[np.uint8] = np.full((height, width, 3), 128, np.uint8)
    fields: dict[str, Any] = {
        "data": b"",
        "format": "png",
        "width": width,
        "height": height,
        "frames": 1,
        "has_alpha": False,
        "blocks": Blocks(),
        "kept": grey,
        "small": grey,
        "alpha": None,
    }
    return Picture(**(fields | parts))
