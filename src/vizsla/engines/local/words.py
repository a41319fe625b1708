"""Words: the text of records in tantivy, with the columns beside it so that a filter is exact there too."""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import tantivy
from tantivy import Occur, Query

from vizsla.records import Column, ImageRecord

from ..seam import HELD
from .columns import Numbers
from .queries import Clause, number_query, numbers_query, silent, within
from .text import ANALYZERS, SCHEMA, SPELT, document

HEAP = 50_000_000
"""Bytes that tantivy may fill before it writes a segment."""

Ranked = tuple[list[int], int]
"""Record numbers, the best first, and how many match in all."""


class Best(msgspec.Struct, frozen=True):
    """The best matches, the best first."""

    numbers: list[int]
    scores: list[float]
    total: int
    """How many match in all."""
    flat: bool = False
    """Whether all further matches score the same, so that the newest of them come first."""


class WordIndex:
    """A tantivy index in a directory. `writer` calls are for the holder of the lock.

    Raises:
        ValueError, OSError: the index is damaged.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self._index = tantivy.Index(SCHEMA, path=str(directory))
        for name, analyzer in ANALYZERS.items():
            self._index.register_tokenizer(name, analyzer)
        self._index.config_reader("manual")
        self._writer: tantivy.IndexWriter | None = None

    def view(self) -> WordView:
        """The newest committed state."""
        self._index.reload()
        return WordView(self._index.searcher())

    def put(
        self, number: int, record: ImageRecord, codes: Sequence[str], values: Mapping[Column, Sequence[int]]
    ) -> None:
        """Replace a record; visible after `commit`. See `text.document`."""
        self.remove(number)
        self._open_writer().add_document(document(number, record, codes, values))

    def remove(self, number: int) -> None:
        """Remove a record; visible after `commit`."""
        # By query: `delete_documents_by_term` of tantivy-py 0.27 finds nothing in an unsigned field.
        self._open_writer().delete_documents_by_query(number_query(number))

    def commit(self) -> int:
        """Make durable what was put and removed; returns tantivy's mark of this state."""
        return self._open_writer().commit()

    def rollback(self) -> None:
        """Forget what was put and removed since the last commit."""
        self._writer = None

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(HEAP, 1)
        return self._writer

    def close(self) -> None:
        """Wait for merges and let another process write."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.wait_merging_threads()


class WordView:
    """One committed state of a word index, never to change."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def __len__(self) -> int:
        return self._searcher.num_docs

    def best(self, query: Query, clauses: Sequence[Clause], limit: int) -> Best:
        """The best matches within the clauses, by score and, of equals, the newest first."""
        narrowed = within(query, clauses)
        result = self._searcher.search(narrowed, limit)
        numbers = self._numbers(result)
        scores = np.fromiter((hit[0] for hit in result.hits), np.float64, len(numbers))
        order = np.lexsort((-numbers, -scores))
        found = Best(numbers[order].tolist(), scores[order].tolist(), _total(result))
        held = found.total > limit and (found.scores[-1] / HELD).is_integer()
        return self._newest(narrowed, found) if held else found

    def _newest(self, query: Query, found: Best) -> Best:
        """The same with the newest of those that match by conditions alone: tantivy has taken the first that it came by."""
        most = len(found.numbers)
        ahead = found.numbers[: bisect_left(found.scores, -found.scores[-1], key=operator.neg)]
        newest = self._searcher.search(query, most, order_by_field="number").hits
        known = set(ahead)
        behind = [number for number, _ in newest if number not in known]
        return Best([*ahead, *behind][:most], found.scores, found.total, flat=True)

    def rest(
        self,
        query: Query,
        clauses: Sequence[Clause],
        without: Iterable[int],
        offset: int,
        limit: int,
        *,
        flat: bool = False,
    ) -> Ranked:
        """A slice of the matches within the clauses that are not `without`, by score, or the newest first if `flat`.

        tantivy makes room for as many as `offset`: it is to be no more than match.

        The excluding clause keeps tantivy from skipping documents by their highest possible score, which would let
        the rounding of sums, and so the order of equals, depend on the size of the slice.
        """
        excluded = (Occur.MustNot, numbers_query(without))
        full = Query.boolean_query([(Occur.Must, within(query, clauses)), excluded])
        result = self._searcher.search(full, limit, offset=offset, order_by_field="number" if flat else None)
        ranked: list[int] = self._numbers(result).tolist()
        return ranked, _total(result)

    def among(self, query: Query, clauses: Sequence[Clause], numbers: Iterable[int]) -> int:
        """How many of the numbers match within the clauses: only they are looked at."""
        these = silent(numbers_query(numbers))
        both = Query.boolean_query([(Occur.Must, these), (Occur.Must, within(query, clauses))])
        return _total(self._searcher.search(both, 1))

    def every(self, query: Query, at_most: int) -> Numbers | None:
        """All that match, in no order, or `None` if they are more than so many."""
        result = self._searcher.search(silent(query), max(1, at_most))
        return self._numbers(result) if _total(result) <= at_most else None

    def spelt(self) -> dict[str, int]:
        """Every word as it is written, folded, and how many records hold it, some removed ones included."""
        return dict(self._searcher.terms_with_prefix(SPELT, ""))

    def _numbers(self, result: tantivy.SearchResult) -> Numbers:
        addresses = [address for _, address in result.hits]
        return np.array(self._searcher.fast_field_values("number", addresses), np.int64)


def _total(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # missing in tantivy's stub
