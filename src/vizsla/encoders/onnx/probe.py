"""Whether a model's towers do and fit each other: told by one text and one picture, before any vector is kept."""

from __future__ import annotations

import numpy as np

from vizsla.encoders import EncoderError
from vizsla.encoders.seam import Pixels, Vectors

TEXT = "a photo of a dog"

_AGAIN = "get the model again, or another export of it"


def picture(side: int) -> Pixels:
    """Chance, in which no two places are alike."""
    return np.random.default_rng(0).integers(0, 256, (1, side, side, 3), np.uint8)


def compare(what: str, of_text: Vectors, of_picture: Vectors, floor: float) -> None:
    """Look at what the towers made of a text and of a picture.

    Args:
        what: the model, for errors.
        of_text: one row.
        of_picture: one row.
        floor: see `Encoder.floor`.

    Raises:
        EncoderError: the one cannot be compared with the other.
    """
    for tower, row in (("text", of_text), ("image", of_picture)):
        if not np.isfinite(row).all() or not row.any():
            raise EncoderError(f"the {tower} tower of {what} gives nothing that can be compared: {_AGAIN}")
    text_width, picture_width = of_text.shape[1], of_picture.shape[1]
    if text_width != picture_width:
        raise EncoderError(
            f"{what} gives {text_width} numbers for a text and {picture_width} for a picture, so its towers are not of "
            f"one model: {_AGAIN}"
        )
    if not -1 <= floor <= 1:
        raise EncoderError(
            f"the floor of {what} would be {floor:.3g}: cosines are between -1 and 1, so give one by the setting "
            "`encoder_floor`"
        )
