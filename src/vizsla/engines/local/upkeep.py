"""What goes on behind the searches: vectors are sealed into graphs, and slots of replaced records are dropped."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Sequence

import msgspec
import numpy as np

from . import columns, vectors
from . import manifest as manifests
from .current import DAMAGE, Current, Snapshot
from .manifest import Graph, Manifest

log = logging.getLogger(__name__)

SEAL = 8192
"""Fresh vectors from which on a graph is built; scoring fewer exactly takes less than half a millisecond."""

GROWTH = 32
"""A graph is extended, which rewrites its file, unless it is more than so many times as large as what is new. Up to
a quarter of a million vectors there is one graph to search, from there on a few."""

NICENESS = 10

CHUNK = columns.BLOCK
"""Slots copied at once."""


class Upkeep:
    """A thread that works when there is something to do. Only for the holder of the index lock.

    Args:
        current: what it works on.
        mutex: held by whoever moves the index on.
    """

    def __init__(self, current: Current, mutex: threading.Lock) -> None:
        self._current = current
        self._mutex = mutex
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def poke(self) -> None:
        """Start to work if there is something to do and no work is going on."""
        busy = self._thread is not None and self._thread.is_alive()
        if not busy and not self._stopping.is_set() and self._due():
            self._thread = threading.Thread(target=self._work, name="vizsla-upkeep", daemon=True)
            self._thread.start()

    def settle(self) -> None:
        """Wait until there is nothing to do."""
        while self._thread is not None and self._thread.is_alive():
            self._thread.join()
            self.poke()

    def stop(self) -> None:
        """Stop working. What is half done is begun again by the next writer."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _due(self) -> bool:
        return wasteful(self._snapshot) or fresh(self._snapshot.manifest) >= SEAL

    @property
    def _snapshot(self) -> Snapshot:
        assert self._current.snapshot is not None
        return self._current.snapshot

    def _go_on(self) -> bool:
        return not self._stopping.is_set()

    def _work(self) -> None:
        with contextlib.suppress(OSError):  # of this thread alone on Linux: searches go first
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            while self._go_on() and self._due():
                if wasteful(self._snapshot):
                    self._compact(self._snapshot)
                else:
                    self._seal(self._snapshot.manifest)
        except DAMAGE as error:
            log.warning("the index could not be tidied up, searches go on: %s", error)

    def _publish(self, manifest: Manifest) -> None:
        manifests.write(self._current.directory, manifest)
        self._current.advance(manifest)
        manifests.remove_others(self._current.directory, manifest)

    def _seal(self, manifest: Manifest) -> None:
        """Build the graph over the fresh vectors, and over those of small graphs before them."""
        kept, base = split(manifest.graphs, manifest.slots)
        graph = self._graph(manifest, base.start if base else _sealed(kept), base)
        if graph is not None:
            with self._mutex:
                self._publish(msgspec.structs.replace(self._snapshot.manifest, graphs=(*kept, graph)))

    def _graph(self, manifest: Manifest, start: int, base: Graph | None) -> Graph | None:
        assert manifest.dimension is not None
        slots = manifest.slots_directory(self._current.directory)
        rows = vectors.open_rows(slots / "vectors.f16", manifest.slots, manifest.dimension)
        return vectors.build_graph(slots, rows, start, base, self._go_on)

    def _compact(self, old: Snapshot) -> None:
        """Begin a new generation with the live slots only, and let it catch up with what was applied meanwhile."""
        live = np.flatnonzero(old.columns.live)
        new = msgspec.structs.replace(
            old.manifest, generation=old.manifest.generation + 1, slots=len(live), graphs=()
        )
        new.slots_directory(self._current.directory).mkdir(exist_ok=True)
        self._copy(old, live[np.argsort(old.columns.numbers[live])], new, 0)
        if fresh(new) >= SEAL:
            graph = self._graph(new, 0, None)
            if graph is None:
                return
            new = msgspec.structs.replace(new, graphs=(graph,))
        with self._mutex:
            now = self._snapshot
            later = np.arange(old.manifest.slots, now.manifest.slots)
            self._copy(now, later, new, new.slots)
            self._publish(
                msgspec.structs.replace(
                    now.manifest, generation=new.generation, slots=new.slots + len(later), graphs=new.graphs
                )
            )

    def _copy(self, source: Snapshot, slots: columns.Numbers, target: Manifest, start: int) -> None:
        """Append slots of a snapshot to another generation, from its slot `start` on."""
        directory = target.slots_directory(self._current.directory)
        old = source.manifest.slots_directory(self._current.directory)
        for first in range(0, len(slots), CHUNK):
            some = slots[first : first + CHUNK]
            columns.append(directory / "columns.bin", start + first, source.columns.rows(some))
            if target.dimension is not None:
                rows = vectors.open_rows(old / "vectors.f16", source.manifest.slots, target.dimension)
                vectors.append(directory / "vectors.f16", start + first, rows[some])


def fresh(manifest: Manifest) -> int:
    """Slots with vectors that no graph holds."""
    return 0 if manifest.dimension is None else manifest.slots - _sealed(manifest.graphs)


def wasteful(snapshot: Snapshot) -> bool:
    """Whether more slots are dead than alive, and so many that searches feel it."""
    live = int(np.count_nonzero(snapshot.columns.live))
    return snapshot.manifest.slots - live > max(live, SEAL)


def _sealed(graphs: Sequence[Graph]) -> int:
    return graphs[-1].stop if graphs else 0


def split(graphs: Sequence[Graph], stop: int) -> tuple[tuple[Graph, ...], Graph | None]:
    """Which graphs stay as they are when slots up to `stop` are sealed, and which one is extended, if any."""
    for place, graph in enumerate(graphs):
        if graph.stop - graph.start <= GROWTH * (stop - graph.stop):
            return tuple(graphs[:place]), graph
    return tuple(graphs), None
