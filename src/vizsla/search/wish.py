"""Words beside a picture: "this, but red"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
import numpy as np

from vizsla.encoders.seam import Encoder
from vizsla.engines.seam import Engine, Match, Plan, Words
from vizsla.records import AnyOf, Vector

from .colours import COLOURS, having
from .query import read


class Wish(msgspec.Struct, frozen=True, eq=False):
    """What words say that a picture is to be beside being like others."""

    words: Match | None = None
    """What finds it by its text."""
    demand: Match | None = None
    """What operators demand of everything found."""
    vector: Vector | None = None
    """Of what is not a colour, `(dimension,)`; `None`: the encoder knows no word of it."""
    floor: float = 0.0
    """See `Encoder.floor`."""
    conditions: tuple[AnyOf, ...] = ()
    """What analysers know: colours that are named, faces."""

    @property
    def empty(self) -> bool:
        return self.words is None and self.vector is None and not self.conditions


NO_WISH: Final = Wish()


def wish_of(text: str, encoder: Encoder) -> Wish:
    """What a text, which may have operators, says beside a picture."""
    question = read(text)
    said = question.text.split()
    vector = encoder.encode_texts([" ".join(word for word in said if word.lower() not in COLOURS)])[0]
    colours = sorted({COLOURS[word.lower()] for word in said if word.lower() in COLOURS})
    people = (question.people.condition,) if question.people else ()
    return Wish(
        words=Words(question.text) if question.people else question.words,
        demand=question.demand,
        vector=vector if vector.any() else None,
        floor=encoder.floor,
        conditions=(*people, *map(having, colours)),
    )


class Fulfilment:
    """Which pictures fulfil a wish, and how far.

    Three things speak for a picture: that its text holds the words, that an analyser knows a colour or a face in it that is named, that
    the encoder sees in it what is said. A colour and something else are to come together.

    Args:
        plan: what every picture has to pass.
        likeness: the direction of what the wish stands beside: of pictures with a colour, or a face, the nearest to it are looked at.
    """

    def __init__(self, wish: Wish, engine: Engine, plan: Plan, likeness: Vector) -> None:
        self._wish = wish
        replace = msgspec.structs.replace
        self._told = _found(engine, replace(plan, words=wish.words)) if wish.words else frozenset()
        self._seen = (
            _found(engine, replace(plan, vector=wish.vector)) if wish.vector is not None else frozenset()
        )
        self._known = [
            _found(engine, replace(plan, vector=likeness, filters=(*plan.filters, condition)))
            for condition in wish.conditions
        ]

    def numbers(self) -> Iterator[int]:
        """Records for which something speaks."""
        for numbers in (self._told, self._seen, *self._known):
            yield from numbers

    def of(self, vectors: Mapping[int, Vector]) -> Vector:
        """How far each record fulfils the wish, `(n,)`, from 0 to 1; below 0: less than most."""
        numbers, matrix = list(vectors), np.stack(list(vectors.values()))
        parts = [_marked(numbers, known) for known in self._known]
        if self._wish.vector is not None:
            parts.append(self._relevance(matrix))
        told = _marked(numbers, self._told)
        seen: Vector = np.mean(parts, axis=0) if parts else told
        return np.maximum(told, seen)

    def _relevance(self, matrix: Vector) -> Vector:
        """What the encoder sees, where 1 is the best that there is, or that it takes to have to do with it at all."""
        assert self._wish.vector is not None
        products = matrix @ self._wish.vector
        usual = float(np.median(products))
        best = max(float(products.max()), self._wish.floor)
        made: Vector = (products - usual) / max(best - usual, 1e-6)
        return made


def _found(engine: Engine, plan: Plan) -> frozenset[int]:
    return frozenset(engine.search(plan).numbers)


def _marked(numbers: list[int], among: frozenset[int]) -> Vector:
    return np.fromiter((number in among for number in numbers), np.float32, len(numbers))
