"""How likely it is that one slip of the pen made one word out of another (Kernighan, Church, Gale: "A Spelling Correction Program
Based on a Noisy Channel Model", COLING 1990): which keys lie side by side, what is easily left out, doubled or swapped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_PLACES: Final = {
    key: (along + row / 2, row) for row, keys in enumerate(_ROWS) for along, key in enumerate(keys)
}
BESIDE: Final[Mapping[str, frozenset[str]]] = {
    key: frozenset(
        other
        for other, (across, down) in _PLACES.items()
        if other != key and abs(across - along) <= 1 and abs(down - row) <= 1
    )
    for key, (along, row) in _PLACES.items()
}
"""For each key, those that a finger hits instead; each row lies half a key to the right of the one above."""

VOWELS: Final = frozenset("aeiouy")

SWAPPED, KEY_BESIDE, DOUBLED, SINGLE = 0.0, 0.0, 0.0, 0.0
LEFT_OUT = 0.5
OTHER_VOWEL, HIT_AS_WELL = 1.0, 1.0
ANYTHING = 3.0
FIRST_LETTER = 2.0
"""How much less likely each slip is than the likeliest, in powers of ten: neighbours swapped, the key beside, a letter doubled, one
of two left out; any letter left out; another vowel, the key beside hit as well; any other letter, or one too many. And what it counts
beside that if the first letter is wrong. `python -m benchmarks.spelling` prints what they do; they were chosen on the tuning half."""


def doubt(typed: str, meant: str) -> float:
    """How unlikely it is that somebody typed one word who meant the other, in powers of ten; at least 0.

    Args:
        typed, meant: folded, one slip apart.
    """
    first = FIRST_LETTER if typed[0] != meant[0] else 0.0
    at = next((at for at, (one, other) in enumerate(zip(typed, meant, strict=False)) if one != other), None)
    at = min(len(typed), len(meant)) if at is None else at
    if len(typed) > len(meant):
        return first + _too_many(typed, at)
    if len(typed) < len(meant):
        return first + (SINGLE if _twice(meant, at) else LEFT_OUT)
    return first + (_wrong(typed[at], meant[at]) if typed[at + 1 :] == meant[at + 1 :] else SWAPPED)


def _wrong(typed: str, meant: str) -> float:
    if typed in BESIDE.get(meant, ()):
        return KEY_BESIDE
    return OTHER_VOWEL if VOWELS.issuperset((typed, meant)) else ANYTHING


def _too_many(typed: str, at: int) -> float:
    if _twice(typed, at):
        return DOUBLED
    around = BESIDE.get(typed[at], frozenset())
    return ANYTHING if around.isdisjoint(typed[max(at - 1, 0) : at + 2]) else HIT_AS_WELL


def _twice(word: str, at: int) -> bool:
    """Whether a letter stands beside its like."""
    return word[at] in (word[at - 1 : at] if at else "", word[at + 1 : at + 2])
