"""Words for colours, as v7's `color` names them: an analyser knows which ones dominate a picture better than any text or encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vizsla.engines.seam import Holds
from vizsla.records import AnyOf

from .lexicon import words_of

COLOURS: Final[Mapping[str, str]] = {
    name: name
    for name in (
        *("black", "blue", "brown", "gray", "green", "orange"),
        *("pink", "purple", "red", "teal", "white", "yellow"),
    )
} | {"grey": "gray", "violet": "purple"}
"""Words that name a dominant colour, and that as records have it."""


def having(name: str) -> AnyOf:
    """Has a colour, named as records have it."""
    return AnyOf("colour", frozenset((name,)))


_HELD: Final = {word: Holds(having(name)) for word, name in COLOURS.items()}


def coloured(word: str) -> Holds | None:
    """What an analyser saw in pictures that are as a word says; `None`: it names no colour."""
    written = words_of(word)
    return _HELD.get(written[0]) if len(written) == 1 else None
