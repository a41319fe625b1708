"""Adding a source: read, decode, analyse, encode, and hand to the store.

Reading and decoding run on threads, a bounded number of images ahead. Everything that writes runs on the caller's
thread, a batch at a time, so that stopping between two batches leaves a whole library.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from os import cpu_count
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from vizsla.decode import DecodeError
from vizsla.records import Vector
from vizsla.sources.seam import ItemError, NotAnImage, Source, SourceItem
from vizsla.store import Entry

from .choices import Choices, Failure, Summary
from .preparing import Prepared, prepare, record_of

if TYPE_CHECKING:
    from .library import Library

BATCH = 32
"""Images encoded and stored together: enough for the image tower, few enough to lose little when stopped."""

AHEAD = 8
"""Images per thread that are decoded and wait for their turn: keeps threads busy while a batch is written."""

MAX_LISTED = 10_000
"""Failures that are remembered one by one; further ones are only counted."""

_Result = TypeVar("_Result")


class Adding:
    """One run of adding one source.

    `summary` is true at every moment, also after an error: it counts only what is acknowledged.

    Args:
        limit: at most so many images are read.
        dry_run: read and decode everything, write nothing.
        only: look at these keys alone; the others are not even counted.
    """

    def __init__(
        self,
        library: Library,
        source: Source,
        choices: Choices,
        *,
        limit: int | None = None,
        dry_run: bool = False,
        only: frozenset[str] | None = None,
    ) -> None:
        self.summary = Summary(source.address)
        self._library = library
        self._source = source
        self._choices = choices
        self._limit = limit
        self._dry_run = dry_run
        self._only = only
        self._known: dict[str, str] = {}
        self._source_id: int | None = None

    def run(self, report: Callable[[int, int], None] = lambda done, total: None) -> Summary:
        """Add what is new or changed.

        Args:
            report: called after each image with how many are done, and how many there are to do.

        Raises:
            LibraryError, StoreError, BlobError, SourceError: adding had to end; `summary` says how far it came.
        """
        started = time.monotonic()
        try:
            self._recall()
            todo = self._listed()
            self._add(todo, report)
        finally:
            self.summary.seconds = time.monotonic() - started
        return self.summary

    def _recall(self) -> None:
        """What the library already knows of the source."""
        if not self._library.exists():
            return
        store = self._library.store
        source_id = store.source_id(self._source.address)
        if source_id is not None:
            self._known = store.stamps(source_id)
            self._choices = self._choices.completed(store.chosen(source_id))

    def _listed(self) -> list[SourceItem]:
        """The items to read; those that are unchanged, and those that cannot be read, are counted."""
        todo, seen = [], set()
        for listed in self._source.items():
            key = listed[0] if isinstance(listed, tuple) else listed.key
            if self._only is not None and key not in self._only:
                continue
            seen.add(key)
            if isinstance(listed, tuple):
                self._fail(*listed)
            elif self._known.get(key) == self._stamp(listed):
                self.summary.unchanged += 1
            else:
                todo.append(listed)
        self.summary.missing = len(self._known.keys() - seen) if self._only is None else 0
        return todo[: self._limit]

    def _stamp(self, item: SourceItem) -> str:
        return f"{item.stamp}.{self._choices.digest()}"

    def _add(self, todo: list[SourceItem], report: Callable[[int, int], None]) -> None:
        library = self._library
        work = partial(_attempt, partial(prepare, limits=library.limits, geometry=library.encoder.geometry))
        threads = library.settings.threads or cpu_count() or 1
        batch: list[Prepared] = []
        for done, (item, result) in enumerate(_mapped(work, todo, threads), 1):
            if isinstance(result, Prepared):
                batch.append(result)
            elif not isinstance(result, NotAnImage):
                self._fail(item.key, result)
            if len(batch) == BATCH:
                self._write(batch)
                batch = []
            report(done, len(todo))
        if batch:
            self._write(batch)

    def _fail(self, key: str, error: ItemError | DecodeError) -> None:
        self.summary.failed += 1
        self.summary.reasons[error.reason] = self.summary.reasons.get(error.reason, 0) + 1
        if len(self.summary.failures) < MAX_LISTED:
            self.summary.failures.append(Failure(key, error.reason, error.detail))

    def _write(self, batch: list[Prepared]) -> None:
        if self._dry_run:
            updated = sum(prepared.item.key in self._known for prepared in batch)
            self.summary.added += len(batch) - updated
            self.summary.updated += updated
            return
        vectors = self._library.encoder.encode_images(np.stack([prepared.square for prepared in batch]))
        source_id = self._registered()
        entries = [self._entry(prepared, vector) for prepared, vector in zip(batch, vectors, strict=True)]
        for prepared in batch:
            self._library.blobs.put(prepared.content_id, prepared.thumbnail.data)
        tally = self._library.store.put(source_id, entries)
        self.summary.added += tally.added
        self.summary.updated += tally.updated
        self._library.index()

    def _registered(self) -> int:
        """The source's id; the library is made here, when there is something to put into it."""
        if self._source_id is None:
            self._library.make()
            store = self._library.store
            self._source_id = store.source(self._source.kind, self._source.address)
            store.choose(self._source_id, self._choices.to_remember())
        return self._source_id

    def _entry(self, prepared: Prepared, vector: Vector) -> Entry:
        record = record_of(prepared, self._source.address, self._choices, now=int(time.time()))
        return Entry(record, self._stamp(prepared.item), vector)


def _attempt(
    work: Callable[[SourceItem], Prepared], item: SourceItem
) -> tuple[SourceItem, Prepared | ItemError | DecodeError]:
    try:
        return item, work(item)
    except (ItemError, DecodeError) as error:
        return item, error


def _mapped(
    work: Callable[[SourceItem], _Result], items: Iterable[SourceItem], threads: int
) -> Iterator[_Result]:
    """`map(work, items)` on threads, in order, never more than a few items ahead of the consumer."""
    waiting: deque[Future[_Result]] = deque()
    rest = iter(items)
    with ThreadPoolExecutor(threads, thread_name_prefix="vizsla-decode") as pool:
        try:
            waiting.extend(pool.submit(work, item) for item in islice(rest, threads * AHEAD))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(pool.submit(work, item) for item in islice(rest, 1))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
