"""What an index consists of: the one small file that is replaced, last of all, when the index has moved on."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import version
from pathlib import Path

import msgspec

FORMAT = f"4, tantivy {version('tantivy')}, faiss {version('faiss-cpu')}"
"""The number is raised whenever files or analysis change: an index of another format is built anew."""

NAME = "manifest.json"


class Graph(msgspec.Struct, frozen=True):
    """One sealed vector segment."""

    start: int
    stop: int
    """Slots `start` (inclusive) to `stop` (exclusive)."""
    name: str
    size: int
    """Bytes."""
    checksum: int
    """CRC-32 of the file: following a damaged graph would read outside memory."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: str = FORMAT
    dimension: int | None
    epoch: str
    """Names the directory of everything else; another one after each rebuild from nothing."""
    generation: int = 1
    """Names the directory of columns and vectors; another one after each compaction."""
    watermark: int = 0
    slots: int = 0
    keywords: int = 1
    """How many strings have codes."""
    opstamp: int = 0
    """tantivy's mark of the commit."""
    graphs: tuple[Graph, ...] = ()

    def root(self, directory: Path) -> Path:
        """Where the files of this epoch are."""
        return directory / self.epoch

    def slots_directory(self, directory: Path) -> Path:
        """Where columns, vectors and graphs are."""
        return self.root(directory) / f"slots-{self.generation}"


def read(directory: Path) -> Manifest | None:
    """The manifest, or `None` if there is none.

    Raises:
        msgspec.DecodeError: it is damaged.
    """
    try:
        return msgspec.json.decode((directory / NAME).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None


def write(directory: Path, manifest: Manifest) -> None:
    """Replace the manifest, so that a crash leaves either the old or the new one."""
    temporary = directory / f"{NAME}.new"
    with temporary.open("wb") as file:
        file.write(msgspec.json.encode(manifest))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(directory / NAME)
    sync_directory(directory)


def remove(directory: Path) -> None:
    """Leave a directory without an index; what it consisted of is there until `remove_others`."""
    (directory / NAME).unlink(missing_ok=True)
    sync_directory(directory)


def stamp(directory: Path) -> tuple[int, int] | None:
    """Changes whenever the manifest is replaced; `None` if there is none. One system call."""
    try:
        found = (directory / NAME).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_others(directory: Path, manifest: Manifest) -> None:
    """Remove what an index consisted of before, or would have if a process had not ended."""
    graphs = {graph.name for graph in manifest.graphs}
    for path in directory.iterdir():
        if path.is_dir() and path.name != manifest.epoch:
            shutil.rmtree(path, ignore_errors=True)
    for path in manifest.root(directory).glob("slots-*"):
        if path != manifest.slots_directory(directory):
            shutil.rmtree(path, ignore_errors=True)
    for path in manifest.slots_directory(directory).glob("graph-*"):
        if path.name not in graphs:
            path.unlink(missing_ok=True)
