"""What a thumbnail costs over HTTP: `python -m benchmarks.thumbnails`.

A library of the bundled gallery; requests come from another process over loopback. Each kind is a load of its own: the
kept file, the same again, every request a size that nobody asked for before, and these again from the cache. Then
searches, alone and while thumbnails are being resized.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, product
from pathlib import Path
from urllib.parse import urlencode

import httpx

from benchmarks import load
from benchmarks.load import Load
from benchmarks.report import figure
from vizsla.gallery import gallery_directory
from vizsla.library import Choices, Library
from vizsla.server import application, running
from vizsla.settings import Settings
from vizsla.sources import open_source

REQUESTS = 1000
CONNECTIONS = 8
QUERIES = ("dog", "cat", "boat", "flower", "red car", "tree in the rain", "music", "house", "bird", "island")
PICTURES = 40


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(library=Path(directory) / "library", anonymous=True)
        with Library(settings) as library:
            source = open_source(str(gallery_directory()), library.settings)
            library.adding(source, Choices(licence="cc0")).run()
            with running(application(library)) as address:
                measure(address, thumbnails(address))


def thumbnails(address: str) -> list[str]:
    """The targets of some thumbnails."""
    asked: list[dict[str, str | int]] = [{"q": query, "count": PICTURES} for query in QUERIES]
    answers = [httpx.get(f"{address}/v7.0/images/search", params=one).json() for one in asked]
    found = dict.fromkeys(image["thumbnailUrl"] for answer in answers for image in answer["value"])
    return [f"/th?{url.partition('?')[2]}" for url in islice(found, PICTURES)]


def measure(address: str, kept: Sequence[str]) -> None:
    again = list(kept) * (REQUESTS // len(kept))
    fresh = [f"{target}&w={width}" for width, target in islice(product(range(60, 470), kept), REQUESTS)]
    cut = [
        f"{target}&w={side}&h={side}&c=7" for side, target in islice(product(range(60, 470), kept), REQUESTS)
    ]
    run(address, "kept, first", kept)
    cached = run(address, "kept, again", again)
    resized = run(address, "a new size each time", fresh)
    run(address, "a new smart crop each time", cut)
    run(address, "the same sizes again", fresh[-400:] * (REQUESTS // 400))
    run(address, "one size, everybody", [f"{kept[0]}&w=473"] * REQUESTS)
    figure("a new size / a kept thumbnail again, in throughput", f"{resized.rate / cached.rate:.2f}")
    starved(address, kept)


def starved(address: str, kept: Sequence[str]) -> None:
    """Searches of one caller, alone and beside callers who want sizes that nobody asked for before."""
    searches = [f"/v7.0/images/search?{urlencode({'q': query})}" for query in QUERIES] * 50
    alone = run(address, "searches alone", searches, connections=1)
    sizes = [f"{target}&h={height}" for height, target in product(range(60, 470), kept)]
    with ThreadPoolExecutor(1) as pool:
        wanted = pool.submit(load.run, address, "", sizes[: 2 * REQUESTS], connections=CONNECTIONS)
        beside = run(address, "searches while resizing", searches, connections=1)
        wanted.result()
    ratio = beside.milliseconds(50)[0] / alone.milliseconds(50)[0]
    figure("p50 of searches while resizing / alone", f"{ratio:.2f}")


def run(address: str, what: str, targets: Sequence[str], *, connections: int = CONNECTIONS) -> Load:
    done = load.run(address, "", targets, connections=connections)
    assert not done.failures
    p50, p99 = done.milliseconds(50, 99)
    figure(what, f"{done.rate:.0f}/s", f"p50 {p50:.2f} ms", f"p99 {p99:.2f} ms")
    return done


if __name__ == "__main__":
    main()
