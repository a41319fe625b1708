"""What measurements of a served library share: queries, filters, turns, and a server of its own process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from benchmarks import load
from benchmarks.asgi import wait_until_ready
from benchmarks.load import Load
from benchmarks.report import figure
from vizsla.engines.seam import Plan
from vizsla.library import Library
from vizsla.wire import parse_search

REQUESTS = 1200
WARMING = 600
TURNS = 6
CALLERS = (1, 8)
FILTERS: Mapping[str, Mapping[str, str]] = {
    "no filter": {},
    "10%": {"license": "ShareCommercially"},
    "0.5%": {"license": "ShareCommercially", "minWidth": "950"},
}
"""What filters keep of `benchmarks.synthetic` records."""
COUNT = 35


class Started(msgspec.Struct, frozen=True):
    """A server of its own process."""

    address: str
    process: int
    seconds: float
    """From nothing to answering."""


@contextmanager
def started(library: Path, *options: str) -> Iterator[Started]:
    """`vizsla serve` over a library; it ends with the block."""
    command = [
        sys.executable,
        "-m",
        "vizsla",
        "serve",
        "--anonymous",
        "--port",
        "0",
        "--library",
        str(library),
    ]
    began = time.perf_counter()
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            address = server.stdout.readline().split()[-1]
            wait_until_ready(address)
            yield Started(address, server.pid, time.perf_counter() - began)
        finally:
            server.terminate()


def compare(
    library: Library,
    address: str,
    queries: Sequence[str],
    name: str,
    filters: Mapping[str, str],
    callers: int,
) -> tuple[float, float]:
    """Throughput and p99 of the server, each divided by that of the engine alone with the same queries."""
    plans = plans_of(library, queries, filters)
    targets = targets_of(queries, filters)
    done = load.in_turns(
        TURNS,
        {
            "engine alone": lambda part: timed(library.indexer.engine.search, plans[part], callers),
            "over HTTP": lambda part: load.run(address, "", targets[part], connections=callers),
        },
    )
    for side, one in done.items():
        figure(f"{side:12}, {name}", told(one))
    alone, served = done.values()
    return served.rate / alone.rate, served.milliseconds(99)[0] / alone.milliseconds(99)[0]


def plans_of(library: Library, queries: Sequence[str], filters: Mapping[str, str]) -> list[Plan]:
    pairs = [[("q", query), ("count", str(COUNT)), *filters.items()] for query in queries]
    return [library.searcher.plan(parse_search(given)) for given in pairs]


def targets_of(queries: Sequence[str], filters: Mapping[str, str] | None = None) -> list[str]:
    return [
        f"/v7.0/images/search?{urlencode({'q': query, 'count': COUNT, **(filters or {})})}"
        for query in queries
    ]


def compressed(address: str, queries: Sequence[str]) -> None:
    """What compressing answers costs where it saves nothing: on loopback, with a caller that does not unpack them."""
    targets = targets_of(queries)
    codings = ("identity", "gzip")
    done = load.in_turns(
        TURNS,
        {
            coding: lambda part, coding=coding: load.run(  # type: ignore[misc]
                address, "", targets[part], connections=8, headers=[f"Accept-Encoding: {coding}"]
            )
            for coding in codings
        },
    )
    for coding in codings:
        figure(f"over HTTP, Accept-Encoding: {coding}", told(done[coding]))
    rate = done["gzip"].rate / done["identity"].rate
    figure("throughput compressed / not compressed, 8 callers", f"{rate:.2f}")


def timed(search: Callable[[Plan], object], plans: Sequence[Plan], callers: int) -> Load:
    """The latencies of calls from so many threads."""

    def call(plan: Plan) -> float:
        began = time.perf_counter()
        search(plan)
        return time.perf_counter() - began

    with ThreadPoolExecutor(callers) as pool:
        began = time.perf_counter()
        latencies = list(pool.map(call, plans))
        return Load(time.perf_counter() - began, latencies, 0)


def told(done: Load) -> str:
    p50, p95, p99 = done.milliseconds(50, 95, 99)
    return f"{done.rate:6.0f}/s, p50 {p50:.2f} ms, p95 {p95:.2f} ms, p99 {p99:.2f} ms"
