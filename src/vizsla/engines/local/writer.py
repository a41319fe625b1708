"""What the holder of the lock does: apply changes, and seal vectors into graphs behind the searches' back."""

from __future__ import annotations

import errno
import logging
import secrets
import shutil
import threading
from collections.abc import Sequence

import msgspec
import numpy as np

from vizsla.records import COLUMNS, Change

from ..errors import EngineError
from . import columns, vectors
from . import manifest as manifests
from .columns import FIELDS, GONE, LOOKS, PLAIN, cell
from .conditions import read_values
from .current import DAMAGE, Current, Snapshot
from .manifest import Graph, Manifest

log = logging.getLogger(__name__)

SEAL = 8192
"""Fresh vectors from which on a graph is built: below, exact search takes less than a millisecond."""

GROWTH = 4
"""A graph is extended once as much as a quarter of it has come after it; so graphs stay few and are seldom rewritten."""


class Writer:
    """Changes the index that `current` sees. Only for the holder of the index lock.

    What cannot be read is thrown away on construction: the watermark is 0 then, and the store is read again.
    """

    def __init__(self, current: Current) -> None:
        self._current = current
        self._mutex = threading.Lock()
        self._stopping = threading.Event()
        self._builder: threading.Thread | None = None
        if current.snapshot is None:
            self._start_anew()
        self._tidy()
        self._seal()

    @property
    def _snapshot(self) -> Snapshot:
        assert self._current.snapshot is not None
        return self._current.snapshot

    def _start_anew(self) -> None:
        manifest = Manifest(dimension=self._current.dimension, epoch=secrets.token_hex(4))
        manifest.slots_directory(self._current.directory).mkdir(parents=True)
        manifests.write(self._current.directory, manifest)
        self._current.advance(manifest)

    def _tidy(self) -> None:
        """Remove files that no manifest names any more."""
        manifest = self._snapshot.manifest
        slots = manifest.slots_directory(self._current.directory)
        for path in self._current.directory.iterdir():
            if path.is_dir() and path.name != manifest.epoch:
                shutil.rmtree(path, ignore_errors=True)
        for path in slots.glob("graph-*"):
            if path.name not in {graph.name for graph in manifest.graphs}:
                path.unlink(missing_ok=True)

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
        self._seal()

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
            words.commit()
            manifest = msgspec.structs.replace(
                self._snapshot.manifest,
                watermark=changes[-1].sequence,
                slots=self._snapshot.manifest.slots + len(changes),
            )
            manifests.write(self._current.directory, manifest)
            self._current.advance(manifest)
        except DAMAGE as error:
            words.rollback()
            raise _explain(error) from error

    def _append(self, changes: Sequence[Change]) -> None:
        manifest = self._snapshot.manifest
        slots = manifest.slots_directory(self._current.directory)
        keywords, words = self._current.opened(manifest)
        keywords.add(_keyword_values(changes))
        rows = {name: np.zeros(len(changes), kind) for name, kind in FIELDS.items()}
        for row, change in enumerate(changes):
            rows["number"][row] = change.number
            if change.record is None:
                rows["state"][row] = GONE
                words.remove(change.number)
                continue
            rows["state"][row] = PLAIN if change.vector is None or manifest.dimension is None else LOOKS
            values = {column: read_values(column, change.record, keywords) for column in COLUMNS}
            for column, found in values.items():
                rows[column.name][row] = cell(column, found)
            words.put(change.number, change.record, values)
        columns.append(slots / "columns.bin", manifest.slots, rows)
        if manifest.dimension is not None:
            halves = vectors.halves([change.vector for change in changes], manifest.dimension)
            vectors.append(slots / "vectors.f16", manifest.slots, halves)

    # Sealing

    def _seal(self) -> None:
        """Start to build a graph if there is enough to put into it and none is being built."""
        if self._stopping.is_set() or (self._builder and self._builder.is_alive()):
            return
        if self._fresh() >= SEAL:
            self._builder = threading.Thread(target=self._build, name="vizsla-graphs", daemon=True)
            self._builder.start()

    def _fresh(self) -> int:
        manifest = self._snapshot.manifest
        if manifest.dimension is None:
            return 0
        return manifest.slots - (manifest.graphs[-1].stop if manifest.graphs else 0)

    def _build(self) -> None:
        while not self._stopping.is_set() and self._fresh() >= SEAL:
            try:
                self._build_one(self._snapshot.manifest)
            except DAMAGE as error:
                log.warning("a vector graph could not be built, searches stay exact and slower: %s", error)
                return

    def _build_one(self, manifest: Manifest) -> None:
        assert manifest.dimension is not None
        slots = manifest.slots_directory(self._current.directory)
        kept, base = split(manifest.graphs, manifest.slots)
        rows = vectors.open_rows(slots / "vectors.f16", manifest.slots, manifest.dimension)
        start = base.start if base else (kept[-1].stop if kept else 0)
        graph = vectors.build_graph(slots, rows, start, base, lambda: not self._stopping.is_set())
        if graph is None:
            return
        with self._mutex:
            sealed = msgspec.structs.replace(self._snapshot.manifest, graphs=(*kept, graph))
            manifests.write(self._current.directory, sealed)
            self._current.advance(sealed)
            self._tidy()

    def close(self) -> None:
        """Stop building and let another process write. What is half built is begun again by the next writer."""
        self._stopping.set()
        if self._builder is not None:
            self._builder.join()
        with self._mutex:
            self._current.opened(self._snapshot.manifest)[1].close()


def split(graphs: Sequence[Graph], stop: int) -> tuple[tuple[Graph, ...], Graph | None]:
    """Which graphs stay as they are when slots up to `stop` are sealed, and which one is extended, if any."""
    for place, graph in enumerate(graphs):
        if graph.stop - graph.start <= GROWTH * (stop - graph.stop):
            return tuple(graphs[:place]), graph
    return tuple(graphs), None


def _keyword_values(changes: Sequence[Change]) -> list[str]:
    named = [column for column in COLUMNS if column.kind == "keyword"]
    return [str(column.read(change.record)) for change in changes if change.record for column in named]


def _explain(error: BaseException) -> EngineError:
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "No space left" in str(error):
        return EngineError(
            "the disk is full: make room; the library is whole and indexing goes on from where it was"
        )
    return EngineError(f"the index cannot be written: {error}")
