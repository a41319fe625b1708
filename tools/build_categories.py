"""Write which classes `benchmarks/categories.csv` means, by WordNet's hypernyms.

In the environment of `tools/build_encoder.py`:

    PYTHONPATH=src python tools/build_categories.py --wordnet /usr/share/wordnet

The table's columns `synsets` (offsets of WordNet 3.0), `words`, `phrases` and `unseen` are written by hand; `classes` are the numbers, in the
network's order, of those that are below one of the synsets.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from encoder.classes import read_synsets
from encoder.wordnet import WordNet

TABLE = Path(__file__).parents[1] / "benchmarks/categories.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", type=Path, required=True, help="directory with data.noun and the like")
    wordnet = WordNet(parser.parse_args().wordnet)
    above = [set(wordnet.closure(synset)) for synset in read_synsets()]
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        wanted = set(map(int, row["synsets"].split()))
        row["classes"] = " ".join(str(number) for number, synsets in enumerate(above) if wanted & synsets)
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    main()
