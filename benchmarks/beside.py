"""Searches over HTTP while pictures are added: `python -m benchmarks.beside --photos DIR [--records N]`.

`vizsla serve` over a library of synthetic records. One caller asks it, first alone, then while `vizsla add` reads, understands and
writes the photos of a directory into the same library, and the server brings them into its index, as on one machine both do. The
two take turns.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import load, synthetic
from benchmarks.load import Load
from benchmarks.report import budget, figure
from benchmarks.serving import WARMING, started, targets_of, told

TURNS = 3
ASKED = 200
"""Requests between looks whether adding has ended."""
QUERIES = 10 * ASKED
ALONE = 5 * ASKED
"""Requests of each turn while nothing is added."""
WITHIN = 3.0
"""The design's: searches stay under so many times their usual p99."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    photos = sorted(options.photos.glob("*.jpg"))
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "library"
        with synthetic.make(place, options.records) as library:
            queries = synthetic.queries(library.encoder, QUERIES + WARMING)
        targets = targets_of(queries)
        with started(place) as server:
            load.run(server.address, "", targets[QUERIES:], connections=8)
            compare(server.address, targets[:QUERIES], place, [*parts(photos, Path(name))])


def parts(photos: Sequence[Path], directory: Path) -> Iterator[Path]:
    """A folder of some of them for each turn: what was added once is not read again."""
    for turn in range(TURNS):
        folder = directory / f"photos-{turn}"
        folder.mkdir()
        for photo in photos[turn::TURNS]:
            shutil.copy(photo, folder)
        yield folder


def compare(address: str, targets: Sequence[str], library: Path, folders: Sequence[Path]) -> None:
    alone, beside, added, seconds = Load(0, [], 0), Load(0, [], 0), 0, 0.0
    endless = itertools.cycle(targets[at : at + ASKED] for at in range(0, len(targets), ASKED))
    for folder in folders:
        for _ in range(0, ALONE, ASKED):
            alone += load.run(address, "", next(endless), connections=1)
        with _adding(library, folder) as process:
            while process.poll() is None:
                beside += load.run(address, "", next(endless), connections=1)
            assert process.stdout
            summary = json.loads(process.stdout.read())
        added += summary["added"]
        seconds += summary["seconds"]
    assert not alone.failures
    assert not beside.failures
    figure("alone", told(alone))
    figure("while pictures are added", told(beside))
    figure("pictures added a second meanwhile", f"{added / seconds:.0f}")
    ratio = beside.milliseconds(99)[0] / alone.milliseconds(99)[0]
    budget("p99 over HTTP while `vizsla add` runs / alone, 1 caller", ratio, "at most", WITHIN, "")


@contextmanager
def _adding(library: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "vizsla", "add", str(folder), "--library", str(library), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield process


if __name__ == "__main__":
    main()
