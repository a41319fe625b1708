"""The file of a record, where it is still what was added."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from vizsla.records import ImageRecord
from vizsla.sources import FolderSource, ItemError, SourceError

MAX_BYTES = 1 << 25
"""Larger files are not read while somebody waits; their thumbnail does."""


def original_of(record: ImageRecord, max_bytes: int = MAX_BYTES) -> bytes | None:
    """The bytes of a record's file; `None` if it is not on this machine, is too large, or became another picture."""
    if record.file_size > max_bytes:
        return None
    try:
        folder = FolderSource(Path(record.source), max_file_bytes=max_bytes)
        with folder.open(record.key) as file:
            data = file.read(max_bytes)
    except (SourceError, ItemError, OSError):
        return None
    return data if blake2b(data, digest_size=16).digest() == record.content_id else None
