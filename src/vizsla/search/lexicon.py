"""The words of a library at one time: how many records hold each, and which is the closest to one that none holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from vizsla.engines.languages import fold

__all__ = ["STOP_WORDS", "Lexicon", "fold", "letters", "words_of"]

MOST_WORDS = 100_000
"""Words kept, the commonest; about twenty megabytes. What a rarer word could correct is rarely meant."""

SHORTEST, LONGEST = 4, 40
"""Letters of words that are corrected: a slip in a shorter one leaves too little to tell what was meant."""

TWO_SLIPS = 8
"""Letters from which on two slips are corrected."""

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


class Lexicon:
    """The words of a library; they do not change.

    Args:
        vocabulary: folded words and about how many records hold each, as `Engine.vocabulary` tells.
    """

    def __init__(self, vocabulary: Mapping[str, int] | None = None) -> None:
        counted = dict(vocabulary or {})
        self.commonest = sorted(counted, key=lambda word: (-counted[word], word))[:MOST_WORDS]
        """Every word, those that more records hold first."""
        self._counts = {word: counted[word] for word in self.commonest}
        self._highest = max(self._counts.values(), default=1)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self.commonest:
            self._by_length[len(word)].append(word)
        self.closest = lru_cache(REMEMBERED)(self._closest)
        """`_closest`, of which the answers are remembered."""

    def __len__(self) -> int:
        return len(self._counts)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def rarity(self, word: str) -> float:
        """From 0, where as many records hold the word as any other, to nearly 1; 0 also for words that none holds."""
        count = self._counts.get(word, 0)
        return 1 - count / (self._highest + 1) if count else 0.0

    def _closest(self, word: str) -> str | None:
        """The word that was meant by one that none holds: of the fewest slips, then with its first letter, then common.

        A slip is a letter too many, too few, wrong, or in its neighbour's place (optimal string alignment).
        """
        if not SHORTEST <= len(word) <= LONGEST:
            return None
        most = 2 if len(word) >= TWO_SLIPS else 1
        return next(filter(None, (self._within(word, slips) for slips in range(1, most + 1))), None)

    def _within(self, word: str, slips: int) -> str | None:
        near = [
            (found[0] != word[0], -self._counts[found], found)
            for length in range(len(word) - slips, len(word) + slips + 1)
            for found, _, _ in process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=slips, limit=None
            )
        ]
        return min(near)[-1] if near else None
