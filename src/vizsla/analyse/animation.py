"""Whether the picture moves."""

from __future__ import annotations

import msgspec

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture


class Animation(msgspec.Struct, frozen=True):
    animated: bool


def watch(picture: Picture) -> Animation:
    """More than one frame of a GIF or WebP."""
    return Animation(picture.frames > 1)


ANALYSER = Analyser("animation", 1, watch)
