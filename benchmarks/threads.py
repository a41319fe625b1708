"""Searches on the event loop against searches on threads: `python -m benchmarks.threads [--records N]`.

The same application over the same library, once as it is and once with every search handed to a pool of threads; one
and eight callers. See docs/decisions/0006-serving.md.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from benchmarks import load, synthetic
from benchmarks.report import figure
from benchmarks.serving import CALLERS, REQUESTS, told
from vizsla.server import application, running
from vizsla.server.api import Api

POOLS = (0, 2, 4)
"""Threads; 0: the event loop's."""
ROUNDS = 2


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
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


def finished(search: Coroutine[object, None, Response]) -> Response:
    """What a coroutine returns that waits for nothing."""
    try:
        search.send(None)
    except StopIteration as stop:
        response: Response = stop.value
        return response
    raise RuntimeError("a search waited for something")


@contextmanager
def searching_on(threads: int) -> Iterator[None]:
    """Hand every search to a pool while the block runs; with 0 leave them where they are."""
    if not threads:
        yield
        return
    original = Api.search
    with ThreadPoolExecutor(threads) as pool:

        async def search(self: Api, request: Request) -> Response:
            return await asyncio.get_running_loop().run_in_executor(pool, finished, original(self, request))

        Api.search = search  # type: ignore[method-assign]
        try:
            yield
        finally:
            Api.search = original  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
