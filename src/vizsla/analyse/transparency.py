"""Whether the ground shines through."""

from __future__ import annotations

import msgspec

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture


class Transparency(msgspec.Struct, frozen=True):
    transparent: bool


def look_through(picture: Picture) -> Transparency:
    """Really transparent pixels count, not the mere presence of an alpha channel."""
    return Transparency(picture.transparent)


ANALYSER = Analyser("transparency", 1, look_through)
