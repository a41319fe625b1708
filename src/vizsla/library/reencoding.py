"""Giving a library another encoder: new vectors and a new index are made beside the old ones, which answer meanwhile.

What is done is kept: whoever is stopped, at any moment, leaves a library with the old encoder or with the new one, and
running it again goes on. The switch is the replacing of `vizsla.json`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from os import cpu_count
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np

from vizsla.blobs import BlobError
from vizsla.decode import DecodeError, open_picture
from vizsla.encoders.seam import Encoder, Pixels
from vizsla.engines import open_engine
from vizsla.records import Change, ImageRecord
from vizsla.search.original import original_of

from . import descriptor
from .descriptor import EncoderIdentity, found_again, identity_of
from .encoding import coming_encoder
from .errors import LibraryError
from .indexing import STEPS
from .leftovers import clear, index_directory, sweep
from .turns import ADDING, REENCODING, alone

if TYPE_CHECKING:
    from vizsla.engines.local.engine import LocalEngine
    from vizsla.store import Store

    from .library import Library

BATCH = 32
"""Images encoded and written together: what is lost when stopped."""

PAUSE_SECONDS = 0.2
"""Between attempts to be the only one, while somebody adds."""

Origin = Literal["file", "thumbnail"]


class Reencoded(msgspec.Struct):
    """What came of a run."""

    encoder: str
    files: int = 0
    """Images that were read from where they came."""
    thumbnails: int = 0
    """Images whose file is gone or changed; their thumbnail was looked at in its place."""
    lost: int = 0
    """Images of which neither can be read: they are found by their words alone."""
    switched: bool = False
    """Whether the library has another encoder now; it had this one already if not."""
    given_up: str = ""
    """The encoder that was to come, if this run leads elsewhere."""
    seconds: float = 0.0


class Beginning(msgspec.Struct, frozen=True):
    """What a run begins with."""

    encoder: str
    """The one that is to come."""
    resumed: bool
    """Whether a run before was stopped on the way to it."""
    made: int
    """Images that have its vectors already."""
    images: int


class Reencoding:
    """One run. `summary` is true at every moment and counts what this run did.

    Args:
        library: the setting `encoder` may name the one that it is to have; see `coming_encoder`.
    """

    def __init__(self, library: Library) -> None:
        self.summary = Reencoded(library.settings.encoder or "")
        self._library = library

    def run(
        self,
        report: Callable[[int, int], None] = lambda done, total: None,
        waiting: Callable[[], None] = lambda: None,
        begun: Callable[[Beginning], None] = lambda beginning: None,
    ) -> Reencoded:
        """Make what vectors are missing, then switch.

        Args:
            report: called after each batch with how many images have a new vector, and how many there are.
            waiting: called once if all is done but the switch, because somebody adds.
            begun: called once before the first batch, unless the library has the encoder already.

        Raises:
            EncoderError: there is no such encoder, or it does not do.
            LibraryError, StoreError, EngineError: it had to end; running it again goes on.
        """
        started = time.monotonic()
        directory = self._library.directory
        _ = self._library.descriptor
        with alone(directory, REENCODING) as granted:
            if not granted:
                raise LibraryError("`vizsla reencode` is running already: let it end, or stop it first")
            try:
                self._run(report, waiting, begun)
            finally:
                self.summary.seconds = time.monotonic() - started
        return self.summary

    def _run(
        self,
        report: Callable[[int, int], None],
        waiting: Callable[[], None],
        begun: Callable[[Beginning], None],
    ) -> None:
        library = self._library
        encoder = coming_encoder(library)
        self.summary.encoder = encoder.name
        before = descriptor.read(library.directory).next
        resumed = _resumed(before, encoder)
        coming = self._announced(encoder)
        if before and not resumed:
            self.summary.given_up = before.name
        if coming is not None:
            with self._work(encoder, coming) as work:
                begun(Beginning(encoder.name, resumed is not None, work.made(), library.store.count()))
                work.catch_up(report)
                self._switch(work, coming, waiting)
            self.summary.switched = True
        sweep(library.directory, library.store)

    def _announced(self, encoder: Encoder) -> EncoderIdentity | None:
        """Write down which encoder is to come, and from where it is opened; `None`: the library has it.

        What was made for another one that was to come is left to be swept.
        """
        directory, store = self._library.directory, self._library.store
        now = descriptor.read(directory)
        if now.encoder.digest == encoder.digest:
            kept = msgspec.structs.replace(now, encoder=found_again(now.encoder, encoder), next=None)
            if kept != now:
                descriptor.replace(directory, kept)
            return None
        coming = _resumed(now.next, encoder)
        if coming is None:
            coming = identity_of(encoder, encoder.digest[:16])
            if not clear(directory, store, coming.space):
                raise _held(coming)
        if coming != now.next:
            descriptor.replace(directory, msgspec.structs.replace(now, next=coming))
            sweep(directory, store)
        return coming

    @contextmanager
    def _work(self, encoder: Encoder, coming: EncoderIdentity) -> Iterator[_Work]:
        place = index_directory(self._library.directory, coming.space)
        engine = open_engine(place, coming.dimension)
        threads = self._library.settings.threads or cpu_count() or 1
        try:
            if not engine.try_lock():
                raise _held(coming)
            with ThreadPoolExecutor(threads, thread_name_prefix="vizsla-decode") as pool:
                store = self._library.store_of(coming.space)
                yield _Work(self._library, encoder, store, engine, pool, self.summary)
        finally:
            engine.close()

    def _switch(self, work: _Work, coming: EncoderIdentity, waiting: Callable[[], None]) -> None:
        """Give the library the new encoder at a moment at which nothing is added and nothing is missing."""
        directory, told = self._library.directory, False
        while True:
            with alone(directory, ADDING) as granted:
                if granted and work.missing() <= BATCH:
                    work.catch_up()
                    now = descriptor.read(directory)
                    descriptor.replace(directory, msgspec.structs.replace(now, encoder=coming, next=None))
                    return
            if not granted and not told:
                waiting()
                told = True
            time.sleep(0.0 if granted else PAUSE_SECONDS)
            work.catch_up()


def _resumed(before: EncoderIdentity | None, encoder: Encoder) -> EncoderIdentity | None:
    """What is to come already, if that is this encoder."""
    if before is None or before.digest != encoder.digest:
        return None
    return found_again(before, encoder)


def _held(coming: EncoderIdentity) -> LibraryError:
    return LibraryError(
        f"a process still answers from what {coming.name} made before: run this again in a minute, or end that process first"
    )


class _Work:
    """Follows the changes of the records as an engine does: with vectors first, then with an index of them."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        store: Store,
        engine: LocalEngine,
        pool: ThreadPoolExecutor,
        summary: Reencoded,
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._store = store
        self._engine = engine
        self._pool = pool
        self._summary = summary

    def made(self) -> int:
        """Records that have a vector, or are known to have none."""
        return self._store.count() - self._store.behind()

    def missing(self) -> int:
        """Records that have changed since they were encoded."""
        return self._store.behind()

    def catch_up(self, report: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Do what there is to do, and what comes while it is done."""
        store = self._store
        while changes := store.changes(store.encoded_to(), BATCH):
            self._encode(changes)
            total = store.count()
            report(total - store.behind(), total)
        self._index()
        self._engine.settle()

    def _encode(self, changes: Sequence[Change]) -> None:
        records = {change.number: change.record for change in changes if change.record is not None}
        looked = dict(zip(records, self._pool.map(self._look, records.values()), strict=True))
        squares = {number: found[1] for number, found in looked.items() if found}
        vectors = self._encoder.encode_images(np.stack(list(squares.values()))) if squares else ()
        self._store.encoded(dict(zip(squares, vectors, strict=True)), changes[-1].sequence)
        origins = [found[0] for found in looked.values() if found]
        self._summary.files += origins.count("file")
        self._summary.thumbnails += origins.count("thumbnail")
        self._summary.lost += len(looked) - len(origins)

    def _look(self, record: ImageRecord) -> tuple[Origin, Pixels] | None:
        """The picture, from its file if that is still what was added, else from its thumbnail."""
        library = self._library
        reads: tuple[tuple[Origin, Callable[[], bytes | None]], ...] = (
            ("file", lambda: original_of(record, library.settings.max_file_bytes)),
            ("thumbnail", lambda: library.blobs.get(record.content_id)),
        )
        for origin, read in reads:
            try:
                if (data := read()) is not None:
                    return origin, open_picture(data, library.limits).square(self._encoder.geometry)
            except (DecodeError, BlobError):
                continue
        return None

    def _index(self) -> None:
        """Apply to the index what has its vector: of a record that changed since, the step is gone until it has."""
        encoded = self._store.encoded_to()
        while self._engine.watermark() < encoded:
            changes = self._store.changes(self._engine.watermark(), STEPS)
            ready = [change for change in changes if change.sequence <= encoded]
            if not ready:
                return
            self._engine.apply(ready)
