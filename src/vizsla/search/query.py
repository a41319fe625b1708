"""From what somebody typed to what records must hold (v7 reference, section 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from vizsla.engines.seam import All, Any, Holds, Match, Not, Words

from .colours import coloured
from .grammar import Either, Every, Must, MustNot, Node, Term, parse
from .lexicon import STOP_WORDS, words_of
from .operators import DEMANDING, LOOKING, PREFERRING, SILENT
from .people import alone, beside, excluded, unseen

MAX_TERMS = 10
"""v7 reference, section 5: only the first ten terms are used."""

MAX_TEXT = 2000
"""Letters of a query that are read; an address has room for fewer."""

REMEMBERED = 1024
"""Queries that are kept as they were read: reading one anew costs little."""


class Question(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A query, read."""

    words: Match | None = None
    """What finds and ranks. Of three plain words and more, a third may be missing: people add words to be understood,
    not to see less. `None`: nothing but operators, or nothing at all."""
    loose: Match | None = None
    """The same with a single word being enough, for queries that nothing answers otherwise."""
    demand: Match | None = None
    """What operators demand of everything found, by words or by looks."""
    text: str = ""
    """What an encoder reads: without operators, quotes, and what is excluded."""
    plain: tuple[Term, ...] = ()
    """Words that stand for themselves, without sign, quotes or keyword, and are not excluded."""
    people: Holds | None = None
    """What an analyser saw, where nothing but people is asked for."""
    open: bool = False
    """Whether an `OR` is on the outside, so that a word behind it would belong to the last choice only."""


@lru_cache(REMEMBERED)
def read(text: str) -> Question:
    """As `parsed`, which is remembered."""
    return parsed(text)


def parsed(text: str) -> Question:
    """What a query asks for. Any text can be asked."""
    tree = parse(text[:MAX_TEXT])
    looks = [term for term in _terms(tree) if term.keyword in LOOKING]
    telling = [term for term in looks if not STOP_WORDS.issuperset(words_of(term.text))]
    people = _people(telling)
    seen = alone if people else beside
    parts = list(_parts(tree, seen, _described if _has_colour(telling) else seen))
    demanded = [part.match for part in parts if part.demanded]
    ranking = [match for match in demanded if _ranks(match)]
    wanted = [part.match for part in parts if not part.demanded and not part.preferred]
    preferred = [part.match for part in parts if part.preferred]
    return Question(
        words=_preferring(_all([*_most(wanted), *ranking]), preferred),
        loose=_any(_loose(tree, alone if people else unseen)),
        demand=_all(demanded),
        text=" ".join(term.text for term in looks),
        plain=tuple(term for term in looks if term.place is not None and term.number < MAX_TERMS),
        people=people,
        open=isinstance(tree, Either),
    )


_Seen = Callable[[str], Holds | None]
"""From a word to what an analyser saw in pictures of it, beside or in place of text."""


def _described(word: str) -> Holds | None:
    """What an analyser saw in pictures of what a word asks for that describes others, as `red` does, or stands beside them."""
    return beside(word) or coloured(word)


def _has_colour(telling: Sequence[Term]) -> bool:
    """Whether one word names a colour, beside others that do not: two colours without anything else are no subject."""
    return sum(coloured(term.text) is not None for term in telling) == 1 < len(telling)


def _people(telling: Sequence[Term]) -> Holds | None:
    """What an analyser saw in pictures of people, if every word asks for these."""
    found = [None if term.quoted or term.keyword else alone(term.text) for term in telling]
    return found[0] if found and all(found) else None


def _loose(tree: Node, seen: _Seen) -> list[Match]:
    """What of it may rank, what is demanded or preferred behind the rest."""
    parts = sorted(_parts(tree, seen, seen), key=lambda part: (part.preferred, part.demanded))
    return [part.match for part in parts if not part.demanded or _ranks(part.match)]


class _Part(msgspec.Struct, frozen=True):
    """A piece of the query as the outside of it has it: wanted, demanded, or preferred."""

    match: Match
    demanded: bool = False
    preferred: bool = False


def _terms(node: Node) -> Iterator[Term]:
    """The terms that are not excluded, in their order."""
    match node:
        case Term():
            yield node
        case Must():
            yield from _terms(node.part)
        case Every() | Either():
            for part in node.parts:
                yield from _terms(part)


def _parts(node: Node, seen: _Seen, plainly: _Seen) -> Iterator[_Part]:
    """What stands next to each other on the outside; parentheses around words alone are not there.

    Args:
        plainly: what is seen of words without sign, quotes or keyword.
    """
    if isinstance(node, Every):
        for part in node.parts:
            yield from _parts(part, seen, plainly)
        return
    plain = isinstance(node, Term) and not node.quoted and node.keyword not in DEMANDING
    preferred = isinstance(node, Term) and node.keyword in PREFERRING
    if (match := _strictly(node, plainly if plain and not preferred else seen)) is not None:
        yield _Part(match, demanded=not plain and not preferred, preferred=preferred)


def _strictly(node: Node, seen: _Seen) -> Match | None:
    """What a record must hold for a node; `None`: anything."""
    match node:
        case Term():
            return _match(node, seen)
        case Must():
            return _strictly(node.part, seen)
        case MustNot():
            part = _strictly(node.part, excluded)
            return None if part is None else Not(part)
        case Every():
            return _all(_each(node.parts, seen))
        case Either():
            return _any(_each(node.parts, seen))


def _each(nodes: Iterable[Node], seen: _Seen) -> list[Match]:
    return [match for node in nodes if (match := _strictly(node, seen)) is not None]


def _match(term: Term, seen: _Seen) -> Match | None:
    if term.number >= MAX_TERMS or term.keyword in SILENT:
        return None
    if row := DEMANDING.get(term.keyword):
        return row(term)
    words = Words(term.text, phrase=term.quoted)
    held = None if term.quoted else seen(term.text)
    return Any((words, held)) if held else words


def _ranks(match: Match) -> bool:
    """Whether there are words in it that a record holds, as against conditions and what is excluded."""
    match match:
        case Words():
            return True
        case All() | Any():
            return any(_ranks(part) for part in match.parts)
    return False


def _most(wanted: list[Match]) -> list[Match]:
    """All of them, but for a third."""
    return [Any(tuple(wanted), minimum=len(wanted) - len(wanted) // 3)] if wanted else []


def _all(parts: list[Match]) -> Match | None:
    return parts[0] if len(parts) == 1 else All(tuple(parts)) if parts else None


def _any(parts: list[Match]) -> Match | None:
    return Any(tuple(parts)) if parts else None


def _preferring(words: Match | None, preferred: list[Match]) -> Match | None:
    """The words, and beside them what only raises; where there is nothing else, that is what is asked for."""
    if not preferred:
        return words
    return All((words, Any(tuple(preferred), minimum=0))) if words else Any(tuple(preferred))
