"""Which classes show a subject of a text: by its embedding, by what words mean, and by what is akin."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vizsla.encoders.bundled.classes import Classes
from vizsla.encoders.bundled.kin import EXACT, Kin
from vizsla.encoders.seam import Vectors

DESCRIPTION = 0.5
"""What words that describe a subject weigh beside it."""
MANNER = 0.1
"""What those weigh that say how something is, and not what it is: enough to choose between what shows the subject."""


class Meaning(Struct, frozen=True):
    """Entries that show what an entry means (see `meant.Shown`)."""

    names: tuple[int, ...]
    weighed: tuple[tuple[float, int], ...] = ()


class Subjects:
    """Several threads may use one: what it keeps is the same whoever finds it out.

    Args:
        vectors: `(entries, dimension)`; their lengths do not count.
        weights: `(entries,)`, what each counts beside others.
        meanings: of entries that mean something else than their vector says; such an entry may lie beyond `vectors`.
        manner: entries that say how something is.
    """

    def __init__(
        self,
        vectors: NDArray[np.int8],
        weights: Vectors,
        classes: Classes,
        kin: Kin,
        meanings: Mapping[int, Meaning],
        manner: Iterable[int],
    ) -> None:
        self._vectors, self._weights = vectors, weights
        self._describing: Vectors = np.float32(DESCRIPTION) * weights
        self._describing[list(manner)] *= MANNER / DESCRIPTION
        self._classes, self._kin = classes, kin
        self._meanings = meanings
        self._weighed = {
            subject: [(share, self._called(name)) for share, name in meaning.weighed]
            for subject, meaning in meanings.items()
            if meaning.weighed
        }
        self._kept: dict[int, Vectors] = {}

    def relevance(self, asked: Sequence[tuple[int, tuple[int, ...]]]) -> Vectors:
        """Return how relevant each class is, `(subjects, classes)` in 0..1.

        Args:
            asked: subjects, each with the entries that describe it.
        """
        plain = [self._embed(*one) for one in asked if one[0] not in self._meanings]
        rows = (
            self._classes.relevance(np.stack(plain))
            if plain
            else np.zeros((0, self._classes.count), np.float32)
        )
        for row in rows:
            self._kin.weigh(row)
        if len(plain) == len(asked):
            return rows
        rest = iter(rows)
        return np.stack([self._meant(*one) if one[0] in self._meanings else next(rest) for one in asked])

    def _meant(self, subject: int, described: tuple[int, ...]) -> Vectors:
        """Return how relevant each class is, `(classes,)`, to a subject that has a meaning.

        It is kept where nothing describes the subject: whoever asks for music once will do so again.
        """
        if not described and (kept := self._kept.get(subject)) is not None:
            return kept
        embedded = np.stack([self._embed(name, described) for name in self._meanings[subject].names])
        relevance: Vectors = self._classes.relevance(embedded).max(axis=0)
        self._kin.weigh(relevance)
        highest = relevance.max()
        for share, classes in self._weighed.get(subject, ()):
            relevance[classes] = share * highest
        if not described:
            self._kept[subject] = relevance
        return relevance

    def _called(self, name: int) -> NDArray[np.intp]:
        """Return the classes that have a name."""
        relevance = self._classes.relevance(self._embed(name, ())[np.newaxis])[0]
        return np.flatnonzero(relevance >= EXACT)

    def _embed(self, subject: int, described: tuple[int, ...]) -> Vectors:
        """Return the unit vector of a subject and of what describes it."""
        beyond = len(self._vectors)
        entries = [self._meanings[one].names[0] if one >= beyond else one for one in (subject, *described)]
        vectors = self._vectors[entries].astype(np.float32)
        weights = self._describing[entries]
        weights[0] = self._weights[entries[0]]
        weights = weights / np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        total: Vectors = weights @ vectors
        return total / max(math.sqrt(total @ total), 1e-9)
