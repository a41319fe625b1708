"""What was meant by a query with a slip of the pen (v7 reference, sections 5 and 6.6).

Why so: docs/decisions/0008-spelling-and-suggestions.md.
"""

from __future__ import annotations

from collections.abc import Callable

from .grammar import Term
from .lexicon import STOP_WORDS, Lexicon, fold, letters
from .query import Question

Knows = Callable[[str], bool]


def corrected(query: str, question: Question, lexicon: Lexicon, knows: Knows) -> str:
    """The query with each plain word that neither the library nor the encoder knows replaced by the closest in the library.

    Operators, and what they apply to, stay as they are; so does a whole query that begins with `+`.

    Args:
        question: what `query` was read as.
        knows: `Encoder.knows`.
    """
    if not lexicon or query.lstrip().startswith("+"):
        return query
    for term in reversed(question.plain):  # from the end, so that places stay what they are
        query = _replaced(query, term, lexicon, knows)
    return query


def _replaced(query: str, term: Term, lexicon: Lexicon, knows: Knows) -> str:
    runs = list(letters(term.text))
    if len(runs) != 1 or any(letter.isdecimal() for letter in term.text):
        return query
    word = fold(runs[0][0])
    if word in lexicon or word in STOP_WORDS or (meant := lexicon.closest(word)) is None or knows(word):
        return query
    assert term.place is not None
    start = term.place + runs[0].start()
    return query[:start] + meant + query[start + len(runs[0][0]) :]
