"""What is measured against: described pictures, and questions with the pictures that answer them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Texts(msgspec.Struct, frozen=True):
    """All that a library is told of a picture."""

    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        return " ".join((self.title, self.description, *self.tags))


class Pictures(msgspec.Struct, frozen=True):
    """Files below one folder, read once and used with several texts."""

    name: str
    root: Path
    keys: tuple[str, ...]
    """Paths below the folder, with `/`."""


class Shelf(msgspec.Struct, frozen=True):
    """What one library holds."""

    name: str
    pictures: Pictures
    texts: Mapping[str, Texts]
    """By key; pictures that are not here are not in the library."""
    language: str = "en"


class Question(msgspec.Struct, frozen=True):
    text: str
    relevant: frozenset[str]
    """Keys; none: the library holds nothing of the kind."""

    @property
    def half(self) -> str:
        """Which half of the questions it belongs to; known by its text, so that it stays there when others come."""
        return ("tune", "test")[zlib.crc32(self.text.encode()) % 2]


class Judged(msgspec.Struct, frozen=True):
    """A set: questions to one shelf."""

    name: str
    shelf: Shelf
    questions: tuple[Question, ...]
    measure: str = "nDCG@10"
    """What its budgets are about: one of `measures.MEASURES`."""
    whole: bool = False
    """Whether all questions are asked, because the goal is about all of them."""


def order(text: str) -> int:
    """A place that means nothing, for samples that stay as they are when what is sampled from grows."""
    return zlib.crc32(text[::-1].encode())
