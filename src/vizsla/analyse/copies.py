"""A digest that changes little when the picture does, by which copies in other sizes and formats are known.

It is made as PDQ is (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019, and
ThreatExchange, `pdq/cpp/hashing`): luminance, squeezed to 64 x 64, and the low frequencies of its cosine transform. PDQ
keeps the signs of 256 of them. Of drawings many are nothing, so that their signs are noise; kept here are the lowest 128,
each as above, about or below nothing. In two bits, 11, 01 and 00, so that the Hamming distance adds up the steps. What
was measured is in `docs/decisions/0014-near-copies.md`.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture

Floats = NDArray[np.float32]
Squeezed = Floats
"""`(SIDE, SIDE)`, luminance, 0 to 255: a picture without its proportions."""
Digests = NDArray[np.uint8]
"""`(n, 32)`."""

SIDE = 64
"""Pixels a side of what is transformed."""
FREQUENCIES = 16
"""Rows and columns of the transform that there is a choice of, without the constant ones."""
KEPT = 128
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue, as in PDQ."""
NOISE, SHARE = 8.0, 0.3
"""A frequency is nothing below this, as what a JPEG adds, or below this part of what is usual in the picture, as what a
crop or a mark adds; chosen among a few by how far copies and others lay apart."""
LEAST_TELLING = 30
"""Frequencies that are something, below which a picture is too plain to be known by them: discs, rings, a dot."""
EDGE = 0.025
"""How much is cut from, or added to, each side to try whether a picture was cropped: half of what may be missing."""


class Copies(msgspec.Struct, frozen=True):
    perceptual_hash: bytes


def describe(picture: Picture) -> Copies:
    """The digest of the picture over white, of its first frame; empty where there is too little to be seen."""
    return Copies(digest(squeeze(picture.small)))


def squeeze(rgb: NDArray[np.uint8]) -> Squeezed:
    """Any picture, `(height, width, 3)`."""
    return resampled((rgb @ LUMINANCE)[..., None], SIDE, SIDE)[..., 0]


def resampled(rgb: NDArray[np.uint8] | Floats, rows: int, columns: int) -> Floats:
    """Any picture, `(height, width, bands)`, as `(rows, columns, bands)`."""
    height, width, bands = rgb.shape
    shrunk = _weights(height, rows) @ rgb.reshape(height, -1).astype(np.float32, copy=False)
    made: Floats = np.matmul(_weights(width, columns), shrunk.reshape(rows, width, bands))
    return made


@lru_cache(1024)
def _weights(length: int, places: int) -> Floats:
    return tents(length, (np.arange(places) + 0.5) / places, 1 / places)


def tents(length: int, places: Floats | NDArray[np.float64], step: float) -> Floats:
    """Weights of `length` pixels in what is seen at `places`, `(places, length)`.

    Each is a tent, which is what the two box filters of PDQ make; where pixels are sparse it draws straight lines.

    Args:
        places: from 0, one end of the pixels, to 1; what is beyond sees the end.
        step: how far the places are apart.
    """
    seen = np.clip(places * length - 0.5, 0, length - 1)
    weights = np.maximum(0.0, 1 - np.abs(np.arange(length) - seen[:, None]) / max(1.0, step * length))
    made: Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return made


def _cosines() -> Floats:
    """`(FREQUENCIES, SIDE)`: the orthonormal transform without its constant row."""
    frequency = np.arange(1, FREQUENCIES + 1)[:, None]
    angles = np.pi / 2 / SIDE * frequency * (2 * np.arange(SIDE) + 1)
    cosines: Floats = (np.sqrt(2 / SIDE) * np.cos(angles)).astype(np.float32)
    return cosines


def _lowest() -> NDArray[np.intp]:
    rows, columns = np.mgrid[1 : FREQUENCIES + 1, 1 : FREQUENCIES + 1]
    return np.argsort((rows**2 + columns**2).ravel(), kind="stable")[:KEPT]


_COSINES = _cosines()
_LOWEST = _lowest()


def digest(squeezed: Squeezed) -> bytes:
    """32 bytes, or none: the picture is too plain."""
    frequencies = (_COSINES @ squeezed @ _COSINES.T).ravel()[_LOWEST]
    something = max(NOISE, SHARE * float(frequencies.std()))
    above, below = frequencies > something, frequencies < -something
    if int(above.sum() + below.sum()) < LEAST_TELLING:
        return b""
    return np.packbits(np.concatenate([above, ~below])).tobytes()


def telling(digests: Digests) -> NDArray[np.int64]:
    """How many frequencies are something, `(n,)`: what two digests can differ by at all."""
    one, other = np.split(digests, 2, axis=1)
    told: NDArray[np.int64] = KEPT - np.bitwise_count(one ^ other).sum(axis=1, dtype=np.int64)
    return told


_WITHIN = tents(SIDE, EDGE + (1 - 2 * EDGE) * (np.arange(SIDE) + 0.5) / SIDE, 1 / SIDE)
_BEYOND = tents(SIDE, ((np.arange(SIDE) + 0.5) / SIDE - EDGE) / (1 - 2 * EDGE), 1 / SIDE)


SCALES = (1.0, 1 / (1 - 2 * EDGE), 1 - 2 * EDGE)
"""How many times as much as in what a probe is like is shown in the picture."""


def probes(squeezed: Squeezed) -> tuple[bytes, bytes, bytes]:
    """Digests of the picture as it is, of what is within its edges, and of it with its edges drawn out.

    By the second and third a picture is known that was cropped of it, and that it was cropped of; see `SCALES`.
    """
    within: Floats = (_WITHIN @ squeezed @ _WITHIN.T).astype(np.float32, copy=False)
    beyond: Floats = (_BEYOND @ squeezed @ _BEYOND.T).astype(np.float32, copy=False)
    return digest(squeezed), digest(within), digest(beyond)


ANALYSER = Analyser("copies", 1, describe)
