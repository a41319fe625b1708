"""What is left of encoders that a library had before: their index and their vectors, until nobody uses them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from vizsla.engines.local.lock import FileLock

from . import descriptor
from .indexing import LOCK

if TYPE_CHECKING:
    from vizsla.store import Store

INDEX = "index"
_INDEX = re.compile(rf"{INDEX}(?:-([0-9a-f]{{16}}))?")


def index_directory(directory: Path, space: str) -> Path:
    """Where the index of an encoder's vectors is."""
    return directory / (f"{INDEX}-{space}" if space else INDEX)


def sweep(directory: Path, store: Store) -> None:
    """Remove what no encoder of the library needs, unless a process still answers from it."""
    needed = descriptor.read(directory)
    spaces = {needed.encoder.space, needed.next.space if needed.next else needed.encoder.space}
    for space in set(_spaces(directory)) - spaces:
        clear(directory, store, space)


def clear(directory: Path, store: Store, space: str) -> bool:
    """Forget the vectors and the index of a space; whether that could be done, because no server holds the index."""
    place = index_directory(directory, space)
    lock = FileLock(place / LOCK)
    with suppress(FileNotFoundError):  # there is no index, or another process is removing it
        if not lock.acquire():
            return False
    try:
        store.forget(space)
        shutil.rmtree(place, ignore_errors=True)
    finally:
        lock.release()
    return True


def _spaces(directory: Path) -> Iterator[str]:
    """Of every index that is there."""
    for path in directory.iterdir():
        if (found := _INDEX.fullmatch(path.name)) and path.is_dir():
            yield found[1] or ""
