"""A million requests of all kinds, good and bad, from a seed: `python -m benchmarks.endurance [--requests N] [--seed N]`.

`vizsla serve` runs over a library of the bundled gallery. What it holds in memory after the last request is compared
with what it held after the first ten thousand; an answer whose status is not right for its request is a failure.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import memory
from benchmarks.asgi import wait_until_ready
from benchmarks.mixture import KINDS, Asked, Mixture, Served
from benchmarks.report import budget, figure
from vizsla.client import Client
from vizsla.gallery import gallery_directory
from vizsla.library import Choices, Library
from vizsla.settings import Settings
from vizsla.sources import open_source
from vizsla.state import Subset

WARM = 10_000
"""Requests after which memory is measured first."""

LOOKS = 10
"""How often memory is looked at after that."""

CONNECTIONS = 8
ALONE = ("--port", "0", "--workers", "1")
"""One process, which remembers all that is asked."""

SUBSET = "everything"
WORDS = [
    "dog",
    "cat",
    "puppies",
    "flower",
    "red",
    "car",
    "beach",
    "mountain",
    "house",
    "bird",
    "tree",
    "portrait",
    "old",
    "blue",
    "ship",
    "bridge",
    "city",
    "night",
]

Tally = Counter[tuple[str, int]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory) / "library"
        key = prepare(place)
        command = [sys.executable, "-m", "vizsla", "serve", "--library", str(place), *ALONE]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            try:
                assert server.stdout
                address = server.stdout.readline().split()[-1]
                wait_until_ready(address)
                endure(Mixture(known(address, key), options.seed), address, server.pid, options.requests)
            finally:
                server.terminate()


def prepare(place: Path) -> str:
    """A library of the gallery with a key, which is returned, and a subset."""
    with Library(Settings(library=place)) as library:
        source = open_source(str(gallery_directory()), library.settings)
        library.adding(source, Choices(licence="cc0")).run()
        library.subsets.save(Subset(name=SUBSET))
        return library.keys.create()


def known(address: str, key: str) -> Served:
    """What a server holds that requests may refer to."""
    with Client(address, key) as client:
        images = client.search("dog", count=150).value
    return Served(
        host=urlsplit(address).netloc,
        key=key,
        words=WORDS,
        thumbnails=[image.thumbnail_url.partition("id=")[2].partition("&")[0] for image in images],
        tokens=[image.image_insights_token for image in images],
        image_ids=[image.image_id for image in images],
        subset=SUBSET,
    )


def endure(mixture: Mixture, address: str, pid: int, requests: int) -> None:
    """Send the requests and tell what became of memory."""
    tally: Tally = Counter()
    started = time.perf_counter()
    asyncio.run(send(mixture, address, WARM, tally))
    held = {WARM: memory.resident(pid)}
    for done in (WARM + (requests - WARM) * look // LOOKS for look in range(1, LOOKS + 1)):
        asyncio.run(send(mixture, address, done - max(held), tally))
        held[done] = memory.resident(pid)
    before, after = held[WARM], held[requests]
    rate = requests / (time.perf_counter() - started)
    figure(f"{requests:,} requests", f"{rate:.0f}/s")
    figure("memory of the server in MB", *(f"{now:.0f} after {done:,}" for done, now in held.items()))
    for kind in KINDS:
        statuses = {status: count for (name, status), count in sorted(tally.items()) if name == kind}
        figure(
            kind.replace("_", " "), ", ".join(f"{count:,} × {status}" for status, count in statuses.items())
        )
    wrong = sum(count for (kind, status), count in tally.items() if status not in KINDS[kind][1])
    failed = sum(count for (_, status), count in tally.items() if status >= 500)
    budget(f"answers of {requests:,} with a status that is not right", wrong, "at most", 0, "")
    budget(f"answers of {requests:,} with a status of 500 or more", failed, "at most", 0, "")
    budget(f"memory after {requests:,} requests / after {WARM:,}", after / before, "at most", 1.1, "")


async def send(mixture: Mixture, address: str, count: int, tally: Tally) -> None:
    drawn = (mixture.draw() for _ in range(count))
    await asyncio.gather(*(one_connection(address, drawn, tally) for _ in range(CONNECTIONS)))


async def one_connection(address: str, requests: Iterator[Asked], tally: Tally) -> None:
    place = urlsplit(address)
    streams = None
    for asked in requests:
        if streams is None:
            streams = await asyncio.open_connection(place.hostname, place.port)
        reader, writer = streams
        writer.write(asked.wire)
        status, goes_on = await read_answer(reader, bodiless=asked.bodiless)
        tally[asked.kind, status] += 1
        if not goes_on:
            writer.close()
            streams = None
    if streams is not None:
        streams[1].close()


async def read_answer(reader: asyncio.StreamReader, *, bodiless: bool) -> tuple[int, bool]:
    """The status of the next answer, and whether the connection goes on."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head[9:12])
    goes_on = b"connection: close" not in head
    if bodiless or status in (204, 304):
        return status, goes_on
    if b"transfer-encoding: chunked" in head:
        while (await reader.readuntil(b"\r\n")) != b"0\r\n":
            await reader.readuntil(b"\r\n")
        await reader.readuntil(b"\r\n")
    elif b"content-length: " in head:
        await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
    else:
        await reader.read()
        goes_on = False
    return status, goes_on


if __name__ == "__main__":
    main()
