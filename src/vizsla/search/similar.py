"""What looks like one image, or several, or like them and as words say beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from vizsla.encoders.seam import Encoder
from vizsla.engines.seam import CANDIDATES, Engine, Holds, Plan
from vizsla.records import Below, Filters, ImageRecord, Vector
from vizsla.store import Counts, Store
from vizsla.wire import MAX_IMAGES

from .answer import counts_of
from .grammar import Term
from .ground import Ground
from .operators import DEMANDING
from .subject import Subject
from .wish import NO_WISH, Fulfilment, Wish, wish_of

NEIGHBOURS = 24
"""Nearest images that are asked what an image shows."""

MOST_IMAGES = MAX_IMAGES
"""Images that what is similar may be like at once: as many as can be asked for; a search each."""

AGREEMENT = 5.0
"""How much more an image counts that is more like one than like the others of several: between the mean of the likenesses to
each (0), which is better where all show one thing, and the greatest of them (infinity), where they show different
things (`python -m benchmarks.likeness`)."""

WISHED = 1.0
"""What it weighs that an image is as words say, beside its likeness of 1 at the most."""


class Page(msgspec.Struct, frozen=True):
    """A page of similar images, the most similar first."""

    records: list[ImageRecord]
    offset: int
    passed: int
    """How many results the page has passed, including those whose record is gone."""
    total: int
    counts: Mapping[bytes, Counts] = {}
    """What there is of pictures by their group, where more than one record shows them."""


class Nearest(msgspec.Struct, frozen=True):
    """What looks like an image, the most similar first."""

    pairs: tuple[tuple[int, float], ...] = ()
    """Numbers of records, and how similar they are."""


class Neighbour(msgspec.Struct, frozen=True):
    """A similar image and how similar it is: at most 1, and about 0 for any two; see `ground.py`."""

    record: ImageRecord
    similarity: float


def on_site(site: str) -> Below:
    """What an image of a site holds, by the rule of the operator `site:`."""
    match = DEMANDING["site"](Term(site))
    assert isinstance(match, Holds)
    assert isinstance(match.condition, Below)
    return match.condition


class Similarity:
    """Finds what looks alike in one library. Safe to call from several threads.

    Args:
        encoder: opens the library's encoder; `None`: there is none, and words mean nothing.
    """

    def __init__(self, store: Store, engine: Engine, encoder: Callable[[], Encoder] | None = None) -> None:
        self._store = store
        self._engine = engine
        self._encoder = encoder
        self._ground = Ground(store, engine, encoder)

    def refresh(self) -> None:
        """Learn how the library's pictures are compared by now. For the background: cheap if nothing has changed."""
        if self._encoder is not None:
            self._ground.refresh(self._encoder().dimension)

    def nearest(
        self, subject: Subject, filters: Filters, *, more: Sequence[Subject] = (), words: str = ""
    ) -> Nearest:
        """Images that look like the subject, the most similar first, without the image itself and its copies.

        Of those that are copies of each other the nearest is found. They are the nearest that an engine finds, compared anew, with what is known of the library.

        Args:
            more: other images that they are to be like as well, at most `MOST_IMAGES` with the first.
            words: what they are to be besides, such as `red`; operators hold for all of them.
        """
        subjects = (subject, *more)[:MOST_IMAGES]
        looks = [one.vector for one in subjects if one.vector is not None and one.vector.any()]
        if not looks:
            return Nearest()
        wish = wish_of(words, self._encoder()) if words and self._encoder else NO_WISH
        same = dict.fromkeys(one.copies[0].number for one in subjects if one.copies)
        pairs = self._compared(np.stack(looks), filters, wish, tuple(same))
        return Nearest(tuple(self._firsts(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))[:CANDIDATES]))

    def _firsts(self, pairs: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """Those before which none shows the same picture: each search told copies apart for itself."""
        groups = self._store.groups([number for number, _ in pairs])
        firsts: dict[bytes, tuple[int, float]] = {}
        for pair in pairs:
            if group := groups.get(pair[0]):
                firsts.setdefault(group, pair)
        return list(firsts.values())

    def _compared(
        self, looks: Vector, filters: Filters, wish: Wish, without: tuple[int, ...]
    ) -> list[tuple[int, float]]:
        measure = self._ground.measure(looks.shape[1])
        features = measure.features(looks)
        directions = np.stack([measure.direction(row) for row in features])
        plan = Plan(filters=filters, demand=wish.demand, without=without, collapse=True, limit=CANDIDATES)
        found = dict.fromkeys(number for one in directions for number in self._near(plan, one))
        fulfilment = None if wish.empty else Fulfilment(wish, self._engine, plan, directions.mean(axis=0))
        if fulfilment:
            found |= dict.fromkeys(fulfilment.numbers())
        vectors = self._store.vectors(list(found))
        if not vectors:
            return []
        scores = together(measure.features(np.stack(list(vectors.values()))) @ features.T)
        if fulfilment:
            scores += WISHED * fulfilment.of(vectors)
        return list(zip(vectors, scores.tolist(), strict=True))

    def _near(self, plan: Plan, direction: Vector) -> tuple[int, ...]:
        """Nothing, where no direction is left."""
        if not direction.any():
            return ()
        return self._engine.search(msgspec.structs.replace(plan, vector=direction)).numbers

    def page(self, nearest: Nearest, *, offset: int = 0, limit: int) -> Page:
        """A slice of them: pages do not repeat."""
        shown = nearest.pairs[offset : offset + limit]
        found = self._store.records([number for number, _ in shown])
        records = [stored.record for stored in found]
        return Page(records, offset, len(shown), len(nearest.pairs), counts_of(found))

    def neighbours(self, nearest: Nearest) -> list[Neighbour]:
        """The first of them and how similar they are."""
        similarity = dict(nearest.pairs[:NEIGHBOURS])
        found = self._store.records(list(similarity))
        return [Neighbour(stored.record, similarity[stored.number]) for stored in found]


def together(likenesses: Vector) -> Vector:
    """The likeness to several images from that to each, `(n, images)`: a soft maximum, `(n,)`; of one image its own."""
    made: Vector = np.log(np.exp(AGREEMENT * likenesses).mean(axis=1)) / AGREEMENT
    return made
