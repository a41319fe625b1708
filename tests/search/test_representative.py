"""The query that stands for an image."""

from __future__ import annotations

import pytest

from sample_records import record
from vizsla.search.representative import representative


@pytest.mark.parametrize(
    ("title", "tags", "creator", "text"),
    [
        ("Golden retriever", ("dog",), "", "Golden retriever"),
        ("A dog's day: the beach", ("dog",), "", "A dog's day: the beach"),
        ("dog_beach_01.png", (), "", "dog beach"),
        ("IMG_0042.JPG", ("dog", "beach", "sand", "sea"), "", "dog beach sand"),
        ("2 dead frogs", ("frog",), "", "dead frogs"),
        ("Two dogs that are playing with a ball on the beach", (), "", "Two dogs playing ball"),
        ("Red barn by Ann Smith", ("barn",), "Ann Smith", "Red barn by"),
        ("Ann Smith", ("Ann Smith", "animal", "fox"), "Ann Smith", "animal fox"),
        ("", ("fox", "winter forest", "snow"), "", "fox winter forest snow"),
        ("Котёнок", (), "", "Котёнок"),
        ("", (), "", ""),
    ],
)
def test_what_somebody_would_type(title: str, tags: tuple[str, ...], creator: str, text: str) -> None:
    assert representative(record(1, title=title, tags=tags, creator=creator)) == text
