"""From a text to the entries of a vocabulary: folding, inflected forms, words of several words, compounds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

_TOKEN = re.compile(r"[a-z0-9]+(?:[-.'][a-z0-9]+)*")
_WORD = re.compile(r"\w+")
_LONGEST = 5  # Tokens of one entry; longer names are found by their parts.
_SHORTEST_PART = 3  # Letters of each half of a compound; shorter halves are found in everything.
_LONGEST_TOKEN = 40  # Letters; what is longer is no word.

_ENDINGS = (
    *(
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("zes", "z"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("men", "man"),
    ),
    *(("ves", "f"), ("ves", "fe"), ("s", ""), ("es", ""), ("es", "e")),
    *(("ied", "y"), ("ing", "e"), ("ing", ""), ("ed", "e"), ("ed", "")),
    *(("ier", "y"), ("iest", "y"), ("er", "e"), ("er", ""), ("est", "e"), ("est", "")),
)
"""Regular inflections of English, those of nouns first, as WordNet's `morphy(7WN)` detaches them."""


def fold(text: str) -> str:
    """Return a text in lower case without accents, with plain apostrophes and hyphens."""
    if text.isascii():
        return text.lower()
    plain = text.translate({0x2019: "'", 0x2010: "-", 0x2011: "-"})
    decomposed = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def base_forms(word: str) -> Iterator[str]:
    """Yield what the word may be a regular inflection of, the likeliest first."""
    for ending, base in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1:
            yield stem + base
            if not base and stem[-1] == stem[-2]:
                yield stem[:-1]


class Vocabulary:
    """Numbers of words and of terms of several words.

    `entries` are in lower case, the first `common` of them are the parts of compounds; `irregular` leads inflected
    forms to entries, and `meant` words, entries or not, to the entries that are taken in their place. Vocabularies do not change, so several
    threads may use one.
    """

    def __init__(
        self,
        entries: Sequence[str],
        irregular: Mapping[str, str],
        common: int,
        meant: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._numbers = dict(zip(entries, range(len(entries)), strict=True))
        self._numbers |= {entry: self._numbers[other] for entry, other in meant.items()}
        self.size = len(entries)
        self._irregular = irregular
        self._common = common
        self._longest = _longest(entry for names in (entries, irregular, meant) for entry in names)

    @property
    def words(self) -> list[str]:
        """Single words among the entries, in their order: about the most usual first."""
        return [entry for entry in self._numbers if entry.isalpha()]

    def number(self, entry: str) -> int:
        """Return the number of an entry as it is written.

        Raises:
            KeyError: there is none.
        """
        return self._numbers[entry]

    def find(self, text: str) -> list[int]:
        """Return the entries that a text is made of, in its order; what is not known is left out."""
        tokens = [token for token in _TOKEN.findall(fold(text)) if len(token) <= _LONGEST_TOKEN]
        found: list[int] = []
        while tokens:
            size, numbers = self._head(tokens)
            found += numbers
            del tokens[:size]
        return found

    def holds(self, text: str) -> bool:
        """Whether every word of a text is an entry or an inflected form of one; two words run together are none."""
        words = _WORD.findall(fold(text))
        return all(len(word) == 1 or self._number(word) is not None for word in words)

    def _head(self, tokens: Sequence[str]) -> tuple[int, list[int]]:
        """Return how many of the first tokens were read, and as what: the longest entry wins."""
        for size in range(min(self._longest.get(tokens[0], 1), len(tokens)), 0, -1):
            number = self._number(" ".join(tokens[:size]))
            if number is not None:
                return size, [number]
        return 1, self._parts(tokens[0])

    def _number(self, term: str) -> int | None:
        """Return the entry that a term is, or is a form of."""
        if (number := self._numbers.get(term)) is not None:
            return number
        forms = chain((term.removesuffix("'s"), self._irregular.get(term, term)), base_forms(term))
        known = (self._numbers.get(form, self._numbers.get(self._irregular.get(form, ""))) for form in forms)
        return next((number for number in known if number is not None), None)

    def _parts(self, token: str) -> list[int]:
        """Return the entries of a token that is written in one but made of several: `t-shirt`, `dogbasket`."""
        pieces = re.split(r"[-.']", token)
        if len(pieces) > 1:
            return [number for piece in pieces if (number := self._number(piece)) is not None]
        for cut in range(len(token) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
            halves = self._number(token[:cut]), self._number(token[cut:])
            if all(half is not None and half < self._common for half in halves):
                return [half for half in halves if half is not None]
        return []


def _longest(terms: Iterable[str]) -> dict[str, int]:
    """Return by their first token how many tokens terms of several have at most; forms differ in the last one."""
    longest: dict[str, int] = {}
    for first, size in ((term.partition(" ")[0], 1 + term.count(" ")) for term in terms if " " in term):
        longest[first] = min(max(size, longest.get(first, 1)), _LONGEST)
    return longest
