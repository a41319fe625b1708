"""Small worlds to search in: a real store, a real engine, and an encoder that is told by its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
import numpy as np

from engines.conftest import scratch
from sample_records import record as record
from vizsla.encoders.seam import InputGeometry, Pixels, Vectors
from vizsla.engines.local.engine import LocalEngine
from vizsla.engines.seam import Engine
from vizsla.records import ImageRecord, Vector
from vizsla.search import Addresses, Searcher
from vizsla.store import Entry, Store
from vizsla.wire import Images, SearchParameters

DIMENSION = 8
HERE = Addresses("http://127.0.0.1:8000")


class WordEncoder:
    """Gives each text a direction of its own. A fake at our own seam: paging must not depend on what is near."""

    name, digest, dimension = "words", "0" * 64, DIMENSION
    geometry = InputGeometry(side=8, fit="squash")
    floor = -1.0

    def encode_images(self, batch: Pixels) -> Vectors:
        raise NotImplementedError

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        return np.stack([direction(text) for text in texts])

    def knows(self, text: str) -> bool:
        return False


class BlindEncoder(WordEncoder):
    """Knows no word: what is searched with it is searched by words alone."""

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), DIMENSION), np.float32)


def direction(text: str) -> Vector:
    return np.random.default_rng(crc32(text.encode())).standard_normal(DIMENSION).astype(np.float32)


class World(msgspec.Struct, frozen=True):
    """A library in a directory of its own."""

    store: Store
    engine: LocalEngine

    encoder: WordEncoder = BlindEncoder()

    def searcher(self, engine: Engine | None = None) -> Searcher:
        return Searcher(self.store, engine or self.engine, lambda: self.encoder)

    def search(self, q: str, **parameters: Any) -> Images:
        return self.searcher().search(SearchParameters(q=q, **parameters), HERE)


@contextmanager
def world(records: Sequence[ImageRecord], vectors: Sequence[Vector] | None = None) -> Iterator[World]:
    """A library with these records, each with its vector; without vectors, it is searched by words alone."""
    with scratch() as place:
        store, engine = Store(Path(place, "records.db")), LocalEngine(Path(place, "index"), DIMENSION)
        try:
            source = store.source("folder", "/pictures")
            rows = vectors if vectors is not None else [None] * len(records)
            store.put(source, [Entry(one, "", vector) for one, vector in zip(records, rows, strict=True)])
            assert engine.try_lock()
            engine.apply(store.changes(0, len(records)))
            yield World(store, engine, BlindEncoder() if vectors is None else WordEncoder())
        finally:
            engine.close()
            store.close()


def ids(answer: Images) -> list[str]:
    return [image.image_id for image in answer.value]
