"""The words of a library, or of an encoder, at one time: how usual each is, and which is the closest to one that is none of them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from vizsla.engines.languages import fold

from .slips import doubt

__all__ = ["STOP_WORDS", "Lexicon", "fold", "letters", "slips", "words_of"]

MOST_WORDS = 100_000
"""Words kept, the commonest; about twenty megabytes. What a rarer word could correct is rarely meant."""

SHORTEST, LONGEST = 4, 40
"""Letters of words that are corrected: a slip in a shorter one leaves too little to tell what was meant."""

TWO_SLIPS = 8
"""Letters from which on two slips are corrected."""

LEEWAY = 1.5
"""How much less likely than the closest a word may be that takes its place because the closest cannot be meant, in powers of ten."""

SOUNDS = (
    ("f", "ph"),
    ("ph", "f"),
    ("kw", "qu"),
    ("k", "qu"),
    ("qu", "k"),
    ("ks", "x"),
    ("y", "ie"),
    ("ie", "y"),
)
"""Letters by which people write what they hear, where they lie further apart than one slip: `elefant`, `fotograf`."""

REMEMBERED = 2048

_LETTERS = re.compile(r"[^\W\d_]+")
_ASCII_LETTERS = re.compile("[a-z]+")
"""The same in a text of ASCII in lower case, in half the time."""

STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "all",
        "also",
        "an",
        "and",
        "any",
        "are",
        "around",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "behind",
        "below",
        "beside",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "here",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "more",
        "most",
        "my",
        "near",
        "next",
        "no",
        "not",
        "of",
        "off",
        "on",
        "once",
        "one",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "per",
        "same",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "without",
        "would",
        "you",
        "your",
    ]
)
"""English words that tell nothing about a picture."""


def letters(text: str) -> Iterator[re.Match[str]]:
    """The runs of letters in a text."""
    return _LETTERS.finditer(text)


def words_of(text: str) -> list[str]:
    """The runs of letters in a text, folded."""
    folded = fold(text)
    return (_ASCII_LETTERS if folded.isascii() else _LETTERS).findall(folded)


def slips(one: str, other: str) -> int:
    """How many slips lie between two folded words: letters too many, too few, wrong, or in their neighbour's place (optimal
    string alignment); sounds that are written in another way throughout count as one."""
    return 1 if other in _respelt(one) else int(OSA.distance(one, other))


def _respelt(word: str) -> list[str]:
    """A word with one of its sounds written in another way, wherever it is."""
    return [word.replace(sound, other) for sound, other in SOUNDS if sound in word]


def _anything(word: str) -> bool:
    return True


class Lexicon:
    """The words of a library, or of an encoder; they do not change.

    Args:
        vocabulary: folded words and about how many records hold each, as `Engine.vocabulary` tells, or else how usual they are.
        fits: whether a word can be what somebody meant; if the closest cannot, one that is hardly less likely may.
        most_doubt: how unlikely what was meant may be, in powers of ten, of words one slip away.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int] | None = None,
        *,
        fits: Callable[[str], bool] = _anything,
        most_doubt: float = math.inf,
    ) -> None:
        counted = dict(vocabulary or {})
        self.commonest = sorted(counted, key=lambda word: (-counted[word], word))[:MOST_WORDS]
        """Every word, those that more records hold first."""
        self._counts = {word: counted[word] for word in self.commonest}
        self._highest = max(self._counts.values(), default=1)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self.commonest:
            self._by_length[len(word)].append(word)
        self._fits = fits
        self._most_doubt = most_doubt
        self.closest = lru_cache(REMEMBERED)(self._closest)
        """`_closest`, of which the answers are remembered."""

    def __len__(self) -> int:
        return len(self._counts)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def count(self, word: str) -> int:
        """How many records hold a word; 0: none does."""
        return self._counts.get(word, 0)

    def rarity(self, word: str) -> float:
        """From 0, where as many records hold the word as any other, to nearly 1; 0 also for words that none holds."""
        count = self._counts.get(word, 0)
        return 1 - count / (self._highest + 1) if count else 0.0

    def _closest(self, word: str) -> str | None:
        """The word that was meant by one that is none of them: what sounds alike, else the likeliest of those one slip away, else, of a
        long word, that with its first letter, then the commonest, of those two slips away."""
        if not SHORTEST <= len(word) <= LONGEST:
            return None
        if alike := self._alike(word):
            return alike[0] if self._fits(alike[0]) else None
        if near := self._within(word, 1):
            return self._likeliest(word, near)
        if len(word) < TWO_SLIPS or not (near := self._within(word, 2)):
            return None
        found = min(near, key=lambda found: (found[0] != word[0], -self._counts[found], found))
        return found if self._fits(found) else None

    def _likeliest(self, word: str, near: list[str]) -> str | None:
        """Of words one slip away, the one that is meant: by how likely the slip is, and how common the word."""
        highest = self._highest
        ranked = sorted((doubt(word, one) + math.log10(highest / self._counts[one]), one) for one in near)
        most = min(self._most_doubt, ranked[0][0] + LEEWAY)
        return next((one for doubted, one in ranked if doubted <= most and self._fits(one)), None)

    def _alike(self, word: str) -> list[str]:
        return sorted(filter(self._counts.__contains__, _respelt(word)), key=lambda one: -self._counts[one])

    def _within(self, word: str, slips: int) -> list[str]:
        return [
            found
            for length in range(len(word) - slips, len(word) + slips + 1)
            for found, _, _ in process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=slips, limit=None
            )
        ]
