"""The embedded engine: see `vizsla.engines.seam.Engine`."""

from __future__ import annotations

import math
import operator
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from tantivy import Query

from vizsla.records import Change, Filters, Vector

from ..errors import EngineError
from ..fusion import VARIED, Scored, fused, quality_of, raised, varied
from ..seam import CANDIDATES, COLLAPSED, Hits, Match, Plan
from .columns import Bits
from .conditions import column_named, tests
from .current import Current, Snapshot
from .lock import FileLock
from .queries import Clause, match_query
from .scope import Scope, clauses, scope_of, slots
from .vectors import Piece, nearest, vectors_of
from .words import Best
from .writer import Writer

FETCHED = COLLAPSED
"""Best word matches that are fetched at once: if there are no more, pages and totals need no second query."""


class Looks(msgspec.Struct, frozen=True):
    """The nearest, and how many of them are near enough to be found."""

    near: Scored
    found: int

    @property
    def numbers(self) -> Sequence[int]:
        """Those that are found."""
        return self.near.numbers[: self.found]


class Told(msgspec.Struct, frozen=True):
    """What words find, and what further matches are asked for with."""

    query: Query
    narrowing: Sequence[Clause]
    best: Best


NO_WORDS = Scored((), ())
NO_LOOKS = Looks(NO_WORDS, 0)


class LocalEngine:
    """An index in a directory. Any number of processes search it; the one that gets the lock applies changes.

    Args:
        directory: made if it does not exist. What in it cannot be read counts as empty.
        dimension: length of the vectors; `None`: there are none.

    Raises:
        EngineError: the directory cannot be made or read.
    """

    def __init__(self, directory: Path, dimension: int | None) -> None:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._current = Current(directory, dimension)
            self._current.refresh()
        except OSError as error:
            raise EngineError(f"the index in {directory} cannot be opened: {error}") from error
        self._lock = FileLock(directory / "lock")
        self._writer: Writer | None = None

    # Who writes

    def try_lock(self) -> bool:
        """Become the one that applies changes, if nobody is; whether it is this engine now.

        An index that cannot be read is begun anew: the watermark is 0 then.
        """
        if self._writer is None and self._lock.acquire():
            self._current.reread()
            self._writer = Writer(self._current)
        return self._writer is not None

    def unlock(self) -> None:
        """Let another engine apply changes."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._lock.release()

    def begin_anew(self) -> None:
        """Throw the index away, with the lock kept: the watermark is 0 then.

        Raises:
            EngineError: this engine does not hold the lock.
        """
        if self._writer is None:
            raise EngineError("another process may be writing the index: call try_lock first")
        self._writer.close()
        self._current.forget()
        self._writer = Writer(self._current)

    def settle(self) -> None:
        """Wait until every vector graph that is due has been built, if this engine builds them."""
        if self._writer is not None:
            self._writer.settle()

    def pieces(self) -> tuple[Piece, ...]:
        """The vector segments that searches use now."""
        snapshot = self._current.snapshot
        return snapshot.pieces if snapshot else ()

    def refresh(self) -> bool:
        """Make visible what another process has applied; whether there was anything. Microseconds if not."""
        return self._writer is None and self._current.refresh()

    def apply(self, changes: Sequence[Change]) -> None:
        """See `Engine.apply`.

        Raises:
            EngineError: this engine does not hold the lock, or the index cannot be written.
        """
        if self._writer is None:
            raise EngineError("another process may be writing the index: call try_lock first")
        self._writer.apply(changes)

    def watermark(self) -> int:
        snapshot = self._current.snapshot
        return snapshot.manifest.watermark if snapshot else 0

    def close(self) -> None:
        self.unlock()

    # Searching

    def search(self, plan: Plan) -> Hits:
        """See `Engine.search`.

        Raises:
            ValueError: a condition or the vector does not fit the index.
        """
        snapshot = self._current.snapshot
        if snapshot is None:
            return Hits((), 0)
        scope = scope_of(plan, snapshot)
        query = _query(plan.words, snapshot)
        vector = self._vector(plan.vector)
        if query is None and vector is None:
            return _newest(snapshot, scope, plan)
        looks = _nearest(snapshot, scope, vector, plan) if vector is not None else NO_LOOKS
        if query is None:
            found = _shown(_ranked(NO_WORDS, looks, snapshot, plan), (), snapshot, plan)
            return Hits(_page(found, plan), len(found))
        return _fused(snapshot, _told(snapshot, query, scope, plan), looks, plan)

    def _vector(self, vector: Vector | None) -> Vector | None:
        if vector is None or self._current.dimension is None or not vector.any():
            return None
        if vector.shape != (self._current.dimension,):
            raise ValueError(
                f"the vector is of shape {vector.shape}, the index of ({self._current.dimension},)"
            )
        return np.ascontiguousarray(vector, np.float32)

    def count(self, filters: Filters = ()) -> int:
        snapshot = self._current.snapshot
        return int(np.count_nonzero(_within(snapshot, filters))) if snapshot else 0

    def facets(self, filters: Filters, column: str) -> dict[str, int]:
        """See `Engine.facets`. Records with nothing in a keyword column are counted nowhere.

        Raises:
            ValueError: the column is unknown or holds numbers.
        """
        found = column_named(column)
        if found.kind == "number":
            raise ValueError(f"column {column!r} holds numbers: facets are of set and keyword columns")
        snapshot = self._current.snapshot
        if snapshot is None:
            return {}
        counts = snapshot.columns.tally(found, _within(snapshot, filters))
        names = found.members if found.kind == "set" else snapshot.keywords
        return {names[code]: count for code, count in counts.items() if names[code]}

    def vocabulary(self) -> Mapping[str, int]:
        """See `Engine.vocabulary`. Numbers and single characters are left out; searches go on meanwhile.

        Records that were removed or changed may count until tantivy merges what holds them.
        """
        snapshot = self._current.snapshot
        return snapshot.words.spelt() if snapshot else {}


def _query(words: Match | None, snapshot: Snapshot) -> Query | None:
    return None if words is None else match_query(words, snapshot.keywords, snapshot.languages)


def _within(snapshot: Snapshot, filters: Filters) -> Bits:
    return snapshot.columns.passing(tests(filters, snapshot.keywords))


def _page(numbers: Sequence[int], plan: Plan) -> tuple[int, ...]:
    return tuple(numbers[plan.offset : plan.offset + plan.limit])


def _collapsed(numbers: Sequence[int], plan: Plan, snapshot: Snapshot) -> Sequence[int]:
    return snapshot.columns.collapsed(numbers) if plan.collapse and numbers else numbers


def _newest(snapshot: Snapshot, scope: Scope, plan: Plan) -> Hits:
    """Everything within the scope, the highest number first."""
    columns = snapshot.columns
    found = np.flatnonzero(slots(scope, snapshot))[::-1]
    if not columns.ascending:
        found = found[np.argsort(-columns.numbers[found])]
    if plan.collapse:
        found = found[columns.firsts(found)]
    return Hits(_page(columns.numbers[found].tolist(), plan), len(found))


def _nearest(snapshot: Snapshot, scope: Scope, vector: Vector, plan: Plan) -> Looks:
    columns = snapshot.columns
    matching = slots(scope, snapshot) & columns.looks
    near = nearest(snapshot.pieces, vector, CANDIDATES, matching, columns.numbers)
    scores = near.scores.tolist()
    return Looks(Scored(near.numbers.tolist(), scores), _near_enough(scores, plan))


def _near_enough(scores: Sequence[float], plan: Plan) -> int:
    """How many of the nearest are found."""
    if not scores or (plan.peak is not None and scores[0] < plan.peak):
        return 0
    ends = (plan.floor, plan.share * scores[0] if plan.share else None)
    least = max((end for end in ends if end is not None), default=-math.inf)
    return bisect_right(scores, -least, key=operator.neg)


def _ranked(words: Scored, looks: Looks, snapshot: Snapshot, plan: Plan) -> dict[int, float]:
    """The candidates with their scores, the best first."""
    near = looks.near
    if plan.varied:
        words, near = (_raised(one, snapshot) for one in (words, near))
    return fused(words, near, looks.found, plan.peak or 0.0)


def _raised(scored: Scored, snapshot: Snapshot) -> Scored:
    if not scored.numbers:
        return scored
    slots = snapshot.columns.slots_of(scored.numbers)
    return raised(scored, quality_of(*snapshot.columns.values(("sharpness", "width", "height"), slots)))


def _shown(
    ranked: Mapping[int, float], others: Sequence[int], snapshot: Snapshot, plan: Plan
) -> Sequence[int]:
    """The candidates and what follows them, one of each picture, in the order in which they are shown."""
    shown = _collapsed([*ranked, *others], plan, snapshot)
    dimension = snapshot.manifest.dimension
    if not plan.varied or dimension is None:
        return shown
    first = [number for number in shown[:VARIED] if number in ranked]
    vectors = vectors_of(snapshot.pieces, snapshot.columns.slots_of(first), dimension)
    order = varied([ranked[number] for number in first], vectors)
    return [*(first[place] for place in order), *shown[len(first) :]]


def _told(snapshot: Snapshot, query: Query, scope: Scope, plan: Plan) -> Told:
    """What the plan's words find, or else its loose ones, whatever looks find."""
    narrowing = clauses(scope, snapshot)
    best = snapshot.words.best(query, narrowing, FETCHED)
    if not best.total and (loose := _query(plan.loose, snapshot)) is not None:
        query, best = loose, snapshot.words.best(loose, narrowing, FETCHED)
    return Told(query, narrowing, best)


def _fused(snapshot: Snapshot, told: Told, looks: Looks, plan: Plan) -> Hits:
    """The head, which is fused and followed by the best of the other word matches, and the rest as they rank."""
    query, narrowing, best = told.query, told.narrowing, told.best
    leading = Scored(best.numbers[:CANDIDATES], best.scores[:CANDIDATES])
    ranked = _ranked(leading, looks, snapshot, plan)
    others = [number for number in best.numbers[CANDIDATES:] if number not in ranked]
    head = [*ranked, *others]
    shown = _shown(ranked, others, snapshot, plan)
    if best.total <= FETCHED:
        return Hits(_page(shown, plan), len(shown))
    page = _page(shown, plan)
    missing = plan.limit - len(page) if plan.offset + plan.limit > len(shown) else 0
    mates = snapshot.columns.mates(head).tolist() if plan.collapse else []
    if not missing:
        unseen = {*looks.numbers, *mates}.difference(best.numbers)
        both = snapshot.words.among(query, narrowing, unseen) if unseen else 0
        return Hits(page, len(shown) + best.total - len(best.numbers) - both)
    start = min(max(0, plan.offset - len(shown)), best.total)
    without = {*head, *mates}
    rest, further = snapshot.words.rest(query, narrowing, without, start, missing, flat=best.flat)
    return Hits((*page, *rest), len(shown) + further)
