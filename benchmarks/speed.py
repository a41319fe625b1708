"""Section 10 of the design at several sizes: `python -m benchmarks.speed [--records 20000,100000]`.

Of each size: a library of synthetic records of 16 words, the same records in Typesense, and queries of two words without
a filter and with filters that keep 10% and 0.5%, from one caller and from eight. Taking turns:

    engine          the same plans, called in this process
    one process     over HTTP, served by this process
    vizsla serve    over HTTP, as people run it
    typesense       over HTTP, its words alone and its looks alone (see `benchmarks.typesense`)

Requests come from another process over loopback. Then recall@10 of the looks against brute force, and time and memory
of each. A size of half a million takes 5 GB of disk and half an hour.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec
import numpy as np

from benchmarks import load, memory, synthetic, typesense
from benchmarks.load import Load
from benchmarks.report import budget, figure
from benchmarks.serving import (
    CALLERS,
    COUNT,
    FILTERS,
    REQUESTS,
    TURNS,
    WARMING,
    Started,
    compressed,
    plans_of,
    started,
    targets_of,
    timed,
    told,
)
from benchmarks.typesense import Typesense
from vizsla.engines.seam import Plan
from vizsla.library import Library
from vizsla.records import Filters, Vector, passes
from vizsla.server import application, running

JUDGED = 100_000
"""Records at which the design sets budgets; other sizes are for comparison."""
NEAREST = 10
RECALLED = 100
"""Queries whose recall is looked at."""


class Sides(msgspec.Struct, frozen=True):
    """All that takes turns."""

    library: Library
    one_process: str
    serve: Started
    peer: Typesense | None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", default="20000,100000", help="sizes, separated by commas")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each kind")
    parser.add_argument("--alone", action="store_true", help="without Typesense")
    options = parser.parse_args()
    for records in map(int, options.records.split(",")):
        with tempfile.TemporaryDirectory(prefix="speed-") as directory:
            measure(Path(directory), records, options.requests, peered=not options.alone)


def measure(directory: Path, records: int, requests: int, *, peered: bool) -> None:
    print(f"\n{records:,} records")
    with ExitStack() as stack:
        began = time.perf_counter()
        library = stack.enter_context(synthetic.make(directory / "library", records))
        figure("stored and indexed", f"{time.perf_counter() - began:.0f} s")
        peer = stack.enter_context(typesense.serving(directory / "typesense")) if peered else None
        if peer:
            _fill(peer, library, records)
        address = stack.enter_context(running(application(library)))
        serve = stack.enter_context(started(directory / "library"))
        sides = Sides(library, address, serve, peer)
        queries = synthetic.queries(library.encoder, requests + WARMING)
        _warm(sides, queries[requests:])
        del queries[requests:]
        for name, filters in FILTERS.items():
            for callers in CALLERS:
                what = f"{name}, {callers} caller{'s' if callers > 1 else ''}"
                _compare(sides, queries, what, filters, callers, judged=records == JUDGED)
        compressed(address, queries)
        _print_recall(sides, queries[:RECALLED], records)
        _print_kept(sides, records)


def _fill(peer: Typesense, library: Library, records: int) -> None:
    began = time.perf_counter()
    peer.add(synthetic.entries(library.encoder, records), library.encoder.dimension)
    figure("the same in typesense", f"{time.perf_counter() - began:.0f} s")


def _warm(sides: Sides, queries: Sequence[str]) -> None:
    """What a process does once is done for other queries."""
    for address in (sides.one_process, sides.serve.address):
        assert not load.run(address, "", targets_of(queries), connections=8).failures
    if sides.peer:
        assert not sides.peer.words(queries, "", COUNT, 8).failures


def _compare(
    sides: Sides, queries: Sequence[str], what: str, filters: Mapping[str, str], callers: int, *, judged: bool
) -> None:
    plans = plans_of(sides.library, queries, filters)
    targets = targets_of(queries, filters)
    asked: dict[str, Callable[[slice], Load]] = {
        "engine": lambda part: timed(sides.library.indexer.engine.search, plans[part], callers),
        "one process": lambda part: load.run(sides.one_process, "", targets[part], connections=callers),
        "vizsla serve": lambda part: load.run(sides.serve.address, "", targets[part], connections=callers),
    }
    if sides.peer:
        peer, narrowed = sides.peer, typesense.filter_of(filters)
        vectors = sides.library.encoder.encode_texts(queries)
        asked["typesense, words"] = lambda part: peer.words(queries[part], narrowed, COUNT, callers)
        asked["typesense, looks"] = lambda part: peer.looks(vectors[part], narrowed, COUNT, callers)
    done = load.in_turns(TURNS, asked)
    print()
    for name, one in done.items():
        figure(f"{what}, {name:16}", told(one))
    _judge(what, done, judged=judged)


def _judge(what: str, done: dict[str, Load], *, judged: bool) -> None:
    engine, served = done["engine"], done["one process"]
    rate = served.rate / engine.rate
    tail = served.milliseconds(99)[0] / engine.milliseconds(99)[0]
    if judged:
        budget(f"throughput over HTTP / engine alone, hybrid, {what}", rate, "at least", 0.5, "")
        budget(f"p99 over HTTP / engine alone, hybrid, {what}", tail, "at most", 3, "")
    else:
        figure(f"{what}, one process / engine", f"throughput {rate:.2f}, p99 {tail:.2f}")
    for name in done:
        if name.startswith("typesense"):
            figure(
                f"{what}, vizsla serve / {name}",
                f"throughput {done['vizsla serve'].rate / done[name].rate:.2f}",
            )


# Recall


def _print_recall(sides: Sides, queries: Sequence[str], records: int) -> None:
    """Of the looks alone, without the floor below which nothing is found."""
    print()
    vectors = sides.library.encoder.encode_texts(queries)
    for name, filters in FILTERS.items():
        conditions = plans_of(sides.library, queries[:1], filters)[0].filters
        inner, cosine = _truth(sides.library, vectors, conditions, records)
        plans = [Plan(vector=vector, filters=conditions, limit=NEAREST) for vector in vectors]
        found = [sides.library.indexer.engine.search(plan).numbers for plan in plans]
        recall = _recall(found, inner)
        if records == JUDGED:
            budget(f"recall@{NEAREST} of looks, {name}, text vectors", recall, "at least", 0.95, "")
        else:
            figure(f"recall@{NEAREST} of looks, {name}", f"{recall:.3f}")
        if sides.peer:
            narrowed = typesense.filter_of(filters)
            theirs = [sides.peer.nearest(vector, narrowed, COUNT)[:NEAREST] for vector in vectors]
            figure(f"recall@{NEAREST} of looks, {name}, typesense", f"{_recall(theirs, cosine):.3f}")


def _recall(found: Sequence[Sequence[int]], truth: Sequence[Sequence[int]]) -> float:
    return float(
        np.mean([len({*some} & {*best}) / len(best) for some, best in zip(found, truth, strict=True)])
    )


def _truth(
    library: Library, queries: Vector, conditions: Filters, records: int
) -> tuple[list[list[int]], list[list[int]]]:
    """Numbers of the nearest by brute force: by inner product, as we rank, and by cosine, as Typesense does."""
    numbers: list[int] = []
    inner, cosine = [], []
    for kept, vectors in _kept(library, conditions, records):
        numbers += kept
        products = queries @ vectors.T
        inner.append(products)
        cosine.append(products / np.linalg.norm(vectors, axis=1))
    return _best(inner, numbers), _best(cosine, numbers)


def _kept(library: Library, conditions: Filters, records: int) -> Iterator[tuple[list[int], Vector]]:
    """Numbers and vectors within the filters, as they are stored: in half precision."""
    for batch in synthetic.entries(library.encoder, records):
        inside = [entry for entry in batch if passes(entry.record, conditions)]
        if inside:
            rows = [entry.vector for entry in inside if entry.vector is not None]
            yield [int(entry.stamp) for entry in inside], np.stack(rows).astype("<f2").astype(np.float32)


def _best(scores: Sequence[Vector], numbers: Sequence[int]) -> list[list[int]]:
    order = np.argsort(-np.concatenate(scores, axis=1), axis=1, kind="stable")[:, :NEAREST]
    return [[numbers[at] for at in row] for row in order.tolist()]


# Time and memory


def _print_kept(sides: Sides, records: int) -> None:
    print()
    serve = sides.serve
    held = memory.together(serve.process)
    if records == JUDGED:
        budget(f"`vizsla serve` to ready, {records:,} images", serve.seconds, "at most", 3, "s")
        budget(f"memory of the server, {records:,} images", held, "at most", 800, "MB")
    else:
        figure("`vizsla serve` to ready", f"{serve.seconds:.2f} s")
        figure("memory of `vizsla serve`, all processes", f"{held:.0f} MB")
    if sides.peer:
        figure("memory of typesense", f"{memory.peak(sides.peer.process):.0f} MB")


if __name__ == "__main__":
    main()
