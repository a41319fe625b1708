"""Libraries of the judged pictures: read by the real adding path once, then given the texts of each set."""

from __future__ import annotations

import fcntl
import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.relevance.judged import Pictures, Shelf, Texts
from vizsla.analyse import VERSIONS
from vizsla.encoders import open_encoder
from vizsla.library import Choices, Library
from vizsla.records import ImageRecord
from vizsla.settings import Settings
from vizsla.sources import open_source
from vizsla.store import Entry, Stored

BATCH = 1000

UNUSED = {"colour", "kind", "metadata", "faces", "licence", "licences", "transparency", "animation"}
"""Analysers whose findings no question is about: pictures need not be read again when one of them changes."""


@contextmanager
def reading(pictures: Pictures, cache: Path, encoder: str, *, stale: bool) -> Iterator[Library]:
    """The library with the pictures as they are; kept in `cache` under what made it.

    Args:
        stale: what other analysers made, with the same encoder, will do; the most of it is taken.
    """
    place = _place(pictures, cache, encoder, stale=stale)
    place.mkdir(parents=True, exist_ok=True)
    with (place / "reading").open("w") as lock, Library(Settings(library=place, encoder=encoder)) as library:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second finds the pictures read
        library.make()
        known = {stored.record.key for stored in library.store.each()}
        missing = frozenset(pictures.keys) - known
        if missing:
            print(f"reading {len(missing)} pictures into {place} ...", file=sys.stderr, flush=True)
            source = open_source(str(pictures.root), library.settings)
            library.adding(source, Choices(), only=missing).run()
        yield library


def _place(pictures: Pictures, cache: Path, encoder: str, *, stale: bool) -> Path:
    vectors_of = f"{pictures.name}-{open_encoder(encoder).digest[:12]}"
    used = sorted((name, version) for name, version in VERSIONS.items() if name not in UNUSED)
    place = cache / f"{vectors_of}-{hashlib.sha256(repr(used).encode()).hexdigest()[:12]}"
    read = sorted(cache.glob(f"{vectors_of}-*/records.db"), key=lambda file: file.stat().st_size)
    return read[-1].parent if stale and read else place


def stock(read: Library, shelf: Shelf, place: Path) -> Library:
    """A library with the pictures of a shelf, told of them what the shelf says and nothing else."""
    library = Library(Settings(library=place, encoder=read.settings.encoder, anonymous=True))
    library.make()
    source = library.store.source("folder", str(shelf.pictures.root))
    wanted = [stored for stored in read.store.each() if stored.record.key in shelf.texts]
    for start in range(0, len(wanted), BATCH):
        library.store.put(source, _entries(read, wanted[start : start + BATCH], shelf))
    library.index()
    return library


def _entries(read: Library, batch: Sequence[Stored], shelf: Shelf) -> list[Entry]:
    vectors = read.store.vectors([stored.number for stored in batch])
    return [
        Entry(_told(stored.record, shelf.texts[stored.record.key]), "", vectors.get(stored.number))
        for stored in batch
    ]


def _told(record: ImageRecord, texts: Texts) -> ImageRecord:
    """The record without what its file and its path say."""
    said = msgspec.structs.asdict(texts)
    return msgspec.structs.replace(record, **said, creator="", names="", text="", language="")
