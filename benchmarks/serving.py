"""A served library of many images against its engine alone: `python -m benchmarks.serving [--records N]`.

Both run in this process, in turns, with one caller and with eight; requests come from another process over loopback.
Then `vizsla serve` starts on the same library: how soon it is ready, what memory it takes while it answers.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import load, memory, synthetic
from benchmarks.asgi import wait_until_ready
from benchmarks.load import Load
from benchmarks.report import budget, figure
from vizsla.engines.seam import Plan
from vizsla.library import Library
from vizsla.server import application, running
from vizsla.wire import parse_search

REQUESTS = 1200
WARMING = 600
TURNS = 6
CALLERS = (1, 8)
FILTERS = {
    "no filter": {},
    "10%": {"license": "ShareCommercially"},
    "0.5%": {"license": "ShareCommercially", "minWidth": "950"},
}
COUNT = 35


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory) / "library"
        started = time.perf_counter()
        with synthetic.make(place, options.records) as library:
            figure(
                f"{options.records:,} records stored and indexed", f"{time.perf_counter() - started:.0f} s"
            )
            queries = synthetic.queries(REQUESTS + WARMING)
            with running(application(library)) as address:
                # what a process does once is done for other queries
                assert not load.run(address, "", targets_of(queries[REQUESTS:]), connections=8).failures
                del queries[REQUESTS:]
                for name, filters in FILTERS.items():
                    for callers in CALLERS:
                        what = f"hybrid, {name}, {callers} caller{'s' if callers > 1 else ''}"
                        rate, tail = compare(library, address, queries, what, filters, callers)
                        budget(f"throughput over HTTP / engine alone, {what}", rate, "at least", 0.5, "")
                        budget(f"p99 over HTTP / engine alone, {what}", tail, "at most", 3, "")
                compressed(address, queries)
        start(place, queries, options.records)


def compare(
    library: Library, address: str, queries: Sequence[str], name: str, filters: dict[str, str], callers: int
) -> tuple[float, float]:
    """Throughput and p99 of the server, each divided by that of the engine alone with the same queries.

    They take turns, so that what else the machine does is shared by both.
    """
    pairs = [[("q", query), ("count", str(COUNT)), *filters.items()] for query in queries]
    plans = [library.searcher.plan(parse_search(given)) for given in pairs]
    targets = [f"/v7.0/images/search?{urlencode(given)}" for given in pairs]
    alone, served = Load(0, [], 0), Load(0, [], 0)
    for turn in range(TURNS):
        alone += timed(library.indexer.engine.search, plans[turn::TURNS], callers)
        served += load.run(address, "", targets[turn::TURNS], connections=callers)
    assert not served.failures
    figure(f"engine alone, {name}", told(alone))
    figure(f"over HTTP,    {name}", told(served))
    return served.rate / alone.rate, served.milliseconds(99)[0] / alone.milliseconds(99)[0]


def targets_of(queries: Sequence[str]) -> list[str]:
    return [f"/v7.0/images/search?{urlencode({'q': query, 'count': COUNT})}" for query in queries]


def compressed(address: str, queries: Sequence[str]) -> None:
    """What compressing answers costs where it saves nothing: on loopback, with a caller that does not unpack them."""
    targets = targets_of(queries)
    rates = {}
    for coding in ("identity", "gzip", "identity", "gzip"):
        done = load.run(address, "", targets, connections=8, headers=[f"Accept-Encoding: {coding}"])
        assert not done.failures
        figure(f"over HTTP, Accept-Encoding: {coding}", told(done))
        rates[coding] = done.rate
    figure("throughput compressed / not compressed, 8 callers", f"{rates['gzip'] / rates['identity']:.2f}")


def timed(search: Callable[[Plan], object], plans: Sequence[Plan], callers: int) -> Load:
    """The latencies of calls from so many threads."""

    def call(plan: Plan) -> float:
        began = time.perf_counter()
        search(plan)
        return time.perf_counter() - began

    with ThreadPoolExecutor(callers) as pool:
        started = time.perf_counter()
        latencies = list(pool.map(call, plans))
        return Load(time.perf_counter() - started, latencies, 0)


def told(done: Load) -> str:
    p50, p95, p99 = done.milliseconds(50, 95, 99)
    return f"{done.rate:6.0f}/s, p50 {p50:.2f} ms, p95 {p95:.2f} ms, p99 {p99:.2f} ms"


def start(place: Path, queries: Sequence[str], records: int) -> None:
    """A server of its own process, from nothing to answering."""
    command = [sys.executable, "-m", "vizsla", "serve", "--anonymous", "--port", "0", "--library", str(place)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            address = server.stdout.readline().split()[-1]
            wait_until_ready(address)
            budget(
                f"`vizsla serve` to ready, {records:,} images",
                time.perf_counter() - started,
                "at most",
                3,
                "s",
            )
            assert not load.run(address, "", targets_of(queries), connections=8).failures
            budget(f"memory of the server, {records:,} images", memory.peak(server.pid), "at most", 800, "MB")
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
