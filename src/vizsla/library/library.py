"""`Library`: the one object that adds and searches. Its rooms open when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import msgspec

from vizsla.settings import Settings
from vizsla.wire import WHOLE, CropArea

from . import descriptor
from .descriptor import Descriptor
from .errors import LibraryError, NoLibrary

if TYPE_CHECKING:
    from vizsla.blobs import Blobs
    from vizsla.decode import Limits
    from vizsla.encoders.seam import Encoder
    from vizsla.search import Searcher
    from vizsla.search.similar import Similarity
    from vizsla.search.subject import Subjects
    from vizsla.sources.seam import Source
    from vizsla.state import Keys, Queries, State, Subset, Subsets
    from vizsla.store import Store
    from vizsla.wire import Images, SearchParameters

    from .adding import Adding
    from .checking import Report
    from .choices import Choices
    from .following import InStore
    from .indexing import Indexer
    from .reencoding import Reencoding

RELATED = 8
"""Queries of others that are asked for with each search: as many as an answer shows."""


class _Closable(Protocol):
    def close(self) -> None: ...


_Room = TypeVar("_Room", bound=_Closable)


class Status(msgspec.Struct, frozen=True):
    """What is in a library."""

    library: str
    format: int
    encoder: str
    created: str
    images: int
    indexed: int
    """Images that can be found; fewer than `images` while the index follows."""
    keys: int
    sources: dict[str, int]
    licences: dict[str, int]
    formats: dict[str, int]
    reencoding: dict[str, int] = {}
    """The encoder that is to come, while there is one, and how many images have its vectors."""
    outdated: int = 0
    """Images that analysers of an older version looked at; adding their sources again redoes them."""


class Library:
    """A library in the directory that the settings name; it need not exist yet.

    Every method but `exists`, `make` and `adding` raises `NoLibrary` if it does not.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.directory = settings.library
        self._open: list[Callable[[], None]] = []

    def exists(self) -> bool:
        """Whether there is a library.

        Raises:
            LibraryError: there is one that we cannot use.
        """
        try:
            descriptor.read(self.directory)
        except NoLibrary:
            return False
        return True

    def make(self) -> None:
        """Make the library, unless it exists."""
        if not self.exists():
            descriptor.write(self.directory, descriptor.describe(self.encoder))

    # Rooms

    @cached_property
    def descriptor(self) -> Descriptor:
        return descriptor.read(self.directory)

    @cached_property
    def limits(self) -> Limits:
        from vizsla.decode import Limits

        return Limits(max_pixels=self.settings.max_pixels)

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder that made, or is to make, the library's vectors."""
        from vizsla.encoders import BUNDLED

        from .encoding import own_encoder

        if not self.exists():
            return self.open_encoder(self.settings.encoder or BUNDLED)
        return own_encoder(self)

    def open_encoder(self, name: str) -> Encoder:
        """Open any encoder as the settings say.

        Raises:
            EncoderError: see `vizsla.encoders.open_encoder`.
        """
        from vizsla.encoders import Options, open_encoder

        settings = self.settings
        if not settings.providers and settings.encoder_floor is None:
            return open_encoder(name)
        return open_encoder(name, options=Options(providers=settings.providers, floor=settings.encoder_floor))

    @cached_property
    def store(self) -> Store:
        return self.store_of(self.descriptor.encoder.space)

    def store_of(self, space: str) -> Store:
        """The records, with the vectors of a space; closed with the library."""
        from vizsla.store import Store

        with _usable("store"):
            return self._kept(Store(self._place(self.settings.store, "records.db"), space))

    @cached_property
    def state(self) -> State:
        from vizsla.state import State

        settings = self.settings
        with _usable("state"):
            place = self._place(settings.state, "state.db")
            return self._kept(State(place, query_log=settings.query_log))

    @property
    def keys(self) -> Keys:
        return self.state.keys

    @property
    def queries(self) -> Queries:
        return self.state.queries

    @property
    def subsets(self) -> Subsets:
        return self.state.subsets

    @cached_property
    def blobs(self) -> Blobs:
        from vizsla.blobs import Blobs

        return Blobs(self._place(self.settings.blobs, "blobs"))

    @cached_property
    def indexer(self) -> Indexer:
        from .indexing import Indexer
        from .leftovers import index_directory

        known = self.descriptor.encoder
        place = index_directory(self.directory, known.space)
        return self._kept(Indexer(self.store, place, known.dimension))

    @cached_property
    def searcher(self) -> Searcher:
        from vizsla.search import Searcher

        return Searcher(
            self.store,
            self.indexer.engine,
            lambda: self.encoder,
            related=lambda text: self.queries.related(text, RELATED),
            strict_markets=self.settings.strict_markets,
        )

    @cached_property
    def similarity(self) -> Similarity:
        from vizsla.search.similar import Similarity

        return Similarity(self.store, self.indexer.engine, lambda: self.encoder)

    @cached_property
    def subjects(self) -> Subjects:
        from vizsla.search.original import original_of
        from vizsla.search.subject import Subjects

        dimension = self.descriptor.encoder.dimension
        return Subjects(
            self.store,
            self.blobs,
            lambda: self.encoder,
            dimension,
            original_of,
            lambda small: self.grouping.copy_of(small),
        )

    @cached_property
    def grouping(self) -> InStore:
        """Which records a picture is a copy of; it brings the decoder."""
        from .following import InStore

        return InStore(self.store, self.blobs)

    @property
    def base(self) -> str:
        """What addresses of the server of the settings begin with."""
        settings = self.settings
        return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")

    def _place(self, url: str | None, name: str) -> str | Path:
        _ = self.descriptor  # nothing is made where there is no library
        return url or self.directory / name

    def _kept(self, room: _Room) -> _Room:
        self._open.append(room.close)
        return room

    def close(self) -> None:
        """Close every room that was opened; what is used afterwards opens again."""
        while self._open:
            self._open.pop()()
        for name, room in vars(Library).items():
            if isinstance(room, cached_property):
                self.__dict__.pop(name, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    # What it does

    def adding(
        self,
        source: Source,
        choices: Choices,
        *,
        limit: int | None = None,
        dry_run: bool = False,
        only: frozenset[str] | None = None,
    ) -> Adding:
        """A run of adding a source (see `Adding`); it makes the library if there is something to put into it."""
        from .adding import Adding

        return Adding(self, source, choices, limit=limit, dry_run=dry_run, only=only)

    def reencoding(self) -> Reencoding:
        """A run of making every vector anew with the encoder that the library is to have (see `Reencoding`)."""
        from .reencoding import Reencoding

        return Reencoding(self)

    def superseded(self) -> bool:
        """Whether the library got another encoder since it was opened here, or vectors made anew by the same one. Microseconds."""
        now, known = descriptor.read(self.directory).encoder, self.descriptor.encoder
        return (now.digest, now.space) != (known.digest, known.space)

    def sweep(self) -> None:
        """Remove the vectors and the index of former encoders, unless a process still answers from them."""
        from .leftovers import sweep

        sweep(self.directory, self.store)

    def remove(self, what: str) -> int:
        """Remove an image by its id or its file, or all images of a source; returns how many.

        Raises:
            LibraryError: it names nothing in the library.
        """
        from .removing import remove

        return remove(self, what)

    def save_subset(self, subset: Subset) -> bool:
        """Keep a subset, in place of one that has its name; whether there was one.

        Raises:
            LibraryError: it names a source that is not in the library.
        """
        from .narrowing import save

        return save(self, subset)

    def index(self) -> bool:
        """Make everything that is in the store findable, unless another process does; whether it is."""
        return self.indexer.catch_up()

    def search(self, parameters: SearchParameters) -> Images:
        """The v7 answer; addresses in it lead to the server of the settings."""
        from vizsla.search import Addresses

        searcher = self.searcher
        self.index()
        searcher.refresh()
        return searcher.search(parameters, Addresses(self.base))

    def similar(
        self, images: Sequence[Path | str], parameters: SearchParameters, crop: CropArea = WHOLE
    ) -> Images:
        """What looks like these images, and is as the words of the query say, as the answer of a search.

        Args:
            images: files of pictures, or ids of images of the library; at least one.
            crop: only this region of the first counts.

        Raises:
            LibraryError: one of them is no picture, or not in the library.
        """
        from .likening import similar

        self.index()
        return similar(self, images, parameters, crop)

    def thumbnail(self, image_id: str) -> bytes:
        """The thumbnail of an image, JPEG or PNG.

        Raises:
            LibraryError: there is no such image, or it lost its thumbnail.
        """
        stored = self.store.find(image_id)
        data = self.blobs.get(stored.record.content_id) if stored else None
        if data is None:
            raise LibraryError(
                f"there is no thumbnail of {image_id}: `vizsla check --repair` makes lost ones anew"
            )
        return data

    def status(self) -> Status:
        """What is in the library."""
        from .stamps import outdated

        self.index()
        engine = self.indexer.engine
        return Status(
            library=str(self.directory),
            format=self.descriptor.format,
            encoder=self.descriptor.encoder.name,
            created=self.descriptor.created,
            images=self.store.count(),
            indexed=engine.count(),
            keys=sum(key.revoked is None for key in self.keys.all()),
            sources=self.store.addresses(),
            licences=engine.facets((), "licence"),
            formats=engine.facets((), "format"),
            reencoding=self._reencoding(),
            outdated=outdated(self.store),
        )

    def _reencoding(self) -> dict[str, int]:
        coming = self.descriptor.next
        if coming is None:
            return {}
        return {coming.name: self.store.count() - self.store_of(coming.space).behind()}

    def check(self, *, repair: bool = False) -> Report:
        """Whether the library is whole; with `repair`, put right what can be."""
        from .checking import check

        return check(self, repair=repair)


@contextmanager
def _usable(setting: str) -> Iterator[None]:
    """Tell which setting it is whose database cannot be spoken to."""
    from sqlalchemy.exc import ArgumentError

    try:
        yield
    except (ArgumentError, ImportError) as error:
        raise LibraryError(
            f"the setting {setting} cannot be used ({error}): "
            "give an SQLAlchemy URL such as sqlite:////srv/vizsla.db, and install its driver"
        ) from error
