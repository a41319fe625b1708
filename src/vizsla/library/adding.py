"""Adding a source: read, decode, analyse, encode, and hand to the store.

Reading and decoding run on threads, a bounded number of images ahead. Everything that writes runs on the caller's
thread, a batch at a time, so that stopping between two batches leaves a whole library.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from os import cpu_count
from typing import TYPE_CHECKING

from vizsla.blobs import BlobError
from vizsla.sources.seam import ItemError, NotAnImage, Source, SourceItem
from vizsla.store import Entry

from .choices import Choices, Failure, Summary
from .errors import LibraryError
from .stamps import stamp_of
from .thumbnails import drop
from .turns import ADDING, shared

if TYPE_CHECKING:
    from .following import InStore
    from .library import Library
    from .preparing import Prepared

BATCH = 32
"""Images encoded and stored together: enough for the image tower, few enough to lose little when stopped."""

LOOKING_SECONDS = 5.0
"""How long looking for a thumbnail may take for it to be written again: those who write meanwhile do not wait longer than
`store.database.BUSY_SECONDS`."""

MAX_LISTED = 10_000
"""Failures that are remembered one by one; further ones are only counted."""


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
        self._grouping: InStore | None = None
        self._dropping = True
        self._turn = ExitStack()

    def run(self, report: Callable[[int, int], None] = lambda done, total: None) -> Summary:
        """Add what is new or changed.

        Args:
            report: called after each image with how many are done, and how many there are to do.

        Raises:
            LibraryError, StoreError, BlobError, SourceError: adding had to end; `summary` says how far it came.
        """
        started = time.monotonic()
        try:
            with self._turn:
                self._begin()
                self._recall()
                todo = self._listed()
                self._add(todo, report)
                self._drop()
        finally:
            self.summary.seconds = time.monotonic() - started
        return self.summary

    def _begin(self) -> None:
        """Keep the library's encoder as it is until this run ends."""
        library = self._library
        if not library.exists():
            return
        self._turn.enter_context(shared(library.directory, ADDING))
        if library.superseded():
            raise LibraryError("the library has just got another encoder: run the same command again")
        library.sweep()

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
            elif self._known.get(key) == stamp_of(listed, self._choices):
                self.summary.unchanged += 1
            else:
                todo.append(listed)
        self.summary.missing = len(self._known.keys() - seen) if self._only is None else 0
        return todo[: self._limit]

    def _add(self, todo: Sequence[SourceItem], report: Callable[[int, int], None]) -> None:
        if not todo:
            return
        from .preparing import (  # the decoder takes longer to load than looking for changes
            Prepared,
            optional_analysers,
            prepare_all,
        )

        library = self._library
        threads = library.settings.threads or cpu_count() or 1
        outcomes = prepare_all(
            todo,
            limits=library.limits,
            geometry=library.encoder.geometry,
            threads=threads,
            without=frozenset(self._choices.instead_of()),
            also=optional_analysers(self._choices),
        )
        batch: list[Prepared] = []
        for done, (item, outcome) in enumerate(outcomes, 1):
            if isinstance(outcome, Prepared):
                batch.append(outcome)
            elif not isinstance(outcome, NotAnImage):
                self._fail(item.key, outcome)
            if len(batch) == BATCH:
                self._write(batch)
                batch = []
            report(done, len(todo))
        if batch:
            self._write(batch)
        if self._grouping:
            self._grouping.done()

    def _fail(self, key: str, error: ItemError) -> None:
        self.summary.failed += 1
        self.summary.reasons[error.reason] = self.summary.reasons.get(error.reason, 0) + 1
        if len(self.summary.failures) < MAX_LISTED:
            self.summary.failures.append(Failure(key, error.reason, error.detail))

    def _write(self, batch: Sequence[Prepared]) -> None:
        if self._dry_run:
            updated = sum(prepared.item.key in self._known for prepared in batch)
            self.summary.added += len(batch) - updated
            self.summary.updated += updated
            return
        source_id = self._registered()
        entries = self._entries(batch)
        thumbnails = {prepared.content_id: prepared.thumbnail.data for prepared in batch}
        store = self._library.store
        deletions = store.deletions()
        self._library.blobs.put(thumbnails)
        tally = store.put(
            source_id, entries, lambda doubtful: self._put_back(thumbnails, doubtful), since=deletions
        )
        self.summary.added += tally.added
        self.summary.updated += tally.updated
        if tally.updated:
            self._drop()
        self._library.index()

    def _drop(self) -> None:
        """Delete thumbnails that are to go. Those that cannot be deleted keep no picture out, and are left to others."""
        if self._dry_run or not self._dropping or not self._library.exists():
            return
        try:
            drop(self._library)
        except BlobError:
            self._dropping = False

    def _put_back(self, thumbnails: Mapping[bytes, bytes], doubtful: Collection[bytes]) -> None:
        """Write those again that somebody, who removed the same picture elsewhere, has deleted meanwhile.

        Beside each other, because everybody else who writes waits for it.
        """
        if not doubtful:
            return
        with ThreadPoolExecutor(len(doubtful), "vizsla-looking") as threads:
            list(threads.map(lambda name: self._put_one_back(name, thumbnails[name]), doubtful))

    def _put_one_back(self, name: bytes, thumbnail: bytes) -> None:
        blobs = self._library.blobs
        began = time.monotonic()
        if blobs.has(name):
            return
        if time.monotonic() - began > LOOKING_SECONDS:
            raise BlobError("the thumbnails take too long to be read: run the same command again")
        blobs.put({name: thumbnail})

    def _registered(self) -> int:
        """The source's id; the library is made here, when there is something to put into it."""
        if self._source_id is None:
            self._library.make()
            self._begin()
            self._same_encoder()
            self._library.index()  # before anything is written, so that an index that cannot go on is found out
            store = self._library.store
            self._source_id = store.source(self._source.kind, self._source.address)
            store.choose(self._source_id, self._choices.to_remember())
        return self._source_id

    def _same_encoder(self) -> None:
        """Pictures are prepared before there is a library, which another process may then make with another encoder."""
        library = self._library
        known = library.descriptor.encoder
        if known.digest != library.encoder.digest:
            raise LibraryError(
                f"another process has just made {library.directory} with the encoder {known.name}: "
                "run the same command again to add these pictures with that one; "
                "`vizsla reencode` gives the library another encoder"
            )

    def _entries(self, batch: Sequence[Prepared]) -> list[Entry]:
        import numpy as np

        from .preparing import record_of

        vectors = self._library.encoder.encode_images(np.stack([prepared.square for prepared in batch]))
        now = int(time.time())
        return [
            Entry(
                record_of(prepared, self._source.address, self._choices, now=now, group=group),
                stamp_of(prepared.item, self._choices),
                vector,
            )
            for prepared, vector, group in zip(batch, vectors, self._groups(batch), strict=True)
        ]

    def _groups(self, batch: Sequence[Prepared]) -> list[bytes]:
        from .following import InStore
        from .grouping import Newcomer

        if self._grouping is None:
            self._grouping = InStore(self._library.store, self._library.blobs)
        return self._grouping.of([Newcomer(prepared.content_id, prepared.look) for prepared in batch])
