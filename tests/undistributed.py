"""Files that cannot be distributed with the project: where they are, and what the photographs among them show."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLACE = Path(os.environ.get("VIZSLA_TEST_DATA") or ROOT.parent / "shared" / "data")

needs_photos = pytest.mark.skipif(
    not (PLACE / "photos.csv").is_file(),
    reason=f"no photos with a photos.csv in {PLACE}; name their directory by VIZSLA_TEST_DATA",
)

HOSTILE = PLACE / "hostile"
"""Files made to crash, hang or exhaust decoders."""

needs_hostile = pytest.mark.skipif(
    not HOSTILE.is_dir(), reason=f"there is no {HOSTILE}; name its directory by VIZSLA_TEST_DATA"
)


class Photo(NamedTuple):
    """One photograph and the WordNet words for what it shows, narrow and wide."""

    path: Path
    words: frozenset[str]


def photos() -> list[Photo]:
    """All of them, in the order of the table."""
    with (PLACE / "photos.csv").open(newline="", encoding="utf-8") as file:
        return [
            Photo(
                PLACE / "photos" / row["file"],
                frozenset(f"{row['labels']}; {row['hypernyms']}".split("; ")),
            )
            for row in csv.DictReader(file)
        ]
