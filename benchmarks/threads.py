"""Searches on the event loop against searches on threads: `python -m benchmarks.threads [--records N]`.

The same application over the same library, with searches on the event loop, on two and on four threads; one and eight
callers. Before that, what it costs to hand nothing to a thread and to get it back. See docs/decisions/0006-serving.md.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import load, synthetic
from benchmarks.report import figure
from benchmarks.serving import CALLERS, REQUESTS, told
from vizsla.server import application, running
from vizsla.server.api import Api
from vizsla.server.threads import Threads

POOLS = (0, 2, 4)
"""Threads; 0: searches run on the event loop."""
ROUNDS = 2
HANDED_OVER = 2000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    asyncio.run(hand_over())
    with (
        tempfile.TemporaryDirectory() as directory,
        synthetic.make(Path(directory) / "library", parser.parse_args().records) as library,
    ):
        targets = [
            f"/v7.0/images/search?{urlencode({'q': query})}"
            for query in synthetic.queries(library.encoder, REQUESTS)
        ]
        for _ in range(ROUNDS):
            for threads in POOLS:
                with searching_on(threads), running(application(library)) as address:
                    for callers in CALLERS:
                        done = load.run(address, "", targets, connections=callers)
                        figure(f"{threads or 'no'} threads, {callers} callers", told(done))


async def hand_over() -> None:
    """Nothing, on a thread and back, in each way in turns; the best of several rounds."""
    loop, threads = asyncio.get_running_loop(), Threads(2, "hand-over")
    with ThreadPoolExecutor(2) as pool:
        ways: dict[str, Callable[[], Awaitable[None]]] = {
            "loop.run_in_executor": lambda: loop.run_in_executor(pool, nothing),
            "server.threads.Threads": lambda: threads.run(nothing),
        }
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(5):
            for name, way in ways.items():
                began = time.perf_counter()
                for _ in range(HANDED_OVER):
                    await way()
                best[name] = min(best[name], (time.perf_counter() - began) / HANDED_OVER)
    for name, seconds in best.items():
        figure(f"to a thread and back, {name}", f"{seconds * 1e6:.0f} µs")


def nothing() -> None:
    pass


@contextmanager
def searching_on(threads: int) -> Iterator[None]:
    """Run searches on so many threads while the block runs; 0: on the event loop."""
    original = Api.on_thread
    with ThreadPoolExecutor(threads or 1) as pool:

        async def on_the_loop(self: Api, work: Callable[[], Any]) -> Any:
            return work()

        async def on_threads(self: Api, work: Callable[[], Any]) -> Any:
            return await asyncio.get_running_loop().run_in_executor(pool, work)

        Api.on_thread = on_threads if threads else on_the_loop  # type: ignore[method-assign]
        try:
            yield
        finally:
            Api.on_thread = original  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
