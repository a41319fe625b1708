"""What compressing an answer of 35 images costs and saves, at zlib's levels: `python -m benchmarks.compression`.

The images are those of the bundled gallery, whose titles differ as real ones do; the best of several runs.
"""

from __future__ import annotations

import tempfile
import zlib
from functools import partial
from pathlib import Path

from benchmarks.report import figure
from benchmarks.request import ADDRESSES, microseconds
from vizsla.gallery import gallery_directory
from vizsla.library import Choices, Library
from vizsla.server.compression import gzip
from vizsla.settings import Settings
from vizsla.sources import open_source
from vizsla.wire import encode, parse_search

LEVELS = (1, 3, 6, 9)


def main() -> None:
    body = answer()
    assert zlib.decompress(gzip(body), 31) == body
    figure("answer", f"{len(body):,} bytes")
    for level in LEVELS:
        packed = zlib.compress(body, level, 31)
        cost = microseconds(partial(zlib.compress, body, level, 31))
        figure(f"level {level}", f"{len(packed):,} bytes", f"{cost:.0f} µs")


def answer() -> bytes:
    """The first page of a search in the gallery."""
    with (
        tempfile.TemporaryDirectory() as directory,
        Library(Settings(library=Path(directory) / "library")) as library,
    ):
        source = open_source(str(gallery_directory()), library.settings)
        library.adding(source, Choices(licence="cc0")).run()
        library.index()
        return encode(library.searcher.search(parse_search([("q", "red dog cat bird car tree")]), ADDRESSES))


if __name__ == "__main__":
    main()
