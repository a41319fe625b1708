"""What may be asked next: narrower queries, other segments, terms that look alike, related searches (section 6.1)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice

import msgspec

from vizsla.records import ImageRecord

from .lexicon import STOP_WORDS, Lexicon, fold, letters, words_of
from .query import Question
from .vocabulary import Likeness, same

FEEDBACK = 10
"""Best records that are looked at for words to add (pseudo relevance feedback)."""

REMEMBERED = 8192
"""Records whose words are kept; a few megabytes."""

MOST_TITLE, MOST_TAGS = 200, 20
"""Letters of a title and tags of a record that are looked at."""

EXPANSIONS, SEGMENTS, PIVOTS, SIMILAR, RELATED = 8, 3, 4, 4, 8
"""How many of each there are at most; pivots: for each segment."""

VERY_ALIKE = 0.8
"""Cosine from which on one word may stand for another, not only in its place."""

ASKABLE = re.compile(r"\w[\w '’-]{0,58}\w")
"""Tags that are queries without an operator."""


class Choice(msgspec.Struct, frozen=True):
    """A query that may be asked, and what of it is shown."""

    text: str
    shown: str


class Suggestions(msgspec.Struct, frozen=True, kw_only=True):
    expansions: Sequence[Choice] = ()
    pivots: Sequence[tuple[str, Sequence[Choice]]] = ()
    """Segments of the query, and what may stand in their place."""
    similar: Sequence[str] = ()
    related: Sequence[str] = ()


def suggestions(
    query: str,
    question: Question,
    records: Sequence[ImageRecord],
    lexicon: Lexicon,
    alike: Likeness,
    asked: Iterable[str],
) -> Suggestions:
    """What may be asked after `query`.

    Args:
        question: what the query was read as.
        records: the best that it found; none where only words of the query itself are to lead on.
        asked: what others asked, that is related.
    """
    words = {word for term in question.plain for word in words_of(term.text)}
    best = records[:FEEDBACK]
    return Suggestions(
        expansions=list(_expansions(query, question, best, lexicon)),
        pivots=list(islice(_pivots(query, question, alike, words), SEGMENTS)),
        similar=list(_similar(words, alike)),
        related=list(islice(_related(query, asked, best), RELATED)),
    )


def _expansions(
    query: str, question: Question, records: Sequence[ImageRecord], lexicon: Lexicon
) -> Iterator[Choice]:
    """The query with one more word: one that several of the best records hold, and few others."""
    base = f"({query})" if question.open else query
    known = words_of(question.text)
    counts = Counter(chain.from_iterable(map(_told, records)))
    scores = {word: count * lexicon.rarity(word) for word, count in counts.items() if count > 1}
    ranked = sorted(scores, key=lambda word: (-scores[word], word))
    fitting = (word for word in ranked if scores[word] and _narrows(word, known))
    for word in islice(fitting, EXPANSIONS):
        yield Choice(f"{base} {word}".lstrip(), word)


@lru_cache(REMEMBERED)
def _told(record: ImageRecord) -> frozenset[str]:
    """The words of a record's title and tags."""
    return frozenset(words_of(f"{record.title[:MOST_TITLE]} {' '.join(record.tags[:MOST_TAGS])}"))


def _narrows(word: str, known: Iterable[str]) -> bool:
    return len(word) > 2 and word not in STOP_WORDS and not any(same(word, one) for one in known)


def _pivots(
    query: str, question: Question, alike: Likeness, asked: Collection[str]
) -> Iterator[tuple[str, list[Choice]]]:
    """Each word of a query of several, and the query with another in its place."""
    if len(question.plain) < 2:
        return
    for term in question.plain:
        words = list(letters(term.text))
        near = alike.get(fold(words[0][0]), ()) if len(words) == 1 else ()
        fresh = [word for word, _ in near if word not in asked][:PIVOTS]
        if fresh:
            assert term.place is not None
            start = term.place + words[0].start()
            before, after = query[:start], query[start + len(words[0][0]) :]
            yield words[0][0], [Choice(f"{before}{word}{after}", word) for word in fresh]


def _similar(words: set[str], alike: Likeness) -> list[str]:
    near = [pair for word in words for pair in alike.get(word, ()) if pair[1] >= VERY_ALIKE]
    ranked = sorted(near, key=lambda pair: (-pair[1], pair[0]))
    return [word for word in dict.fromkeys(word for word, _ in ranked) if word not in words][:SIMILAR]


def _related(query: str, asked: Iterable[str], records: Sequence[ImageRecord]) -> Iterator[str]:
    """What others asked, then the tags that most of the best records carry."""
    tags = Counter(chain.from_iterable(record.tags[:MOST_TAGS] for record in records))
    several = (tag for tag, count in tags.items() if count > 1 and ASKABLE.fullmatch(tag))
    ranked = sorted(several, key=lambda tag: (-tags[tag], tag))
    seen = {fold(query)}
    for text in (*asked, *ranked):
        if fold(text) not in seen:
            seen.add(fold(text))
            yield text
