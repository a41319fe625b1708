"""The query that stands for an image: what a person would type who looks for it."""

from __future__ import annotations

import re

from vizsla.records import ImageRecord

from .company import SAYING_NOTHING, fit
from .lexicon import STOP_WORDS, fold

LONGEST_TITLE = 5
"""Words of a title that somebody would still type as it is."""
TYPED = 4
"""Words that are typed of a longer one."""
TAGS = 3
"""Tags that stand for an image without a title."""

_ENDING = re.compile(r"\.[a-z]{3,4}$", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NAME_OF_A_FILE = re.compile(r"[\d_/\\]|\.[a-z]{3,4}$", re.I)


def representative(record: ImageRecord) -> str:
    """The title as far as it is words, else the first tags; empty if there is neither.

    A title that is short and plain is taken as it stands; from one that looks like the name of a file, or is longer than what people
    type, the words are taken that say something. The name of the image's creator is not what it shows.
    """
    title = record.title.strip()
    creator = set(_words(fold(record.creator)))
    words = [word for word in _words(_ENDING.sub("", title)) if fold(word) not in creator]
    telling = [
        word for word in words if len(word) > 1 and fold(word) not in SAYING_NOTHING and fit(fold(word))
    ]
    if telling and len(words) <= LONGEST_TITLE:
        plain = not creator.intersection(map(fold, _words(title))) and not _NAME_OF_A_FILE.search(title)
        return title if plain else " ".join(words)
    if telling:
        return " ".join(dict.fromkeys(telling[:TYPED]))
    tags = [tag for tag in record.tags if set(_words(fold(tag))) - creator - STOP_WORDS and fit(fold(tag))]
    return " ".join(tags[:TAGS])


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("_", " "))
