"""What the holder of the lock does: apply changes."""

from __future__ import annotations

import errno
import secrets
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from vizsla.records import COLUMNS, Change

from ..errors import EngineError
from ..languages import languages_of
from . import columns, vectors
from . import manifest as manifests
from .columns import FIELDS, GONE, LOOKS, PLAIN, cell, spoken
from .conditions import read_values
from .current import DAMAGE, Current, Snapshot
from .manifest import Manifest
from .upkeep import Upkeep


class Writer:
    """Changes the index that `current` sees. Only for the holder of the index lock.

    What cannot be read is thrown away on construction: the watermark is 0 then, and the store is read again.
    """

    def __init__(self, current: Current) -> None:
        self._current = current
        self._mutex = threading.Lock()
        self._upkeep = Upkeep(current, self._mutex)
        if current.snapshot is None:
            self._start_anew()
        manifests.remove_others(current.directory, self._snapshot.manifest)
        self._upkeep.poke()

    @property
    def _snapshot(self) -> Snapshot:
        assert self._current.snapshot is not None
        return self._current.snapshot

    def _start_anew(self) -> None:
        manifest = Manifest(dimension=self._current.dimension, epoch=secrets.token_hex(4))
        manifest.slots_directory(self._current.directory).mkdir(parents=True)
        manifests.write(self._current.directory, manifest)
        self._current.advance(manifest)

    # Applying

    def apply(self, changes: Sequence[Change]) -> None:
        """See `Engine.apply`.

        Raises:
            EngineError: the disk is full or fails; what was searchable stays so.
        """
        with self._mutex:
            new = [change for change in changes if change.sequence > self._snapshot.manifest.watermark]
            if new:
                self._check(new)
                self._apply(new)
        self._upkeep.poke()

    def _check(self, changes: Sequence[Change]) -> None:
        dimension = self._current.dimension
        for change in changes:
            if change.vector is not None and dimension is not None and change.vector.shape != (dimension,):
                raise EngineError(
                    f"record {change.number} has a vector of shape {change.vector.shape}, the index of ({dimension},): "
                    "encode the library again with one encoder"
                )

    def _apply(self, changes: Sequence[Change]) -> None:
        _, words = self._current.opened(self._snapshot.manifest)
        try:
            self._append(changes)
            manifest = msgspec.structs.replace(
                self._snapshot.manifest,
                watermark=changes[-1].sequence,
                opstamp=words.commit(),
                keywords=len(self._snapshot.keywords),
                slots=self._snapshot.manifest.slots + len(changes),
            )
            manifests.write(self._current.directory, manifest)
            self._current.advance(manifest)
        except DAMAGE as error:
            words.rollback()
            raise _explain(error, self._current.directory) from error

    def _append(self, changes: Sequence[Change]) -> None:
        manifest = self._snapshot.manifest
        slots = manifest.slots_directory(self._current.directory)
        keywords, words = self._current.opened(manifest)
        keywords.add(_keyword_values(changes))
        rows = {name: np.zeros(len(changes), kind) for name, kind in FIELDS.items()}
        for row, change in enumerate(changes):
            # Lets searches in: otherwise each of their steps waits for Python's switch interval.
            time.sleep(0)
            rows["number"][row] = change.number
            if change.record is None:
                rows["state"][row] = GONE
                words.remove(change.number)
                continue
            rows["state"][row] = PLAIN if change.vector is None or manifest.dimension is None else LOOKS
            values = {column: read_values(column, change.record, keywords) for column in COLUMNS}
            for column, found in values.items():
                rows[column.name][row] = cell(column, found)
            codes = languages_of(change.record)
            rows["speaks"][row] = spoken(codes)
            words.put(change.number, change.record, codes, values)
        columns.append(slots / "columns.bin", manifest.slots, rows)
        if manifest.dimension is not None:
            halves = vectors.halves([change.vector for change in changes], manifest.dimension)
            vectors.append(slots / "vectors.f16", manifest.slots, halves)

    def settle(self) -> None:
        """Wait until nothing is being built behind the searches."""
        self._upkeep.settle()

    def close(self) -> None:
        """Let another process write."""
        self._upkeep.stop()
        with self._mutex:
            self._current.opened(self._snapshot.manifest)[1].close()


def _keyword_values(changes: Sequence[Change]) -> list[str]:
    named = [column for column in COLUMNS if column.kind == "keyword"]
    return [str(column.read(change.record)) for change in changes if change.record for column in named]


ROOM = 4 << 20
"""Bytes; with less of them free, a commit of the words fails, and tantivy's own text does not say why."""


def _explain(error: BaseException, directory: Path) -> EngineError:
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    if full or "No space left" in str(error) or shutil.disk_usage(directory).free < ROOM:
        return EngineError(
            "the disk is full: make room; the library is whole and indexing goes on from where it was"
        )
    return EngineError(f"the index cannot be written: {error}")
