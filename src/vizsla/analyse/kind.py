"""Photo, clip art or line drawing, from cheap features.

The features say what drawing programs and cameras do differently: few exact colours, flat areas, hard edges.
`benchmarks/kind.py` prints how often the answer is right.
"""

from __future__ import annotations

import msgspec
import numpy as np

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture
from vizsla.decode.pixels import Pixels


class Kind(msgspec.Struct, frozen=True):
    kind: str


def tell(picture: Picture) -> Kind:
    flat = flatness(picture.small)
    if flat < 0.35:
        return Kind("photo")
    return Kind("line" if ink(picture.small) else "clipart")


def flatness(rgb: Pixels) -> float:
    """Share of neighbours that differ by at most 1 of 255 in every channel."""
    step = np.abs(np.diff(rgb.astype(np.int16), axis=1)).max(axis=2)
    return float((step <= 1).mean()) if step.size else 1.0


def ink(rgb: Pixels) -> bool:
    """Grey strokes on a ground that is mostly white."""
    spread = rgb.max(axis=2).astype(np.int16) - rgb.min(axis=2)
    return bool((spread <= 16).mean() > 0.98 and (rgb.min(axis=2) >= 240).mean() > 0.6)


ANALYSER = Analyser("kind", 1, tell)
