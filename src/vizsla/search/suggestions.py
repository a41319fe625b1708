"""What may be asked next: narrower queries, other segments, terms that look alike, related searches (section 6.1)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from functools import lru_cache
from itertools import chain, islice

import msgspec

from vizsla.records import ImageRecord

from .company import NARROW, Beside, Company, Said, fit
from .lexicon import STOP_WORDS, Lexicon, fold, letters, words_of
from .pivots import pivots_of
from .query import Question
from .vocabulary import Likeness

FEEDBACK = 10
"""Best records that are looked at for words to add (pseudo relevance feedback)."""

REMEMBERED = 8192
"""Records whose words are kept; a few megabytes."""

MOST_TITLE, MOST_TAGS = 200, 20
"""Letters of a title and tags of a record that are looked at."""

EXPANSIONS, SEGMENTS, SIMILAR, RELATED = 8, 3, 4, 8
"""How many of each there are at most."""

VERY_ALIKE = 0.8
"""Cosine from which on one word may stand for another, not only in its place."""

ASKABLE = re.compile(r"\w[\w '’-]{0,58}\w")
"""Tags that are queries without an operator."""


NOBODY = Company()


class Choice(msgspec.Struct, frozen=True, gc=False):
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
    company: Company = NOBODY,
) -> Suggestions:
    """What may be asked after `query`.

    Args:
        question: what the query was read as.
        records: the best that it found; none where only words of the query itself are to lead on.
        asked: what others asked, that is related.
        company: what words stand together.
    """
    words = [word for term in question.plain for word in words_of(term.text)]
    best = records[:FEEDBACK]
    held = _held(best, words, lexicon, company)
    said = words_of(question.text)
    near = list(_near(words, best, company))
    return Suggestions(
        expansions=list(_expansions(query, question, said, near, held)),
        pivots=list(islice(_pivots(query, question, alike, set(words), company), SEGMENTS)),
        similar=list(_similar(set(words), alike, company)),
        related=list(islice(_related(query, asked, words, near if best else [], best, company), RELATED)),
    )


def _held(
    records: Sequence[ImageRecord], said: Sequence[str], lexicon: Lexicon, company: Company
) -> Iterator[str]:
    """Words that several of the records hold and few others, the best first; counted when the first is needed."""
    counts = Counter(chain.from_iterable(map(_told, records)))
    scores = {word: count * lexicon.rarity(word) for word, count in counts.items() if count > 1}
    for word in sorted(scores, key=lambda word: (-scores[word], word)):
        if scores[word] and company.usual(word, said):
            yield word


def _near(words: Sequence[str], records: Sequence[ImageRecord], company: Company) -> Iterator[Beside]:
    """What stands beside the words of the query: beside all of them as one, or beside each if it is with the best too."""
    whole = company.beside.get(" ".join(words), ())
    yield from whole
    if len(words) < 2 or not records:
        return
    seen = Counter(chain.from_iterable(map(_told, records)))
    found: dict[str, Beside] = {}
    for one in chain.from_iterable(company.beside.get(word, ()) for word in words):
        if (times := seen.get(one.word, 0)) > 1:
            before = found.get(one.word, one)
            found[one.word] = Beside(
                one.word, max(one.weight, before.weight), times / len(records), max(one.bond, before.bond)
            )
    yield from sorted(found.values(), key=lambda one: (-one.weight * one.share, one.word))


def _expansions(
    query: str, question: Question, said: Sequence[str], near: Iterable[Beside], held: Iterable[str]
) -> Iterator[Choice]:
    """The query with one more word: one that stands beside its words in some pictures, then one that the best hold."""
    base = f"({query})" if question.open else query
    beside = (one.word for one in near if one.share <= NARROW and " " not in one.word)
    for word in _distinct(chain(beside, held), said, EXPANSIONS):
        yield Choice(f"{base} {word}".lstrip(), word)


def _distinct(texts: Iterable[str], said: Iterable[str], most: int) -> Iterator[str]:
    """Folded texts that say more than what was said and than those before them."""
    known = Said(said)
    for text in texts:
        if len(text) > 2 and text not in STOP_WORDS and known.more(text) and fit(text):
            known.say(text)
            yield text
            most -= 1
            if not most:
                return


@lru_cache(REMEMBERED)
def _told(record: ImageRecord) -> tuple[str, ...]:
    """The words of a record's title and tags, each once."""
    words = words_of(f"{record.title[:MOST_TITLE]} {' '.join(record.tags[:MOST_TAGS])}")
    return tuple(dict.fromkeys(words))  # no set: the garbage collector leaves tuples of strings out


def _pivots(
    query: str, question: Question, alike: Likeness, asked: Set[str], company: Company
) -> Iterator[tuple[str, list[Choice]]]:
    """Each word of a query of several, and the query with another in its place."""
    if len(question.plain) < 2:
        return
    instead = pivots_of(company).instead
    for term in question.plain:
        words = list(letters(term.text))
        own = fold(words[0][0]) if len(words) == 1 else ""
        if own in STOP_WORDS or not own:
            continue
        rest = tuple(sorted(word for word in asked if word != own and word not in STOP_WORDS))
        if fresh := instead(own, rest, alike.get(own, ())):
            assert term.place is not None
            start = term.place + words[0].start()
            before, after = query[:start], query[start + len(words[0][0]) :]
            yield words[0][0], [Choice(f"{before}{word}{after}", word) for word in fresh]


def _similar(words: Collection[str], alike: Likeness, company: Company) -> list[str]:
    near = [pair for word in words for pair in alike.get(word, ()) if pair[1] >= VERY_ALIKE]
    ranked = sorted(near, key=lambda pair: (-pair[1], pair[0]))
    fresh = (word for word in dict.fromkeys(word for word, _ in ranked) if word not in words)
    return list(islice((word for word in fresh if company.usual(word, words) and fit(word)), SIMILAR))


def _related(
    query: str,
    asked: Iterable[str],
    words: Sequence[str],
    near: Iterable[Beside],
    records: Sequence[ImageRecord],
    company: Company,
) -> Iterator[str]:
    """What others asked, then what stands beside the words of the query, then the tags that most of the best records carry."""
    seen = {fold(query)}
    for text in asked:
        if (folded := fold(text)) not in seen and fit(folded):
            seen.add(folded)
            yield text
    beside = (one.word for one in sorted(near, key=lambda one: -one.bond))
    written: dict[str, str] = {}
    for folded in _distinct(chain(beside, _carried(records, words, company, written)), words, RELATED):
        if folded not in seen:
            yield company.shown.get(folded) or written[folded]


def _carried(
    records: Sequence[ImageRecord], said: Sequence[str], company: Company, written: dict[str, str]
) -> Iterator[str]:
    """The tags that most of the records carry, folded; counted when the first is needed. How each is `written` is told."""
    tags = Counter(chain.from_iterable(record.tags[:MOST_TAGS] for record in records))
    several = (tag for tag, count in tags.items() if count > 1 and ASKABLE.fullmatch(tag))
    for tag in sorted(several, key=lambda tag: (-tags[tag], tag)):
        if company.usual(folded := fold(tag), said):
            written.setdefault(folded, tag)
            yield folded
