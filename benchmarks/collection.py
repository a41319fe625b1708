"""A real collection with its text, added and searched: `python -m benchmarks.collection TABLE`.

TABLE has one JSON object a line: the absolute `path` of a picture, and what a manifest may say of it (title,
description, tags, creator, licence). The published figures are of all pictures of openclipart 0.18 (Debian's
openclipart-png, with the text of openclipart-svg).

Adds all of it with `vizsla add`: images per second, peak memory, what failed and why. Then asks for the commonest tags,
over HTTP and of the engine alone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.report import figure
from benchmarks.serving import compare
from vizsla.library import Library
from vizsla.search import Addresses
from vizsla.server import application, running
from vizsla.settings import Settings
from vizsla.wire import parse_search

QUERIES = 1000
"""The commonest tags."""
SHOWN = 16


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path)
    table: Path = parser.parse_args().table
    rows = [json.loads(line) for line in table.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory(dir=table.parent) as directory:
        folder, place = Path(directory) / "pictures", Path(directory) / "library"
        gather(rows, folder)
        add(folder, place)
        queries = [
            tag for tag, _ in Counter(tag for row in rows for tag in row.get("tags", ())).most_common(QUERIES)
        ]
        search(place, queries)


def gather(rows: list[dict[str, Any]], folder: Path) -> None:
    """A folder with the pictures, under numbers, and a manifest."""
    folder.mkdir()
    with (folder / "metadata.jsonl").open("w", encoding="utf-8") as manifest:
        for number, row in enumerate(rows, 1):
            name = f"{number:05}{Path(row['path']).suffix}"
            os.link(Path(row["path"]).resolve(), folder / name)
            manifest.write(json.dumps({**row, "path": name}) + "\n")


def add(folder: Path, place: Path) -> None:
    command = [sys.executable, "-m", "vizsla", "add", "--library", str(place), "--json", str(folder)]
    started = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    seconds = time.perf_counter() - started
    summary = json.loads(done.stdout)
    added = summary["added"]
    figure("added", f"{added:,} images in {seconds:.0f} s", f"{added / seconds:.1f} images/s")
    figure("failed", f"{summary['failed']} {summary['reasons']}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    figure("peak memory while adding", f"{peak:.0f} MB")
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    figure("added again, unchanged", f"{time.perf_counter() - started:.1f} s")
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    figure("library on disk", f"{size / 2**20:.0f} MB")


def search(place: Path, queries: list[str]) -> None:
    with Library(Settings(library=place, anonymous=True)) as library:
        library.index()
        carried = [share(library, tag) for tag in queries]
        figure(f"of the first {SHOWN} for a tag, carry the tag", f"{sum(carried) / len(carried):.2f}")
        with running(application(library)) as address:
            for name, filters in {"no filter": {}, "clip art": {"imageType": "Clipart"}}.items():
                for callers in (1, 8):
                    what = f"{name}, {callers} caller{'s' if callers > 1 else ''}"
                    rate, tail = compare(library, address, queries, what, filters, callers)
                    figure(f"over HTTP / engine alone, {what}", f"throughput {rate:.2f}", f"p99 {tail:.2f}")


def share(library: Library, tag: str) -> float:
    """Of the first answers to a tag that are there, how many carry it."""
    parameters = parse_search([("q", tag), ("count", str(SHOWN))])
    found = [
        library.store.find(image.image_id)
        for image in library.searcher.search(parameters, Addresses("")).value
    ]
    return sum(bool(stored and tag in stored.record.tags) for stored in found) / max(1, len(found))


if __name__ == "__main__":
    main()
