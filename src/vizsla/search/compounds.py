"""Words that are written as one, as two, or with a hyphen between: `sailboat`, `sail boat`, `Segel-Boot`.

What a query writes in one way is found in the others too, where the words of the library are so written. Why so:
docs/decisions/0015-ranking.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice, pairwise

import msgspec

from vizsla.engines.seam import All, Any, Match, Words

from .grammar import Term
from .lexicon import Lexicon, fold
from .query import Question

SHORTEST_PART, LONGEST = 3, 40
"""Letters of each part: shorter ones are in everything; and of the whole."""

SURE_PART = 4
"""Letters of both parts from which on a word that is made of two is taken for a compound, and for no slip."""

LINKS = ("", "s", "n", "en", "es")
"""What German and Dutch put between two nouns: `Geburtstagskuchen`."""

MOST = 3
"""Other ways to write one word that are looked for."""

BELOW = 0.75
"""What another way to write a word counts, of the word itself at most: texts are of unequal length, which counts as well."""
HALF = 0.5
"""The same where the library has the other ways only: a phrase counts for both of its words."""

REMEMBERED = 2048

_WHOLE = re.compile(r"[^\W\d_]+")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)+")

Forms = Mapping[str, tuple[Words, ...]]
"""By a term's text, what else may be written for it."""


class Compounds:
    """The words of a library as wholes and as parts; they do not change.

    Args:
        records: how many the library has.
    """

    def __init__(self, lexicon: Lexicon, records: int = 0) -> None:
        self._lexicon = lexicon
        self._records = records
        self._forms = lru_cache(REMEMBERED)(self._written_apart)
        self._joined = lru_cache(REMEMBERED)(self._written_together)

    def surely(self, folded: str) -> bool:
        """Whether a word is made of two of the library, neither of which is short."""
        return any(min(map(len, parts)) >= SURE_PART for parts in self._parts(folded))

    def widened(self, query: str, question: Question) -> Question:
        """The question, of which each plain word may be written in another way too, and each two that stand side by side as one.

        Args:
            query: what `question` was read from.
        """
        forms = {term.text: found for term in question.plain if (found := self._forms(term.text))}
        for one, other in pairwise(question.plain):
            if _side_by_side(query, one, other) and (joined := self._joined(one.text, other.text)):
                for term in (one, other):
                    forms[term.text] = (*forms.get(term.text, ()), *joined)
        return _widened_question(question, forms) if forms else question

    def _written_apart(self, text: str) -> tuple[Words, ...]:
        """What else may be written for a word that stands alone: two words for one, one for those with a hyphen between."""
        if _WHOLE.fullmatch(text):
            own = [fold(text)]
            found = islice(self._parts(own[0]), MOST)
            return tuple(Words(" ".join(two), phrase=True, weight=self._weight(own, two)) for two in found)
        if _HYPHENATED.fullmatch(text):
            parts = [fold(part) for part in _WHOLE.findall(text)]
            whole = "".join(parts)
            return (Words(whole, weight=self._weight(parts, [whole])),) if self._count(whole) else ()
        return ()

    def _written_together(self, one: str, other: str) -> tuple[Words, ...]:
        """The words that two make together, each of which counts once for either."""
        if not (_WHOLE.fullmatch(one) and _WHOLE.fullmatch(other)):
            return ()
        parts = [fold(one), fold(other)]
        if min(map(len, parts)) < SHORTEST_PART:
            return ()
        wholes = [whole for link in LINKS if self._count(whole := link.join(parts))]
        return tuple(Words(whole, weight=self._weight(parts, [whole]) / 2) for whole in wholes)

    def _parts(self, folded: str) -> Iterator[list[str]]:
        """Every two words of the library that a word is made of."""
        if not SHORTEST_PART * 2 <= len(folded) <= LONGEST:
            return
        for cut in range(SHORTEST_PART, len(folded) - SHORTEST_PART + 1):
            first, last = folded[:cut], folded[cut:]
            if self._count(last):
                yield from ([one, last] for one in _unlinked(first) if self._count(one))

    def _count(self, folded: str) -> int:
        """How many records hold a word, or its plural or singular where that differs by an `s`."""
        known = self._lexicon.count
        return known(folded) or known(f"{folded}s") or (known(folded[:-1]) if folded.endswith("s") else 0)

    def _weight(self, asked: list[str], written: list[str]) -> float:
        """What a form counts, so that its score is about `BELOW` that of what was asked for, and not above."""
        own, others = self._telling(asked), self._telling(written)
        return BELOW * min(own / others, 1.0) if own and others else HALF

    def _telling(self, words: list[str]) -> float:
        """The sum of the words' inverse document frequencies as BM25 has them; 0 where one is not held."""
        counts = [min(self._count(word), self._records) for word in words]
        if not all(counts):
            return 0.0
        return sum(math.log(1 + (self._records - count + 0.5) / (count + 0.5)) for count in counts)


def _unlinked(first: str) -> Iterator[str]:
    """What the first part of a compound may be by itself."""
    for link in LINKS:
        if first.endswith(link) and len(first) - len(link) >= SHORTEST_PART:
            yield first.removesuffix(link)


def _side_by_side(query: str, one: Term, other: Term) -> bool:
    """Whether there is nothing but space between two plain terms."""
    assert one.place is not None
    return query[one.place + len(one.text) : other.place].isspace()


def _widened_question(question: Question, forms: Forms) -> Question:
    matches = {"words": question.words, "loose": question.loose, "demand": question.demand}
    changed = {name: _widened(match, forms) for name, match in matches.items() if match is not None}
    return msgspec.structs.replace(question, **changed)


def _widened(match: Match, forms: Forms) -> Match:
    """The match with every plain word as any of its forms; what is excluded stays as it is."""
    match match:
        case Words(phrase=False, field=None) if found := forms.get(match.text):
            return Any((match, *found))
        case All() | Any():
            return msgspec.structs.replace(match, parts=tuple(_widened(part, forms) for part in match.parts))
    return match
