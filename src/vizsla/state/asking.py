"""What of a query's text is fit to be kept and shown to others."""

from __future__ import annotations

import re

MOST_LETTERS = 100
"""Longer texts are no searches that somebody else would make; cut short they would be other searches."""

_OPERATORS = re.compile(r"\w:\S|@|[()|]|(?:^|\s)-\S|\b(?:NOT|OR|AND)\b")
"""`site:` and its like, which also are in addresses; `@` of mail addresses; what excludes and chooses."""

_QUOTING = str.maketrans({'"': " ", "+": " ", "\u201c": " ", "\u201d": " "})
_JOINERS = "\u200c\u200d"
"""Not printable, but part of how Persian, Hindi and emoji are written."""

_WORD = re.compile(r"\w[\w\u200c\u200d]*")

_COMMON = frozenset(
    {
        *("a", "an", "and", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "to", "with"),
        *("de", "der", "die", "das", "du", "en", "et", "la", "las", "le", "les", "los", "und"),
    }
)
"""Words that two texts may share without being about the same."""


def normal(text: str) -> str | None:
    """The text in lower case, single spaces, without quotes, plus and control characters.

    Returns: `None` if it is not to be kept: without a word, too long, or with operators, which belong to one search.
    """
    if len(text) > 2 * MOST_LETTERS or _OPERATORS.search(text):
        return None
    shown = (letter if letter.isprintable() or letter in _JOINERS else " " for letter in text)
    kept = " ".join("".join(shown).translate(_QUOTING).lower().split())
    return kept if len(kept) <= MOST_LETTERS and _WORD.search(kept) else None


def words_of(text: str) -> list[str]:
    """The words of a text that say what it is about, in lower case, each once; at most ten, as a search has."""
    words = dict.fromkeys(_WORD.findall(text.lower()))
    return [word for word in words if word not in _COMMON][:10]
