"""Which ASGI server carries the application better: `python -m benchmarks.asgi`.

Serves a library of the bundled gallery with uvicorn and with granian, one process each, in turns, and prints requests
per second and latency of searches and thumbnails. See docs/decisions/0006-serving.md.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette

from benchmarks import load
from vizsla.gallery import gallery_directory
from vizsla.library import Choices, Library
from vizsla.server import application
from vizsla.settings import Settings
from vizsla.sources import open_source

QUERIES = ("dog", "cat", "boat", "flower", "red car", "tree in the rain", "music", "house", "bird", "island")
REQUESTS = 3000
CONNECTIONS = 8
ROUNDS = 3

SERVERS = {
    "uvicorn": "-m uvicorn --factory --no-access-log --log-level warning --port {port} benchmarks.asgi:served",
    "granian": "-m granian --interface asgi --factory --no-log --port {port} benchmarks.asgi:served",
}


def served() -> Starlette:
    """The application over the library that the environment names."""
    return application(Library(Settings(library=Path(os.environ["VIZSLA_LIBRARY"]), anonymous=True)))


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory) / "library"
        with Library(Settings(library=place)) as library:
            source = open_source(str(gallery_directory()), library.settings)
            library.adding(source, Choices(licence="cc0")).run()
        for _ in range(ROUNDS):
            for name in SERVERS:
                measure(name, place)


def measure(name: str, library: Path) -> None:
    searches = [f"/v7.0/images/search?q={query.replace(' ', '+')}&count=35" for query in QUERIES]
    with serving(name, library) as address:
        answer = httpx.get(address + searches[0]).json()
        thumbnails = [
            f"/th?{image['thumbnailUrl'].partition('?')[2]}&w=200" for image in answer["value"][:10]
        ]
        for what, targets in (("search", searches), ("thumbnail", thumbnails)):
            done = load.run(address, "", targets * (REQUESTS // len(targets)), connections=CONNECTIONS)
            p50, p99 = done.milliseconds(50, 99)
            print(
                f"{name:8} {what:9} {done.rate:7.0f}/s  p50 {p50:5.2f} ms  p99 {p99:5.2f} ms  {done.failures} failed"
            )


@contextmanager
def serving(name: str, library: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, *SERVERS[name].format(port=port).split()]
    environment = {**os.environ, "VIZSLA_LIBRARY": str(library)}
    with subprocess.Popen(command, env=environment) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(address)
            yield address
        finally:
            process.terminate()


def wait_until_ready(address: str, seconds: float = 30) -> None:
    """Return once the server is ready to answer.

    Raises:
        TimeoutError: it was not in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.01)
    raise TimeoutError(f"{address} was not ready within {seconds} seconds")


if __name__ == "__main__":
    main()
