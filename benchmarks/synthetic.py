"""Libraries of synthetic records: texts of words that the bundled encoder knows, vectors around the looks of some of them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.random_records import VOCABULARY, WORDS_A_RECORD, record, zipf
from vizsla.encoders.seam import Encoder
from vizsla.library import Library
from vizsla.records import Vector
from vizsla.settings import Settings
from vizsla.store import Entry

SEED = 11
SUBJECTS = 1000
"""Words around whose looks the pictures lie."""
LEAST_LOOK = 0.3
"""Length of a word's vector from which on it says how something looks; the encoder makes nearly nothing of most words."""
NOISE = 0.7
"""How far from the look of its subject a picture lies, in lengths of that."""
BATCH = 1000


def make(directory: Path, records: int) -> Library:
    """A library with so many records, indexed, all graphs built; no pictures are behind them."""
    library = Library(Settings(library=directory, anonymous=True))
    library.make()
    source = library.store.source("folder", "/pictures")
    for batch in entries(library.encoder, records):
        library.store.put(source, batch)
    library.index()
    library.indexer.engine.settle()
    return library


def queries(encoder: Encoder, count: int) -> list[str]:
    """Queries of what a picture may show and a word that records hold, each another."""
    random = np.random.default_rng(SEED + 1)
    shown = zipf(random, subjects(encoder), 4 * count)
    words = zipf(random, vocabulary(), 4 * count)
    return list(dict.fromkeys(map(" ".join, zip(shown, words, strict=True))))[:count]


def subjects(encoder: Encoder) -> list[str]:
    """The first words of the vocabulary that say how something looks."""
    words = vocabulary()
    shown = np.linalg.norm(encoder.encode_texts(words), axis=1) >= LEAST_LOOK
    found = [word for word, shows in zip(words, shown, strict=True) if shows]
    assert len(found) >= SUBJECTS
    return found[:SUBJECTS]


def vocabulary() -> list[str]:
    """Words with a vector, in an order that means nothing."""
    with np.load(files("vizsla.encoders.bundled") / "text.npz") as arrays:  # type: ignore[arg-type]
        entries = arrays["words"].tobytes().decode().split("\n")
    words = [entry for entry in entries if entry.isalpha() and len(entry) > 3]
    np.random.default_rng(SEED).shuffle(words)
    return words[:VOCABULARY]


def entries(encoder: Encoder, records: int) -> Iterator[list[Entry]]:
    """The records in batches, the same each time; they are numbered from 1 on."""
    random = np.random.default_rng(SEED)
    words = vocabulary()
    looks = _of_length_1(encoder.encode_texts(subjects(encoder)))
    scale = NOISE / np.sqrt(looks.shape[1])
    for start in range(0, records, BATCH):
        numbers = range(start + 1, min(start + BATCH, records) + 1)
        text = zipf(random, words, (len(numbers), WORDS_A_RECORD))
        about = random.integers(0, len(looks), len(numbers))
        noise = random.standard_normal((len(numbers), looks.shape[1]), np.float32)
        vectors = _of_length_1(looks[about] + scale * noise)
        yield [
            Entry(record(number, _fields(number, row)), str(number), vector)
            for number, row, vector in zip(numbers, text.tolist(), vectors, strict=True)
        ]


def _of_length_1(vectors: Vector) -> Vector:
    """As an image tower's are."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _fields(number: int, row: list[str]) -> dict[str, Any]:
    """As `benchmarks.random_records` fills its own: one in ten is `by`, widths are uniform from 0 to 999."""
    return {
        "title": " ".join(row[:5]),
        "tags": tuple(row[5:8]),
        "description": " ".join(row[8:]),
        "names": row[0],
        "licence": "by" if number % 10 == 0 else "unknown",
        "width": number * 7919 % 1000,
    }
