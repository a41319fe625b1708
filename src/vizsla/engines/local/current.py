"""The state of an index that searches see, and how it moves on: by one reference to a snapshot."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..seam import Match
from . import manifest as manifests
from . import soundness, vectors
from .columns import Columns
from .keywords import Keywords
from .manifest import Manifest
from .vectors import Piece
from .words import WordIndex, WordView

log = logging.getLogger(__name__)

DAMAGE = (OSError, ValueError, RuntimeError, msgspec.DecodeError)
"""What reading damaged files raises, FAISS and tantivy included."""

ATTEMPTS = 5
"""Readings of a changing index before it counts as damaged: the writer may just have replaced a file."""


class Snapshot(msgspec.Struct, frozen=True):
    """One state of the index, never to change."""

    manifest: Manifest
    columns: Columns
    keywords: Keywords
    """Grows, but keeps the meaning of every code."""
    words: WordView
    pieces: tuple[Piece, ...]
    worded: dict[tuple[Match, tuple[str, ...]], NDArray[np.uint8]] = msgspec.field(default_factory=dict)
    """Slots, as packed bits, of what was demanded lately by words, and in which languages; see `scope`."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that records may be in."""
        return self.columns.languages


class Current:
    """The newest snapshot of the index in a directory; `None` while there is no readable index.

    Args:
        directory: where the manifest is.
        dimension: length of the vectors; an index of another one counts as unreadable.
    """

    def __init__(self, directory: Path, dimension: int | None) -> None:
        self.directory = directory
        self.dimension = dimension
        self.snapshot: Snapshot | None = None
        self._stamp: tuple[int, int] | None = None
        self._epoch = ""
        self._open: tuple[Keywords, WordIndex] | None = None

    def refresh(self) -> bool:
        """Take over what another process has written since; whether there was anything. Cheap if not."""
        if manifests.stamp(self.directory) == self._stamp:
            return False
        self.reread()
        return True

    def reread(self) -> None:
        """Take over everything that is on disk, also what a writer left behind that did not get to its manifest."""
        for left in reversed(range(ATTEMPTS)):
            stamp = manifests.stamp(self.directory)
            try:
                self._read()
                break
            except DAMAGE as error:
                if not left:
                    log.warning(
                        "the index in %s cannot be read and will be rebuilt: %s", self.directory, error
                    )
                    self.snapshot = None
        self._stamp = stamp

    def forget(self) -> None:
        """Throw away what is on disk: the next writer begins anew, and removes the rest."""
        manifests.remove(self.directory)
        self.reread()

    def _read(self) -> None:
        manifest = manifests.read(self.directory)
        if manifest is None:
            self.snapshot = None
            return
        if (manifest.format, manifest.dimension) != (manifests.FORMAT, self.dimension):
            raise ValueError("it is of another format or another encoder")
        keywords, _ = self.opened(manifest)
        keywords.refresh()
        if len(keywords) < manifest.keywords:
            raise ValueError("keywords are missing")
        self.advance(manifest)

    def opened(self, manifest: Manifest) -> tuple[Keywords, WordIndex]:
        """The keywords and the words of the manifest's epoch."""
        if self._open is None or self._epoch != manifest.epoch:
            root = manifest.root(self.directory)
            if manifest.opstamp:
                soundness.check(root / "words", manifest.opstamp)
            self._open = Keywords(root / "keywords.txt"), WordIndex(root / "words")
            self._epoch = manifest.epoch
        return self._open

    def advance(self, manifest: Manifest) -> None:
        """Make the state that a manifest describes the newest, keeping what has not changed.

        Raises:
            OSError, ValueError, RuntimeError: something is missing or damaged.
        """
        slots = manifest.slots_directory(self.directory)
        keywords, words = self.opened(manifest)
        columns = Columns(slots / "columns.bin", manifest.slots)
        pieces: tuple[Piece, ...] = ()
        if manifest.dimension is not None:
            rows = vectors.open_rows(slots / "vectors.f16", manifest.slots, manifest.dimension)
            pieces = vectors.pieces(slots, manifest.graphs, rows, self._known_pieces(manifest))
        self.snapshot = Snapshot(manifest, columns, keywords, words.view(), pieces)

    def _known_pieces(self, manifest: Manifest) -> tuple[Piece, ...]:
        known = self.snapshot
        if known is None or known.manifest.slots_directory(self.directory) != manifest.slots_directory(
            self.directory
        ):
            return ()
        return known.pieces
