"""A vector as text, for tokens of pictures that are not kept.

Whoever forges one asks for what is near to a vector of his choice, which anybody may ask by sending a picture.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np

from vizsla.records import Vector

_STEPS = 127

_SAFE = b"-."
"""In place of `+` and `/`: neither is escaped in addresses, nor in tokens, where `_` is."""


def format_vector(vector: Vector) -> str:
    """A direction as text: four characters for three dimensions, which are kept in 8 bits each.

    Of each number the root is kept: some encoders have a few large dimensions that say little, and small ones that tell
    pictures apart.

    Args:
        vector: `(dimension,)` float32, finite; its length is not kept.
    """
    largest = float(np.abs(vector).max()) or 1.0
    whole = np.round(np.sign(vector) * np.sqrt(np.abs(vector) / largest) * _STEPS).astype(np.int8)
    return base64.b64encode(whole.tobytes(), _SAFE).decode("ascii").rstrip("=")


def parse_vector(text: str, dimension: int) -> Vector:
    """The direction that is written `text`, `(dimension,)` float32 of length 1.

    Raises:
        ValueError: it is none of this dimension.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), _SAFE, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    roots = np.frombuffer(raw, np.int8).astype(np.float32)
    vector = roots * np.abs(roots)
    length = float(np.linalg.norm(vector))
    if len(raw) != dimension or not length:
        raise ValueError("The insights token is damaged, or of another library.")
    return vector / np.float32(length)
