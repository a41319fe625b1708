"""Words that are read in the picture: an extra, `pip install vizsla[ocr]`, that an owner asks for.

PP-OCRv6 (small) finds and reads lines by way of RapidOCR; both networks ship in its wheel, nothing is fetched. They read
English and the other languages that are written with Latin letters, Chinese and Japanese, upright; what costs time is
bounded by the size that is looked at and by the number of lines. docs/decisions/0013-words-in-pictures.md
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Any

import msgspec
import numpy as np

from vizsla.analyse import OPTIONAL
from vizsla.analyse.seam import Analyser
from vizsla.analyse.words import MAX_TEXT, line
from vizsla.decode import Picture, open_picture
from vizsla.decode.pixels import Pixels, as_image, computed, over_white, resized

SIDE = 960
"""Pixels of the longer side that is looked at: letters of a fortieth of the picture's height are read."""
MOST_LINES = 40
SURE = 0.8
"""Lines that the network is less sure of are mostly ornaments and leaves."""

_OPTIONS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,  # would only tell lines that stand on their heads
    "Global.text_score": SURE,
    "Global.max_side_len": SIDE,
    "Det.limit_type": "max",
    "Det.limit_side_len": SIDE,
    "Det.max_candidates": MOST_LINES,
}
_ONE_AT_A_TIME = Lock()
"""The networks use every core by themselves; a second copy would cost a hundred megabytes and gain nothing."""


class ReaderMissing(Exception):
    """What reads words is not installed; the message says how to install it."""


class Reading(msgspec.Struct, frozen=True):
    text: str


def read_words(picture: Picture) -> Reading:
    """The lines from the top to the bottom, as one text of at most `MAX_TEXT` characters.

    Raises:
        ReaderMissing: the extra is not installed.
    """
    reader = open_reader()
    pixels = np.ascontiguousarray(_looked_at(picture)[..., ::-1])
    with _ONE_AT_A_TIME:
        lines = reader(pixels).txts
    return Reading(line(" ".join(lines or ()), MAX_TEXT) or "")


@cache
def open_reader() -> Any:
    """The two networks, loaded once.

    Raises:
        ReaderMissing: the extra is not installed.
    """
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise ReaderMissing("reading words in pictures needs `pip install vizsla[ocr]`") from error
    return RapidOCR(params=_OPTIONS)


def _looked_at(picture: Picture) -> Pixels:
    """`(height, width, 3)` over white, at most `SIDE` pixels; decoded again where more of it is to be seen than is kept."""
    held = max(picture.kept.shape[:2])
    wanted = min(SIDE, max(picture.width, picture.height))
    seen = picture if held >= wanted else open_picture(picture.data, detail=wanted / held)
    image = over_white(as_image(seen.kept))
    scale = min(1.0, SIDE / max(image.width, image.height))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return computed(resized(image, *size))


ANALYSER = Analyser("reading", OPTIONAL["reading"], read_words)
