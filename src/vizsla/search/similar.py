"""What looks like an image."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from vizsla.engines.seam import CANDIDATES, Engine, Holds, Plan
from vizsla.records import Below, Filters, ImageRecord
from vizsla.store import Store

from .grammar import Term
from .ground import Ground
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


class Nearest(msgspec.Struct, frozen=True):
    """What looks like an image, the most similar first."""

    pairs: tuple[tuple[int, float], ...] = ()
    """Numbers of records, and how similar they are."""


class Neighbour(msgspec.Struct, frozen=True):
    """A similar image and how similar it is: the cosine above what all images have in common, at most 1."""

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
        self._ground = Ground(store, engine)

    def nearest(self, subject: Subject, filters: Filters) -> Nearest:
        """Images that look like the subject, the most similar first, without the image itself and its copies.

        They are the nearest that an engine finds, compared above the common ground.
        """
        if subject.vector is None:
            return Nearest()
        own = self._ground.above(subject.vector[None])[0]
        without = tuple(stored.number for stored in subject.copies[:MAX_COPIES])
        plan = Plan(vector=own, filters=filters, without=without, limit=CANDIDATES)
        vectors = self._store.vectors(self._engine.search(plan).numbers) if own.any() else {}
        if not vectors:
            return Nearest()
        cosines = self._ground.above(np.stack(list(vectors.values()))) @ own
        pairs = zip(vectors, cosines.tolist(), strict=True)
        return Nearest(tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))))

    def page(self, nearest: Nearest, *, offset: int = 0, limit: int) -> Page:
        """A slice of them: pages do not repeat."""
        shown = nearest.pairs[offset : offset + limit]
        found = self._store.records([number for number, _ in shown])
        copies = {stored.record.content_id: stored.copies for stored in found if stored.copies > 1}
        records = [stored.record for stored in found]
        return Page(records, offset, len(shown), len(nearest.pairs), copies)

    def neighbours(self, nearest: Nearest) -> list[Neighbour]:
        """The first of them and how similar they are."""
        similarity = dict(nearest.pairs[:NEIGHBOURS])
        found = self._store.records(list(similarity))
        return [Neighbour(stored.record, similarity[stored.number]) for stored in found]
