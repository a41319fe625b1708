"""What was meant by a query with a slip of the pen (v7 reference, sections 5 and 6.6).

Why so: docs/decisions/0008-spelling-and-suggestions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from vizsla.engines.languages import TELLING_NOTHING

from .lexicon import STOP_WORDS, Lexicon, fold, letters, slips
from .query import Question

Knows = Callable[[str], bool]

MOST_SLIPS = 3
"""Words that nobody knows, up to which they are taken for slips: a query with more is in another language. It also bounds what
one query can cost."""


class _Word(msgspec.Struct, frozen=True):
    """A plain word of a query."""

    text: str
    start: int
    """Its place in the query."""

    @property
    def folded(self) -> str:
        return fold(self.text)


NO_WORDS = Lexicon()


def corrected(
    query: str, question: Question, lexicon: Lexicon, knows: Knows, taught: Lexicon = NO_WORDS
) -> str:
    """The query with each plain word that neither the library nor the encoder knows replaced by the closest that one of them
    knows; of equals, the library's.

    Operators, and what they apply to, stay as they are; so does a whole query that begins with `+`.

    Args:
        question: what `query` was read as.
        knows: `Encoder.knows`.
        taught: words of the encoder that it may be asked for by.
    """
    if not (lexicon or taught) or query.lstrip().startswith("+"):
        return query
    unknown = [word for word in _words(question) if not _known(word.folded, lexicon, knows)]
    if len(unknown) > MOST_SLIPS:
        return query
    for word in reversed(unknown):  # from the end, so that places stay what they are
        meant = _closest(word.folded, lexicon, taught) or word.text
        query = query[: word.start] + meant + query[word.start + len(word.text) :]
    return query


def _words(question: Question) -> Iterator[_Word]:
    """The plain words, without those that hold more than letters and what stands around these."""
    for term in question.plain:
        runs = list(letters(term.text))
        if len(runs) == 1 and not any(letter.isdecimal() for letter in term.text):
            assert term.place is not None
            yield _Word(runs[0][0], term.place + runs[0].start())


def _known(word: str, lexicon: Lexicon, knows: Knows) -> bool:
    return word in lexicon or word in STOP_WORDS or word in TELLING_NOTHING or knows(word)


def _closest(word: str, *lexicons: Lexicon) -> str | None:
    near = [found for lexicon in lexicons if (found := lexicon.closest(word))]
    return min(near, key=lambda found: slips(word, found), default=None)
