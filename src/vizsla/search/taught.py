"""The words that an encoder was taught, as what may be meant where a library has no such word."""

from __future__ import annotations

from typing import Final

import numpy as np

from vizsla.encoders.seam import Encoder, words_of

from .everyday import EVERYDAY
from .lexicon import SHORTEST, Lexicon

EVERYDAY_PLACES: Final = 100
"""First of an encoder's words that are about as usual as each other; from there on a word is as usual as its place says (Zipf)."""

SCALE: Final = 1_000_000_000

MOST_DOUBT: Final = 3.5
"""Above it a word is taken for one of another language, or a name, rather than for a slip."""

_ES: Final = ("s", "x", "z", "ch", "sh")


class Taught(Lexicon):
    """Of English words, in the singular; slips in their plurals are corrected too."""

    def _closest(self, word: str) -> str | None:
        found = super()._closest(word)
        if found is None and word.endswith("s") and len(word) > SHORTEST:
            singular = super()._closest(word[:-1])
            return _plural(singular) if singular else None
        return found


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(_ES) else f"{word}s"


def taught(encoder: Encoder) -> Lexicon:
    """The words that an encoder was taught, each as usual as it stands early among them; everyday words, where it does not tell.

    One of which the vector is shorter than the encoder's floor finds no picture, so that nobody meant it.
    """
    words = words_of(encoder) or [word for word in EVERYDAY if encoder.knows(word)]
    usual = {word: SCALE // (place + EVERYDAY_PLACES) for place, word in enumerate(words)}
    return Taught(
        usual,
        fits=lambda word: float(np.linalg.norm(encoder.encode_texts([word])[0])) >= encoder.floor,
        most_doubt=MOST_DOUBT,
    )
