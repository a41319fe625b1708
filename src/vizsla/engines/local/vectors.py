"""Looks: vectors by slot as half-precision numbers, sealed HNSW graphs over most, exact search over the rest."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import faiss as _stubbed
import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.records import Vector

from .columns import Bits, Numbers, write_all
from .manifest import Graph
from .planner import ENOUGH, beam_width

LINKS = 16
"""Neighbours of a vector in the graph (`M`; twice as many on the ground layer)."""
CONSTRUCTION = 200
"""How wide the graph is searched for the neighbours of a new vector (`efConstruction`). With 100, queries over
vectors in tight groups sometimes never came to the group that they were nearest to; `benchmarks/speed.py` prints the recall."""
STRIDE = 1000
"""Vectors added to a graph between two looks at whether to go on."""

faiss: Any = _stubbed
"""Untyped: the stubs that come with faiss 1.15 know neither numpy arguments nor graphs."""

_HALF = np.dtype("<f2")
_LARGEST = float(np.finfo(np.float16).max)


class Near(msgspec.Struct, frozen=True):
    """What is near a query, the nearest first."""

    numbers: Numbers
    """Record numbers."""
    scores: NDArray[np.float32]
    """Their inner products with the query."""


NOTHING = Near(np.empty(0, np.int64), np.empty(0, np.float32))


class Piece(msgspec.Struct, frozen=True):
    """Vectors of the slots `start` to `stop`, immutable."""

    start: int
    stop: int
    flat: Any
    """`faiss.IndexScalarQuantizer`: searches exactly."""
    graph: Any = None
    """`faiss.IndexHNSWSQ` over the same codes, or `None`."""
    name: str = ""
    """File of the graph."""

    @property
    def size(self) -> int:
        return self.stop - self.start


def halves(vectors: Sequence[Vector | None], dimension: int) -> NDArray[np.float16]:
    """`(n, dimension)` half-precision numbers, finite; zeros where there is no vector."""
    rows = np.zeros((len(vectors), dimension), np.float32)
    for row, vector in zip(rows, vectors, strict=True):
        if vector is not None:
            row[:] = vector
    np.nan_to_num(rows, copy=False, posinf=_LARGEST, neginf=-_LARGEST)
    return rows.clip(-_LARGEST, _LARGEST).astype(_HALF)


def append(path: Path, start: int, rows: NDArray[np.float16]) -> None:
    """Write vectors from slot `start` on, durably.

    Raises:
        OSError: they could not be written, such as on a full disk.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        write_all(descriptor, rows.tobytes(), start * rows.shape[1] * _HALF.itemsize)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_rows(path: Path, count: int, dimension: int) -> NDArray[np.float16]:
    """The vectors of the first `count` slots, memory-mapped.

    Raises:
        ValueError: the file is shorter than that.
    """
    if not count:
        return np.empty((0, dimension), _HALF)
    if path.stat().st_size < count * dimension * _HALF.itemsize:
        raise ValueError(f"{path.name} is too short")
    return np.memmap(path, _HALF, "r", shape=(count, dimension))


# Pieces


def _flat(rows: NDArray[np.float16]) -> Any:
    index = faiss.IndexScalarQuantizer(
        rows.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    index.add_sa_codes(np.ascontiguousarray(rows).view(np.uint8))
    return index


def pieces(
    directory: Path, graphs: Sequence[Graph], rows: NDArray[np.float16], known: Sequence[Piece]
) -> tuple[Piece, ...]:
    """The pieces that cover all `rows`: one a graph, then the fresh tail; those already `known` are used again.

    Raises:
        ValueError: a graph is damaged.
    """
    by_name = {piece.name: piece for piece in known if piece.graph is not None}
    sealed = [by_name.get(graph.name) or _open_graph(directory, graph) for graph in graphs]
    return (*sealed, *_tail(sealed[-1].stop if sealed else 0, rows, known))


def _tail(start: int, rows: NDArray[np.float16], known: Sequence[Piece]) -> list[Piece]:
    """Exact pieces after the last graph, each more than twice as large as the next, so that they stay few."""
    tail = [piece for piece in known if piece.graph is None and start <= piece.start]
    if tail and tail[0].start != start:
        tail = []
    bounds = [start, *(piece.stop for piece in tail)]
    if bounds[-1] < len(rows):
        bounds.append(len(rows))
    while len(bounds) > 2 and bounds[-2] - bounds[-3] <= 2 * (bounds[-1] - bounds[-2]):
        del bounds[-2]
    same = {(piece.start, piece.stop): piece for piece in tail}
    return [same.get(span) or Piece(*span, _flat(rows[slice(*span)])) for span in pairwise(bounds)]


# Graphs


def build_graph(
    directory: Path, rows: NDArray[np.float16], start: int, base: Graph | None, go_on: Callable[[], bool]
) -> Graph | None:
    """Write the graph over the slots from `start` to the end of `rows`, or `None` if told to stop.

    Args:
        base: a graph that begins at `start`, which is extended instead of building all anew.
        go_on: asked now and then.
    """
    faiss.omp_set_num_threads(1)  # of this thread: the other cores are for searches
    if base is None:
        index = faiss.IndexHNSWSQ(
            rows.shape[1], faiss.ScalarQuantizer.QT_fp16, LINKS, faiss.METRIC_INNER_PRODUCT
        )
        index.hnsw.efConstruction = CONSTRUCTION
        index.is_trained = True
    else:
        index = faiss.read_index(str(directory / base.name))
    for first in range(start + index.ntotal, len(rows), STRIDE):
        if not go_on():
            return None
        index.add(rows[first : first + STRIDE].astype(np.float32))
    return _write_graph(directory, index, start, len(rows))


def _write_graph(directory: Path, index: Any, start: int, stop: int) -> Graph:
    path = directory / f"graph-{start}-{stop}.faiss"
    faiss.write_index(index, str(path))
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return Graph(start, stop, path.name, path.stat().st_size, checksum(path))


def checksum(path: Path) -> int:
    """CRC-32 of a file."""
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            value = zlib.crc32(chunk, value)
    return value


def _open_graph(directory: Path, graph: Graph) -> Piece:
    path = directory / graph.name
    if path.stat().st_size != graph.size or checksum(path) != graph.checksum:
        raise ValueError(f"{graph.name} is damaged")
    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    return Piece(graph.start, graph.stop, faiss.downcast_index(index.storage), index, graph.name)


# Searching


def nearest(pieces: Sequence[Piece], query: Vector, wanted: int, matching: Bits, numbers: Numbers) -> Near:
    """The matching slots with the highest inner product; of equals, the highest number first.

    Args:
        query: `(dimension,)` float32.
        wanted: at most how many.
        matching: for every slot, whether it may be in the result.
        numbers: record number of every slot.
    """
    faiss.omp_set_num_threads(1)  # of this thread: one query is too little work to share out
    found = [
        _search(piece, query[np.newaxis], wanted, matching[piece.start : piece.stop]) for piece in pieces
    ]
    if not found:
        return NOTHING
    scores = np.concatenate([scores for scores, _ in found])
    candidates = numbers[np.concatenate([slots for _, slots in found])]
    order = np.lexsort((-candidates, -scores))[:wanted]
    return Near(candidates[order], scores[order])


def vectors_of(pieces: Sequence[Piece], slots: Numbers, dimension: int) -> Vector:
    """The vectors of some slots, `(n, dimension)`; zeros where there are none."""
    found = np.zeros((len(slots), dimension), np.float32)
    for piece in pieces:
        inside = np.flatnonzero((slots >= piece.start) & (slots < piece.stop))
        if len(inside):
            found[inside] = piece.flat.reconstruct_batch(slots[inside] - piece.start)
    return found


def _search(
    piece: Piece, query: NDArray[np.float32], wanted: int, matching: Bits
) -> tuple[NDArray[np.float32], Numbers]:
    matches = int(np.count_nonzero(matching))
    wanted = min(wanted, matches)
    if not wanted:
        return np.empty(0, np.float32), np.empty(0, np.int64)
    selector = _selector(matching) if matches < piece.size else None
    width = beam_width(piece.size, matches, wanted) if piece.graph is not None else None
    if width is not None:
        settings = faiss.SearchParametersHNSW(efSearch=width, sel=selector)
        scores, rows = piece.graph.search(query, wanted, params=settings)
        met = int(np.count_nonzero(rows[0] >= 0))
        if met >= ENOUGH * wanted:
            return scores[0, :met], rows[0, :met] + piece.start
    scores, rows = piece.flat.search(query, wanted, params=faiss.SearchParameters(sel=selector))
    return scores[0], rows[0] + piece.start


def _selector(matching: Bits) -> Any:
    return faiss.IDSelectorBitmap(np.packbits(matching, bitorder="little"))
