"""Which records a plan may find, whatever ranks them: as clauses for tantivy, and as slots for all else."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from tantivy import Occur, Query

from ..seam import All, Any, Holds, Match, Not, Plan, Words
from .columns import Bits
from .conditions import Test, test, tests
from .current import Snapshot
from .queries import Clause, excludes, match_query, numbers_query, opposite, silent, test_query

REMEMBERED = 64
"""Demands by words of which the slots are kept while the index does not change; a bit a slot each."""


class Scope(msgspec.Struct, frozen=True):
    """All of these at once."""

    tests: tuple[Test, ...]
    demand: Match | None
    without: tuple[int, ...]


def scope_of(plan: Plan, snapshot: Snapshot) -> Scope:
    """The scope of a plan.

    Raises:
        ValueError: a filter names no column, or one of another kind.
    """
    telling = snapshot.columns.telling(tests(plan.filters, snapshot.keywords))
    return Scope(telling, plan.demand, _without(plan, snapshot))


def _without(plan: Plan, snapshot: Snapshot) -> tuple[int, ...]:
    if not (plan.collapse and plan.without):
        return plan.without
    return tuple({*plan.without, *snapshot.columns.mates(plan.without).tolist()})


def clauses(scope: Scope, snapshot: Snapshot) -> list[Clause]:
    """What narrows a tantivy query to the scope and leaves its ranking alone."""
    found = [(Occur.Must, test_query(one)) for one in scope.tests]
    demand = (
        match_query(scope.demand, snapshot.keywords, snapshot.languages) if scope.demand is not None else None
    )
    if demand is not None:
        found.append((Occur.Must, silent(demand)))
    if scope.without:
        found.append((Occur.MustNot, numbers_query(scope.without)))
    return found


def slots(scope: Scope, snapshot: Snapshot) -> Bits:
    """The live slots within the scope."""
    found = snapshot.columns.passing(scope.tests)
    demanded = _matching(scope.demand, snapshot) if scope.demand is not None else None
    if demanded is not None:
        found = found & demanded
    if scope.without:
        found = found & ~snapshot.columns.holding(np.array(scope.without, np.int64))
    return found


def _matching(match: Match, snapshot: Snapshot) -> Bits | None:
    """Slots that match, some dead ones perhaps; `None` if analysis leaves nothing that is demanded.

    What is of words alone goes to tantivy whole; conditions are cheaper in the columns.
    """
    if not _has_conditions(match):
        return _worded(match, snapshot, snapshot.languages)
    if len(snapshot.languages) == 1:
        return _in_language(match, snapshot, snapshot.languages)
    found = {code: _in_language(match, snapshot, (code,)) for code in snapshot.languages}
    if all(bits is None for bits in found.values()):
        return None
    matching = np.zeros(snapshot.columns.count, np.bool_)
    for code, bits in found.items():
        matching |= snapshot.columns.speaking(code) & (excludes(match) if bits is None else bits)
    return matching


def _in_language(match: Match, snapshot: Snapshot, code: tuple[str]) -> Bits | None:
    """As `_matching`, of a match that is analysed in one language."""
    if not _has_conditions(match):
        return _worded(match, snapshot, code)
    match match:
        case Holds():
            return snapshot.columns.passing((test(match.condition, snapshot.keywords),))
        case Not():
            part = _in_language(match.part, snapshot, code)
            return None if part is None else ~part
        case All():
            parts = _each(_words_together(match.parts), snapshot, code)
            return np.logical_and.reduce(parts) if parts else None
        case Any():
            parts = _each(match.parts, snapshot, code)
            return np.sum(parts, axis=0) >= min(match.minimum, len(parts)) if parts else None
    raise AssertionError(match)


def _each(parts: Sequence[Match], snapshot: Snapshot, code: tuple[str]) -> list[Bits]:
    return [bits for part in parts if (bits := _in_language(part, snapshot, code)) is not None]


def _words_together(parts: Sequence[Match]) -> list[Match]:
    """The same parts, of which those of words alone are one: all of them together match fewer than each."""
    conditions = [part for part in parts if _has_conditions(part)]
    words = tuple(part for part in parts if not _has_conditions(part))
    return [All(words), *conditions]


def _has_conditions(match: Match) -> bool:
    match match:
        case Words():
            return False
        case Holds():
            return True
        case Not():
            return _has_conditions(match.part)
    return any(map(_has_conditions, match.parts))


def _worded(match: Match, snapshot: Snapshot, languages: tuple[str, ...]) -> Bits | None:
    """As `_matching`, remembered: the next page demands the same, and so does the next search without a word."""
    known = snapshot.worded.get((match, languages))
    if known is not None:
        return np.unpackbits(known, count=snapshot.columns.count).view(np.bool_)
    query = match_query(match, snapshot.keywords, languages)
    if query is None:
        return None
    if len(snapshot.worded) >= REMEMBERED:
        snapshot.worded.clear()
    bits = _found(query, snapshot)
    snapshot.worded[match, languages] = np.packbits(bits)
    return bits


def _found(query: Query, snapshot: Snapshot) -> Bits:
    """The slots of all matches, from the matches or from the others, of which there are fewer: fetching them costs."""
    size = len(snapshot.words)
    numbers = snapshot.words.every(query, size // 2)
    if numbers is not None:
        return snapshot.columns.holding(numbers)
    others = snapshot.words.every(opposite(query), size)
    assert others is not None
    return ~snapshot.columns.holding(others)
