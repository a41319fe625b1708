"""The query that stands for an image: what a person would type who looks for it."""

from __future__ import annotations

import re
from functools import lru_cache

from vizsla.records import ImageRecord

from .company import SAYING_NOTHING, fit
from .lexicon import STOP_WORDS, fold

LONGEST_TITLE = 5
"""Words of a title that somebody would still type as it is."""
TYPED = 4
"""Words that are typed of a longer one."""
REMEMBERED = 8192
"""Words that are kept folded and judged: pictures are called by the same ones."""
TAGS = 3
"""Tags that stand for an image without a title."""

_ENDING = re.compile(r"\.[a-z]{3,4}$", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ASCII_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")
"""The same in a text of ASCII, in half the time."""
_NAME_OF_A_FILE = re.compile(r"[\d_/\\]")
"""As the endings of files are."""


def representative(record: ImageRecord) -> str:
    """The title as far as it is words, else the first tags; empty if there is neither.

    A title that is short and plain is taken as it stands; from one that looks like the name of a file, or is longer than what people
    type, the words are taken that say something. The name of the image's creator is not what it shows.
    """
    title = record.title.strip()
    creator = _parts(record.creator)
    if not creator and _plain(parts := title.split(" ")) and any(map(_tells, parts)):
        return title  # as most titles are, and said at once
    stem = _ENDING.sub("", title) if "." in title else title
    every = _words(stem)
    words = [word for word in every if _folded(word) not in creator] if creator else every
    telling = [word for word in words if _tells(word)]
    if telling and len(words) <= LONGEST_TITLE:
        as_it_is = len(words) == len(every) and stem == title and not _NAME_OF_A_FILE.search(title)
        return title if as_it_is else " ".join(words)
    if telling:
        return " ".join(dict.fromkeys(telling[:TYPED]))
    tags = [tag for tag in record.tags if set(_words(fold(tag))) - creator - STOP_WORDS and fit(fold(tag))]
    return " ".join(tags[:TAGS])


_folded = lru_cache(REMEMBERED)(fold)


@lru_cache(REMEMBERED)
def _tells(word: str) -> bool:
    return len(word) > 1 and _folded(word) not in SAYING_NOTHING and fit(_folded(word))


@lru_cache(REMEMBERED)
def _parts(creator: str) -> frozenset[str]:
    return frozenset(_words(fold(creator)))


def _plain(parts: list[str]) -> bool:
    """A few words of letters."""
    return len(parts) <= LONGEST_TITLE and all(parts) and "".join(parts).isalpha()


def _words(text: str) -> list[str]:
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text.replace("_", " "))
