"""The bundled gallery: enough pictures, small, free, each with its text and its origin."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyvips

from vizsla.gallery import gallery_directory
from vizsla.records import Claims

PICTURES = gallery_directory()
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (PICTURES / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
]
PATHS = [row["path"] for row in ROWS]
ATTRIBUTION = (PICTURES.parent / "ATTRIBUTION.md").read_text(encoding="utf-8")


def decoded(path: str) -> pyvips.Image:
    """Every pixel of the picture, decoded; raises if any part is damaged."""
    image = pyvips.Image.new_from_file(str(PICTURES / path), fail_on="warning")
    return image.copy_memory()


def folder(path: str) -> str:
    return path.partition("/")[0]


def test_it_holds_300_to_400_pictures_in_at_most_6_megabytes() -> None:
    files = [file for file in PICTURES.rglob("*") if file.is_file()]
    assert 300 <= len(ROWS) <= 400
    assert sum(file.stat().st_size for file in files) <= 6_000_000


def test_the_manifest_names_each_picture_once_and_nothing_else() -> None:
    files = {str(file.relative_to(PICTURES)) for file in PICTURES.rglob("*") if file.is_file()}
    assert sorted(PATHS) == sorted(files - {"metadata.jsonl"})


def test_each_picture_decodes_shows_something_and_is_at_most_320_pixels_a_side() -> None:
    for path in PATHS:
        image = decoded(path)
        assert 80 <= max(image.width, image.height) <= 320, path
        assert max(band.deviate() for band in image.bandsplit()) > 1, f"{path} is blank"


def test_no_two_pictures_are_the_same() -> None:
    digests = Counter(hashlib.sha256((PICTURES / path).read_bytes()).digest() for path in PATHS)
    assert max(digests.values()) == 1


def test_each_row_is_a_claim_in_the_public_domain_with_title_tags_and_creator() -> None:
    for row in ROWS:
        claims = msgspec.convert({key: row[key] for key in row if key != "path"}, Claims, strict=True)
        assert set(row) <= {"path", *Claims.__struct_fields__}
        assert claims.licence == "cc0"
        assert claims.title and claims.tags and claims.creator, row["path"]
        assert claims.date_published is None or date.fromisoformat(claims.date_published).year >= 2000


def test_names_are_plain_words_in_folders() -> None:
    for path in PATHS:
        words = path.rpartition(".")[0].replace("/", "-").split("-")
        assert all(word.isascii() and word.isalnum() and word.islower() for word in words), path


def test_sixteen_dogs_fill_the_grid_of_the_quickstart() -> None:
    dogs = [row for row in ROWS if folder(row["path"]) == "dogs-and-puppies"]
    assert len(dogs) >= 16
    assert all("dog" in row["tags"] for row in dogs)


def test_every_subject_of_the_documentation_has_several_pictures() -> None:
    counts = Counter(map(folder, PATHS))
    subjects = (
        *("cats", "birds", "fish-and-sea-life", "flowers", "fruit", "boats", "oceans-and-islands"),
        *("music", "vehicles", "buildings", "faces", "flags", "weather"),
    )
    assert {subject: counts[subject] for subject in subjects if counts[subject] < 8} == {}


def test_each_value_of_image_type_has_answers() -> None:
    assert sum(folder(path) == "photographs" for path in PATHS) >= 12
    animations = [path for path in PATHS if path.endswith(".gif")]
    assert animations
    for path in animations:
        assert pyvips.Image.new_from_file(str(PICTURES / path), n=-1).get_n_pages() > 1
    assert sum(decoded(path).hasalpha() for path in PATHS) >= 100


def test_the_attribution_names_every_picture_its_creator_and_its_source() -> None:
    lines = {
        cells[1].strip("` "): line for line in ATTRIBUTION.splitlines() if len(cells := line.split("|")) > 5
    }
    for row in ROWS:
        line = lines[row["path"]]
        assert row["creator"] in line and row["title"] in line
        assert "`openclipart:" in line or "`skimage:" in line
        assert row.get("host_page_url", "") in line
    assert "www.openclipart.org" in ATTRIBUTION and "scikit-image.org" in ATTRIBUTION


def test_each_picture_is_one_that_the_selection_names() -> None:
    selection = Path(__file__).parents[1] / "tools" / "gallery.csv"
    chosen = [line.partition(",")[0] for line in selection.read_text(encoding="utf-8").splitlines()[1:]]
    assert chosen == PATHS
