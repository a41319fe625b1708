"""Whether words find the classes that the bundled encoder knows, also those of which no photo is here.

    python -m benchmarks.categories [--each]

The photos of `photos.csv` show every other of the 1,000 classes. Here each class stands for a photo of itself that is recognised
for sure: the row of the picture tower's projection, or a share of it where the network is less sure. What is measured is
whether words lead to the right classes and whether they are found; not whether photos are recognised.

`categories.csv` has everyday words (`words`), with which the tables of `meant.py` were made; phrases (`phrases`), written before they
were measured, of which the tables took what they showed; and others (`unseen`), written after all of that, by which nothing
was chosen. A class is right if WordNet has it below the category's synsets; `tools/build_categories.py` writes which are.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from benchmarks.cutoff import least_shown
from benchmarks.encoder import CUT, FEWEST, LEAST_PRECISION
from benchmarks.report import budget, figure
from vizsla.encoders import open_encoder
from vizsla.encoders.bundled.artifact import IMAGE_TOWER
from vizsla.encoders.bundled.encoder import DIRECTORY
from vizsla.encoders.seam import Encoder, Vectors

TABLE = Path(__file__).parent / "categories.csv"
PROJECTION = "projection"
"""The name in the graph of the picture tower's side of the projection, `(classes, dimension)`."""
SURE = (1.0, 0.6)
"""How sure of its class the network is."""
LOW = 0.9
"""Words of lower precision are printed."""


class Word(msgspec.Struct, frozen=True):
    text: str
    classes: tuple[int, ...]


class Found(msgspec.Struct, frozen=True):
    text: str
    uncut: float
    """Precision at 16, or at the number of right classes where they are fewer."""
    shown: float
    """The same of what a search shows, which ends where likeness is not sure."""
    best: float
    """The highest score."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--each", action="store_true", help="print every word, not those that find wrong classes"
    )
    each = parser.parse_args().each
    encoder = open_encoder("bundled")
    bank = recognised(encoder.dimension)
    halves = {
        "the 500 classes without photos here": np.arange(1, len(bank), 2),
        "all classes": np.arange(len(bank)),
    }
    for column in ("words", "phrases", "unseen"):
        words = list(read(column))
        for half, classes in halves.items():
            for sure in SURE:
                found = [one for word in words if (one := find(encoder, sure * bank, word, classes))]
                tell(f"{column}, {half}, recognised to {sure:g}", found, each=each and sure == 1)


def recognised(dimension: int) -> Vectors:
    """Return the vector of a picture of each class of which nothing but the class is known, `(classes, dimension)`."""
    graph = onnx.load(str(DIRECTORY / IMAGE_TOWER)).graph
    side = next(numpy_helper.to_array(one) for one in graph.initializer if one.name == PROJECTION)
    bank = np.zeros((len(side), dimension), np.float32)
    bank[:, : side.shape[1]] = side
    return bank


def read(column: str) -> Iterator[Word]:
    """Yield the words of a column of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            classes = tuple(map(int, row["classes"].split()))
            yield from (Word(text, classes) for text in row[column].split("; ") if text)


def find(encoder: Encoder, bank: Vectors, word: Word, classes: NDArray[np.intp]) -> Found | None:
    """Ask for a word among some classes; `None`: too few of them are right."""
    right = np.isin(classes, word.classes)
    if right.sum() < FEWEST:
        return None
    scores = bank[classes] @ encoder.encode_texts([word.text])[0]
    cut = min(CUT, int(right.sum()))
    first = np.argsort(-scores, kind="stable")[:cut]
    certain = scores[first] >= least_shown(scores, encoder.floor)
    return Found(
        word.text, right[first].mean(), (right[first] & certain).sum() / cut, float(scores.max(initial=0))
    )


def tell(what: str, found: list[Found], *, each: bool) -> None:
    uncut, shown = (float(np.mean([getattr(one, name) for one in found])) for name in ("uncut", "shown"))
    figure(f"precision@{CUT} of {len(found)} {what}, uncut", f"{uncut:.3f}")
    budget(f"precision@{CUT} of {len(found)} {what}", shown, "at least", LEAST_PRECISION, "")
    for one in found:
        if each or one.shown < LOW:
            print(f"  {one.text:30} {one.shown:.2f}, uncut {one.uncut:.2f}, best {one.best:.2f}")


if __name__ == "__main__":
    main()
