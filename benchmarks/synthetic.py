"""Libraries of synthetic records, whose texts and vectors are those of words that the bundled encoder knows."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.random_records import VOCABULARY, WORDS_A_RECORD, record, zipf
from vizsla.encoders.seam import Encoder
from vizsla.library import Library
from vizsla.settings import Settings
from vizsla.store import Entry

SEED = 11
CONCEPTS = 2000
"""Words around whose vectors the pictures lie."""
NOISE = 0.7
BATCH = 1000


def make(directory: Path, records: int) -> Library:
    """A library with so many records, indexed; no pictures are behind them."""
    library = Library(Settings(library=directory, anonymous=True))
    library.make()
    source = library.store.source("folder", "/pictures")
    for batch in entries(library.encoder, records):
        library.store.put(source, batch)
    library.index()
    return library


def queries(count: int) -> list[str]:
    """Queries of two words that records hold and the encoder knows, each another."""
    random = np.random.default_rng(SEED + 1)
    pairs = zipf(random, vocabulary(), (4 * count, 2))
    return list(dict.fromkeys(f"{first} {second}" for first, second in pairs))[:count]


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
    concepts = encoder.encode_texts(words[:CONCEPTS])
    scale = NOISE * float(np.linalg.norm(concepts, axis=1).mean()) / np.sqrt(concepts.shape[1])
    for start in range(0, records, BATCH):
        numbers = range(start + 1, min(start + BATCH, records) + 1)
        text = zipf(random, words, (len(numbers), WORDS_A_RECORD))
        about = random.integers(0, len(concepts), len(numbers))
        noise = random.standard_normal((len(numbers), concepts.shape[1]), np.float32)
        vectors = np.asarray(concepts[about] + scale * noise, np.float32)
        yield [
            Entry(record(number, _fields(number, row)), str(number), vector)
            for number, row, vector in zip(numbers, text.tolist(), vectors, strict=True)
        ]


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
