"""Whether pictures have the colours that they are called by: python -m benchmarks.colour --photos DIR --corpora DIR

Pictures of openclipart and tuxpaint whose title, or else whose tags, name one of the twelve colours, and whose file is
not called by another. The analyser's shares were chosen on files whose CRC-32 is even; the others are reported. A
picture that is told every colour would always be right, so the second column says how often one is told that is not
named. Also prints what an analysis costs beside decoding, what a reading of words costs, and how sharp photos are.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.held_out import held_out
from benchmarks.report import figure
from vizsla.analyse import colour, kind, sharpness
from vizsla.decode import DecodeError, Picture, open_picture

COLLECTIONS = ("openclipart.jsonl", "tuxpaint.jsonl")
FEW = 12
"""Photos of which words are sought: it takes a second each."""


def named_in(text: str) -> set[str]:
    return set(re.findall("[a-z]+", text.lower().replace("grey", "gray"))) & set(colour.NAMES)


def named_pictures(corpora: Path) -> Iterator[tuple[Path, str]]:
    """File and colour; each file name once, for icon themes repeat themselves."""
    seen = set()
    for collection in COLLECTIONS:
        for row in map(json.loads, (corpora / collection).read_text("utf-8").splitlines()):
            path, names = Path(row["path"]), named_in(row["title"]) or named_in(" ".join(row["tags"]))
            fruit = "orange" in names and "fruit" in path.parts
            if len(names) == 1 and named_in(path.name) <= names and not fruit and path.name not in seen:
                seen.add(path.name)
                yield path, names.pop()


def agreement(corpora: Path) -> None:
    right = told = others = pictures = 0
    for path, name in named_pictures(corpora):
        if not held_out(path):
            continue
        try:
            found = set(colour.describe(open_picture(path.read_bytes())).colours)
        except (DecodeError, OSError):
            continue
        pictures += 1
        right += name in found
        told += len(found)
        others += len(found - {name})
    figure("pictures whose title or tags name one colour", f"{pictures:,} held out")
    figure("the named colour is among those told", f"{right / pictures:.3f}")
    figure(
        "any one of the other eleven is told",
        f"{others / pictures / 11:.3f}",
        f"{told / pictures:.2f} colours a picture",
    )


def cost(run: Callable[[Picture], object], pictures: list[Picture]) -> float:
    """Milliseconds of processor time a picture, the best of three rounds."""
    run(pictures[0])
    rounds = []
    for _ in range(3):
        started = time.process_time()
        for picture in pictures:
            run(picture)
        rounds.append(time.process_time() - started)
    return 1000 * min(rounds) / len(pictures)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, required=True, help="directory of JPEG photos")
    parser.add_argument("--corpora", type=Path, required=True, help="directory with the .jsonl files")
    arguments = parser.parse_args()
    agreement(arguments.corpora)
    files = sorted(arguments.photos.glob("*.jpg"))[::5]
    pictures = [open_picture(path.read_bytes()) for path in files]
    levels = np.percentile(
        [sharpness.measure(picture).sharpness for picture in pictures], [5, 25, 50, 75, 95]
    )
    figure(
        "sharpness of photos, 5th 25th 50th 75th 95th percentile",
        " ".join(f"{level:.0f}" for level in levels),
    )
    for name, run in (("colour", colour.describe), ("kind", kind.tell), ("sharpness", sharpness.measure)):
        figure(f"processor time of {name}", f"{cost(run, pictures):.2f} ms a picture")
    if importlib.util.find_spec("rapidocr"):
        from vizsla.analyse import reading

        figure(
            "processor time of reading words", f"{cost(reading.read_words, pictures[:FEW]):.0f} ms a picture"
        )
    else:
        figure("processor time of reading words", "not measured here: the extra ocr is not installed")


if __name__ == "__main__":
    main()
