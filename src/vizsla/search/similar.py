"""What looks like an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from vizsla.engines.seam import Engine, Holds, Plan
from vizsla.records import Below, Filters, ImageRecord
from vizsla.store import Store, Stored

from .grammar import Term
from .operators import DEMANDING
from .subject import Subject

MAX_COPIES = 100
"""Copies of an image that are left out of what is similar to it; further ones are not told from similar ones."""

NEIGHBOURS = 24
"""Nearest images that are asked what an image shows."""


class Page(msgspec.Struct, frozen=True):
    """A page of similar images, the most similar first."""

    records: list[ImageRecord]
    offset: int
    passed: int
    """How many results the page has passed, including those whose record is gone."""
    total: int
    copies: Mapping[bytes, int] = {}
    """How many records have the same bytes, where more than one has."""


class Neighbour(msgspec.Struct, frozen=True):
    """A similar image and how similar it is: the cosine, at most 1."""

    record: ImageRecord
    similarity: float


def on_site(site: str) -> Below:
    """What an image of a site holds, by the rule of the operator `site:`."""
    match = DEMANDING["site"](Term(site))
    assert isinstance(match, Holds)
    assert isinstance(match.condition, Below)
    return match.condition


class Similarity:
    """Finds what looks alike in one library. Safe to call from several threads."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine

    def page(self, subject: Subject, filters: Filters, *, offset: int = 0, limit: int) -> Page:
        """Images that look like the subject, without the image itself and its copies. Pages do not repeat."""
        if subject.vector is None or not np.any(subject.vector):
            return Page([], offset, 0, 0)
        plan = Plan(
            vector=subject.vector,
            filters=filters,
            without=tuple(stored.number for stored in subject.copies[:MAX_COPIES]),
            offset=offset,
            limit=limit,
        )
        hits = self._engine.search(plan)
        records = [stored.record for stored in self._store.records(hits.numbers)]
        copies = self._store.copies([record.content_id for record in records])
        return Page(records, offset, len(hits.numbers), hits.total, copies)

    def neighbours(self, subject: Subject, filters: Filters) -> list[Neighbour]:
        """The nearest images and how similar they are, the most similar first."""
        if subject.vector is None or not np.any(subject.vector):
            return []
        without = tuple(stored.number for stored in subject.copies[:MAX_COPIES])
        plan = Plan(vector=subject.vector, filters=filters, without=without, limit=NEIGHBOURS)
        found = self._store.records(self._engine.search(plan).numbers)
        return [Neighbour(stored.record, cosine) for stored, cosine in self._measured(subject, found)]

    def _measured(self, subject: Subject, found: Sequence[Stored]) -> list[tuple[Stored, float]]:
        assert subject.vector is not None
        own = subject.vector / np.linalg.norm(subject.vector)
        measured = []
        for stored in found:
            vector = self._store.vector(stored.number)
            length = 0.0 if vector is None else float(np.linalg.norm(vector))
            if vector is not None and length:
                measured.append((stored, float(vector @ own) / length))
        return measured
