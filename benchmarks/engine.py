"""How fast and how faithful the embedded engine is: `python -m benchmarks.engine [--records N] [--dimension D]`.

Prints latency and throughput of words, looks and both, without a filter and with filters that keep 10% and 0.5%;
recall@10 of the looks against brute force at many selectivities; times of indexing and opening; memory; and the
costs that `vizsla.engines.local.planner` weighs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import faiss as _stubbed
import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks import memory
from benchmarks.random_records import changes, clustered, record, texts, words
from benchmarks.report import budget, figure
from vizsla.engines import open_engine
from vizsla.engines.local import planner
from vizsla.engines.local.engine import LocalEngine
from vizsla.engines.seam import CANDIDATES, All, Match, Not, Plan, Words
from vizsla.records import AnyOf, Between, Change, Filters, Vector

faiss: Any = _stubbed

SEED = 7
BATCH = 1000
PAGE = 35
QUERIES = 300

FILTERS: dict[str, Filters] = {
    "no filter": (),
    "10%": (AnyOf("licence", frozenset({"by"})),),
    "0.5%": (AnyOf("licence", frozenset({"by"})), Between("width", 950)),
}
SELECTIVITIES = (1000, 800, 500, 300, 200, 100, 50, 20, 5, 1)
"""Thousandths of the records, by their width, which is uniform from 0 to 999."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--read", type=Path, help="only search this index and print the memory it takes")
    options = parser.parse_args()
    if options.read:
        print_memory(options.read, options.dimension)
        return
    with tempfile.TemporaryDirectory() as directory:
        run(Path(directory) / "index", options.records, options.dimension)


def run(directory: Path, records: int, dimension: int) -> None:
    random = np.random.default_rng(SEED)
    centres = random.standard_normal((max(1, records // 100), dimension))
    vectors = clustered(random, centres, records)
    queries = clustered(random, centres, QUERIES)
    vocabulary = words(random)
    engine = open_engine(directory, dimension)
    engine.try_lock()
    widths = random.integers(0, 1000, records)
    build(engine, changes(random, vocabulary, vectors, widths))
    engine.close()
    started = time.perf_counter()
    engine = open_engine(directory, dimension)
    print(f"opening: {time.perf_counter() - started:.3f} s")
    asked = texts(random, vocabulary, QUERIES)
    print_latencies(engine, queries, asked)
    print_order(engine, queries, asked)
    print_demands(engine, queries, texts(random, vocabulary, QUERIES))
    print_under_load(
        engine, queries, texts(random, vocabulary, QUERIES), clustered(random, centres, records // 5)
    )
    print_recall(engine, vectors, queries, widths)
    print_costs(engine, queries)
    child = [
        sys.executable,
        "-m",
        "benchmarks.engine",
        "--read",
        str(directory),
        "--dimension",
        str(dimension),
    ]
    subprocess.run(child, check=True)
    size = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
    print(f"index on disk: {size / 2**20:.0f} MB")
    engine.close()


# What is measured


def build(engine: LocalEngine, steps: Iterator[Change]) -> None:
    batch: list[Change] = []
    longest = spent = 0.0
    started = time.perf_counter()
    for step in steps:
        batch.append(step)
        if len(batch) == BATCH:
            before = time.perf_counter()
            engine.apply(batch)
            longest = max(longest, time.perf_counter() - before)
            spent += time.perf_counter() - before
            batch.clear()
    engine.apply(batch)
    print(f"applying: {spent:.1f} s, longest batch of {BATCH}: {longest:.2f} s")
    engine.settle()
    print(f"until every graph is built: {time.perf_counter() - started:.1f} s")


def print_latencies(engine: LocalEngine, queries: Vector, texts: Sequence[Sequence[str]]) -> None:
    print(f"\n{'milliseconds, page of ' + str(PAGE):28}{'p50':>8}{'p95':>8}{'p99':>8}{'queries/s':>12}")
    for kind in ("words", "looks", "hybrid"):
        for name, filters in FILTERS.items():
            plans = [plan(kind, query, text, filters) for query, text in zip(queries, texts, strict=True)]
            times = timed(engine.search, plans)
            p50, p95, p99 = np.percentile(times, (50, 95, 99)) * 1e3
            print(f"{kind + ', ' + name:28}{p50:8.2f}{p95:8.2f}{p99:8.2f}{len(times) / times.sum():12.0f}")


def plan(kind: str, query: Vector, text: Sequence[str], filters: Filters) -> Plan:
    match = All(tuple(Words(word) for word in text))
    return Plan(
        words=None if kind == "looks" else match,
        vector=None if kind == "words" else query,
        filters=filters,
        collapse=True,
        varied=True,
        limit=PAGE,
    )


def print_order(engine: LocalEngine, queries: Vector, texts: Sequence[Sequence[str]]) -> None:
    """What it costs to put the first results in order by quality and variety too: one after the other, so that it is a ratio."""
    plans = [plan("hybrid", query, text, ()) for query, text in zip(queries, texts, strict=True)]
    plain = [msgspec.structs.replace(one, varied=False) for one in plans]
    varied, bare = (np.min([timed(engine.search, some) for _ in range(3)], axis=0) for some in (plans, plain))
    figure("hybrid, by quality and variety / by score", f"{varied.mean() / bare.mean():.2f}")
    figure("the same, milliseconds more", f"{(varied - bare).mean() * 1000:.2f}")


DEMANDS: Mapping[str, Callable[[str, str, str], Match]] = {
    "a phrase, an excluded word": lambda one, two, other: All(
        (Words(f"{one} {two}", phrase=True), Not(Words(other)))
    ),
    "an excluded word": lambda _one, _two, other: Not(Words(other)),
}
"""Demands made of the two words of a query and one of the next query."""


def print_demands(engine: LocalEngine, queries: Vector, texts: Sequence[Sequence[str]]) -> None:
    """What a demand costs that was not made before, in searches without one."""
    plans = [plan("hybrid", query, text, ()) for query, text in zip(queries, texts, strict=True)]
    alone = np.median(timed(engine.search, plans))
    print()
    for name, demand in DEMANDS.items():
        others = [text[0] for text in (*texts[1:], texts[0])]
        demanding = [
            msgspec.structs.replace(one, demand=demand(text[0], text[1], other))
            for one, text, other in zip(plans, texts, others, strict=True)
        ]
        ratio = np.median(timed(engine.search, demanding)) / alone
        print(f"hybrid with a demand ({name}) / hybrid, p50: {ratio:.2f}")
    before = time.perf_counter()
    count = len(engine.vocabulary())
    print(f"reading a vocabulary of {count} words / hybrid: {(time.perf_counter() - before) / alone:.0f}")


def timed(call: Callable[[Plan], object], plans: Sequence[Plan]) -> NDArray[np.float64]:
    for one in plans[:20]:
        call(one)
    times = []
    for one in plans:
        before = time.perf_counter()
        call(one)
        times.append(time.perf_counter() - before)
    return np.array(times)


def print_under_load(
    engine: LocalEngine, queries: Vector, texts: Sequence[Sequence[str]], vectors: Vector
) -> None:
    """Latency of searches while records are added and their graph is built."""
    if not engine.try_lock():
        raise SystemExit("somebody else writes this index")
    plans = [plan("hybrid", query, text, ()) for query, text in zip(queries, texts, strict=True)]
    alone = timed(engine.search, plans)
    first = engine.watermark() + 1
    steps = [
        Change(n, n, record(n, {"title": f"new {n}", "width": 5000}), vector)
        for n, vector in enumerate(vectors, first)
    ]

    def add() -> None:
        for start in range(0, len(steps), BATCH):
            engine.apply(steps[start : start + BATCH])
        engine.settle()

    adding = threading.Thread(target=add)
    adding.start()
    meanwhile = []
    while adding.is_alive():
        meanwhile.append(timed(engine.search, plans))
    adding.join()
    engine.unlock()
    print(f"\n{'hybrid, milliseconds':28}{'p50':>8}{'p95':>8}{'p99':>8}")
    for name, times in (("alone", alone), ("while adding and building", np.concatenate(meanwhile))):
        p50, p95, p99 = np.percentile(times, (50, 95, 99)) * 1e3
        print(f"{name:28}{p50:8.2f}{p95:8.2f}{p99:8.2f}")
    tails = np.percentile(np.concatenate(meanwhile), 99) / np.percentile(alone, 99)
    budget("p99 while adding and building / alone, hybrid", float(tails), "at most", 3, "")


def print_memory(directory: Path, dimension: int) -> None:
    """How much memory opening an index and searching it takes, mapped files included."""
    before = memory.peak()
    engine = open_engine(directory, dimension)
    for query in np.random.default_rng(SEED).standard_normal((QUERIES, dimension), np.float32):
        engine.search(Plan(vector=query))
    print(f"memory of a process that searches: {memory.peak():.0f} MB, {before:.0f} MB of it before opening")


def print_recall(engine: LocalEngine, vectors: Vector, queries: Vector, widths: NDArray[np.int64]) -> None:
    print(f"\n{'filter keeps':16}{'recall@10':>10}{'p50 ms':>8}{'p99 ms':>8}")
    some = queries[:100]
    scores = some @ vectors.T
    for thousandths in SELECTIVITIES:
        kept = widths < thousandths  # those added under load are wider
        plans = [
            Plan(vector=query, filters=(Between("width", None, thousandths - 1),), limit=10) for query in some
        ]
        found = [set(engine.search(one).numbers) for one in plans]
        best = np.argsort(-np.where(kept, scores, -np.inf), axis=1)[:, :10] + 1
        recall = np.mean(
            [len(hits & set(row)) / len(row) for hits, row in zip(found, best.tolist(), strict=True)]
        )
        p50, p99 = np.percentile(timed(engine.search, plans), (50, 99)) * 1e3
        print(f"{thousandths / 1000:<16.1%}{recall:10.3f}{p50:8.2f}{p99:8.2f}")
        if thousandths in (100, 5):
            kept_share = f"{thousandths / 1000:.1%}"
            budget(f"recall@10 of looks, filter keeps {kept_share}", float(recall), "at least", 0.95, "")


def print_costs(engine: LocalEngine, queries: Vector) -> None:
    """What one step of a graph search costs, in exact scores of one vector: `planner.GRAPH_COST`."""
    pieces = engine.pieces()
    if not pieces or pieces[0].graph is None:
        return
    largest = pieces[0]
    faiss.omp_set_num_threads(1)
    exact = median(largest.flat, None, queries) / largest.size
    print(f"\nexact score of one vector: {exact * 1e9:.0f} ns")
    for width in (CANDIDATES, 4 * CANDIDATES):
        step = median(largest.graph, faiss.SearchParametersHNSW(efSearch=width), queries) / width
        print(f"graph search, efSearch {width}: {step * 1e9:.0f} ns a step, {step / exact:.1f} exact scores")
    print(f"planner.GRAPH_COST is {planner.GRAPH_COST}")


def median(index: Any, settings: Any, queries: Vector) -> float:
    """Seconds of a search for `CANDIDATES`."""
    times = []
    for query in queries[:50]:
        before = time.perf_counter()
        index.search(query[np.newaxis], CANDIDATES, params=settings)
        times.append(time.perf_counter() - before)
    return float(np.median(times))


if __name__ == "__main__":
    main()
