"""Libraries that are made in a moment: the encoder, which is the real one, is opened once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vizsla.encoders import open_encoder
from vizsla.encoders.seam import Encoder
from vizsla.library import Choices, Library, Summary
from vizsla.records import ImageRecord
from vizsla.settings import Settings
from vizsla.sources import FolderSource, ItemError, SourceItem

Listed = SourceItem | tuple[str, ItemError]


class Watched:
    """A folder that notes which of its files are read, and lets a test in before each reading."""

    def __init__(self, folder: Path, before: Callable[[str], None] = lambda key: None) -> None:
        self._folder = FolderSource(folder, max_file_bytes=Settings().max_file_bytes)
        self._before = before
        self.kind = self._folder.kind
        self.address = self._folder.address
        self.read: list[str] = []

    def items(self) -> Iterator[Listed]:
        for listed in self._folder.items():
            yield listed if isinstance(listed, tuple) else self._watched(listed)

    def _watched(self, item: SourceItem) -> SourceItem:
        def read() -> bytes:
            self.read.append(item.key)
            self._before(item.key)
            return item.read()

        return msgspec.structs.replace(item, read=read)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return open_encoder()


@pytest.fixture
def opened(encoder: Encoder, library_directory: Path) -> Iterator[Callable[..., Library]]:
    """Opens the test's library, with settings; closes it at the end."""
    libraries: list[Library] = []

    def opened(**settings: Any) -> Library:
        library = Library(Settings(library=library_directory, **settings))
        library.__dict__["encoder"] = encoder
        libraries.append(library)
        return library

    yield opened
    for library in libraries:
        library.close()


@pytest.fixture
def library(opened: Callable[..., Library]) -> Library:
    return opened()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """An empty folder for pictures."""
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def add(library: Library, folder: Path | Watched, choices: Choices | None = None, **options: Any) -> Summary:
    source = folder if isinstance(folder, Watched) else Watched(folder)
    return library.adding(source, choices or Choices(), **options).run()


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    """Added, updated, unchanged, failed, missing."""
    return summary.added, summary.updated, summary.unchanged, summary.failed, summary.missing


def records(library: Library) -> dict[str, ImageRecord]:
    """By key."""
    return {stored.record.key: stored.record for stored in library.store.each()}


def reasons(summary: Summary) -> dict[str, str]:
    return {failure.key: failure.reason for failure in summary.failures}


def blobs(library: Library) -> list[str]:
    """Names of the thumbnails on disk, which are content ids."""
    return sorted(path.name for path in (library.directory / "blobs").rglob("*") if path.is_file())


def problems(library: Library, *, repair: bool = False) -> Sequence[str]:
    return [problem.what for problem in library.check(repair=repair).problems]
