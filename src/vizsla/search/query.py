"""From what somebody typed to what records must hold."""

from __future__ import annotations

import re

from vizsla.engines.seam import Any, Match, Words

MAX_TERMS = 10
"""v7 reference, section 5: only the first ten terms are used."""

_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
_WORD = re.compile(r"\w")


def match_of(text: str, *, strict: bool = True) -> Match | None:
    """The words that a record must hold for a query.

    Quoted terms are phrases. Of three terms and more, a third may be missing: people add words to be understood, not
    to see less. With `strict=False` any single term is enough.

    Returns: `None` if the query holds no word.
    """
    terms = tuple(
        Words(quoted or bare, phrase=bool(quoted))
        for quoted, bare in _TERM.findall(text)
        if _WORD.search(quoted or bare)
    )[:MAX_TERMS]
    if not terms:
        return None
    return Any(terms, minimum=len(terms) - len(terms) // 3 if strict else 1)


def plain(text: str) -> str:
    """The query without its quotes, as an encoder reads it."""
    return text.replace('"', " ").strip()
