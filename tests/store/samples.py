"""Records to store. Run as a program it writes batches of them and prints each image id once it is acknowledged."""

from __future__ import annotations

import sys
from hashlib import sha1
from pathlib import Path

import numpy as np

from vizsla.records import ImageRecord, Vector
from vizsla.store import Entry, Store

BATCH = 3


def vector_of(key: str) -> Vector:
    """16 values that float16 holds exactly."""
    values = np.frombuffer(sha1(key.encode()).digest()[:16], np.uint8)
    return values.astype(np.float32) / np.float32(256)


def record_of(key: str, *, source: str = "/pictures", title: str = "", discovered: int = 1) -> ImageRecord:
    digest = sha1(f"{source}\0{key}".encode())
    return ImageRecord(
        image_id=digest.hexdigest().upper(),
        source=source,
        key=key,
        content_id=digest.digest()[:16],
        file_size=len(key),
        format="jpeg",
        width=4,
        height=3,
        thumbnail_width=474,
        thumbnail_height=355,
        title=title,
        tags=("dog", "Hündin 🐕"),
        discovered=discovered,
    )


def entry_of(key: str, *, source: str = "/pictures", title: str = "", discovered: int = 1) -> Entry:
    record = record_of(key, source=source, title=title, discovered=discovered)
    return Entry(record, f"stamp of {key} {title}", vector_of(key))


def write_batches(path: Path, name: str, batches: int) -> None:
    store = Store(path)
    source = store.source("folder", f"/{name}")
    for batch in range(batches):
        entries = [entry_of(f"{batch}-{n}.jpg", source=f"/{name}") for n in range(BATCH)]
        store.put(source, entries)
        print(*(entry.record.image_id for entry in entries), flush=True)


if __name__ == "__main__":
    write_batches(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
