"""The engine seam: an index derived from the store that answers filtered, ranked queries.

An engine is a cache that knows how far it has read: it may be deleted and rebuilt from the store at any time.
Every implementation passes `tests/engines/contract.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from vizsla.records import Change, Condition, Filters, Vector

TEXT_FIELDS: Mapping[str, float] = {
    "title": 3.0,
    "tags": 2.5,
    "names": 1.5,
    "description": 1.0,
    "text": 0.5,
    "creator": 0.5,
}
"""Searched fields of a record and what a match in each weighs."""

CANDIDATES = 300
"""How many of the best by words, and how many of the nearest by looks, are fused into the head of a result."""


COLLAPSED = 1000
"""Word matches of which an engine finds one of each group at least; of later ones, it may find several."""


HELD = 1 / 128
"""What a condition scores that is one of several ways to match: less than words do, unless nearly all records hold these."""


MOST_TOKENS = 20
"""Words of a text that count: `a.b.c` is one term to whoever reads a query, and a hundred to the index."""


class Words(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Text to be analysed like the records' text (folding, stop words, stemming), its first `MOST_TOKENS` words.

    The record holds all of its words in one field, adjacent and in order if `phrase`. Text that is all stop
    words or punctuation demands nothing: `All` and `Any` leave it out.
    """

    text: str
    phrase: bool = False
    field: str | None = None
    """One of `TEXT_FIELDS`; `None`: any."""
    weight: float = 1.0
    """What its score counts: less where it is another way to say what was asked. Above 0."""


class Not(msgspec.Struct, frozen=True, tag=True, gc=False):
    part: Match


class All(msgspec.Struct, frozen=True, tag=True, gc=False):
    parts: tuple[Match, ...]


class Any(msgspec.Struct, frozen=True, tag=True, gc=False):
    """At least `minimum` of the parts (at least all of them, where analysis leaves fewer)."""

    parts: tuple[Match, ...]
    minimum: int = 1


class Holds(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The record passes a filter; here it may be negated and be one of several ways to match, with a score of `HELD`."""

    condition: Condition


Match = Words | Not | All | Any | Holds


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One query as an engine runs it.

    The result is what matches `words` together with the `CANDIDATES` nearest to `vector`, all of it within `filters`,
    matching `demand`, and none of it in `without`. Without words and vector it is everything of that kind, the newest
    (highest number) first. The best `CANDIDATES` by words and by looks are ranked by `fusion.fused`.
    """

    words: Match | None = None
    loose: Match | None = None
    """What takes the place of `words` where these find nothing, whatever is found by looks."""
    vector: Vector | None = None
    """`(dimension,)` float32. All zeros: as `None`."""
    floor: float | None = None
    """Inner product with `vector` below which nothing is found by looks; `None`: there is none."""
    peak: float | None = None
    """Inner product that the nearest of all has to reach for anything to be found by looks; `None`: none has to."""
    share: float = 0.0
    """Of the inner product of the nearest of all, what others have to reach for being found by looks; 0: nothing."""
    filters: Filters = ()
    demand: Match | None = None
    """What every result holds, also those found by looks; does not rank. Demands nothing where analysis leaves nothing."""
    without: tuple[int, ...] = ()
    """Numbers of records that are left out: few."""
    collapse: bool = False
    """Whether of records that show one picture (`ImageRecord.group`) only the best is found, and none where one of
    them is in `without`. An engine may do so for no more than the first `COLLAPSED` word matches, and count accordingly."""
    varied: bool = False
    """Whether of results that score nearly alike sharper and larger pictures come first, and those that look like one before
    them later; see `fusion`."""
    offset: int = 0
    limit: int = 35


class Hits(msgspec.Struct, frozen=True):
    """A page of record numbers, the best first, and the exact size of the whole result.

    While the index does not change, pages of one plan are slices of one sequence without repetition.
    """

    numbers: tuple[int, ...]
    total: int


class Engine(Protocol):
    """See the module's text. Safe to call from several threads; one thread at a time calls `apply`."""

    def watermark(self) -> int:
        """The sequence up to which changes have been applied and survive a restart."""

    def apply(self, changes: Sequence[Change]) -> None:
        """Make changes visible to searches. Idempotent; changes come in rising sequence."""

    def search(self, plan: Plan) -> Hits: ...

    def count(self, filters: Filters = ()) -> int:
        """How many records are within the filters, exactly."""

    def facets(self, filters: Filters, column: str) -> dict[str, int]:
        """How many records within the filters hold each value of a `set` or `keyword` column, exactly; no zeros."""

    def vocabulary(self) -> Mapping[str, int]:
        """Every word of the records' texts, folded but not stemmed, and about how many records hold it.

        Without stop words, numbers, single characters and scripts that put no spaces between words.
        """

    def close(self) -> None: ...
