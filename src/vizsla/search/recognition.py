"""What an image shows, told by its own words and by those of the images that look like it.

Neighbours vote for their words with their similarity; of its votes a word loses those that as many images taken at
random would give it, so that words which are everywhere say nothing. After Li, Snoek, Worring: "Learning Social Tag
Relevance by Neighbor Voting", IEEE Transactions on Multimedia 11(7), 2009.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec

from vizsla.records import ImageRecord

from .lexicon import STOP_WORDS
from .similar import Neighbour

CERTAIN = 1.0
"""Confidence of what is said of the image itself."""
LEAST = 0.1
"""Confidence below which a word is no better than chance."""
SHARPNESS = 4
"""Power of the similarity that a vote weighs: the one picture that is nearly the same outweighs all that merely resemble."""
LEAST_VOTES = 2
"""Neighbours that must agree on a word, unless one of them is nearly the same picture."""
NEARLY_THE_SAME = 0.7
"""Similarity of what is: a smaller copy, another view."""
MOST_VOTED = 16
"""Words with the most votes, of which is found out how usual they are: a short search each."""

_WORD = re.compile(r"[^\W\d_][\w'-]+")
_SAYING_NOTHING = STOP_WORDS | {
    *("img", "image", "picture", "photo", "dsc", "jpg", "jpeg", "png", "gif", "svg"),
    *(
        "de",
        "del",
        "der",
        "des",
        "die",
        "das",
        "du",
        "ein",
        "eine",
        "el",
        "en",
        "et",
        "im",
        "la",
        "las",
        "le",
    ),
    *("les", "los", "mit", "und", "un", "une", "von"),
}
"""Words that name nothing to be seen."""


class Recognised(msgspec.Struct, frozen=True):
    """A word for what is to be seen, and how certain it is: 0 to 1."""

    word: str
    confidence: float


def words_of(record: ImageRecord) -> list[str]:
    """What is said of an image: its tags, then the words of its title; without either, those of its file's name."""
    title = record.title or ("" if record.tags else record.names)
    words = [word for word in _WORD.findall(title.lower()) if word not in _SAYING_NOTHING]
    return list(dict.fromkeys([*(tag.lower() for tag in record.tags), *words]))


def recognise(
    record: ImageRecord | None, neighbours: Sequence[Neighbour], usual: Callable[[str], float]
) -> list[Recognised]:
    """Words for what is to be seen, the most certain first.

    Args:
        record: the image itself, if it is in the library.
        usual: the share of all images that a word is said of, 0 to 1.
    """
    own = [Recognised(word, CERTAIN) for word in (words_of(record) if record else [])]
    known = {one.word for one in own}
    voted = [one for one in _voted(neighbours, usual) if one.word not in known]
    return [*own, *sorted(voted, key=lambda one: (-one.confidence, one.word))]


def _voted(neighbours: Sequence[Neighbour], usual: Callable[[str], float]) -> Iterable[Recognised]:
    for word, share in _shares(neighbours)[:MOST_VOTED]:
        confidence = share - usual(word)
        if confidence >= LEAST:
            yield Recognised(word, confidence)


def _shares(neighbours: Sequence[Neighbour]) -> list[tuple[str, float]]:
    """The share of each word in the votes, the largest first; a vote weighs a power of the similarity."""
    whole = sum(max(one.similarity, 0.0) ** SHARPNESS for one in neighbours)
    votes: defaultdict[str, list[float]] = defaultdict(list)
    for one in neighbours:
        for word in words_of(one.record):
            votes[word].append(max(one.similarity, 0.0))
    shares = [
        (word, sum(given**SHARPNESS for given in votes[word]) / whole)
        for word in votes
        if whole and (len(votes[word]) >= LEAST_VOTES or votes[word][0] >= NEARLY_THE_SAME)
    ]
    return sorted(shares, key=lambda pair: (-pair[1], pair[0]))
