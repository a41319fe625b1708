"""Which of the classes that the image tower knows a subject is relevant to."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vizsla.encoders.seam import Vectors

HEAD = 128
"""Dimensions of a name that are compared first. The file has those last in which names are longest: what is left of a unit
vector has a length of about 0.4, so that a fiftieth of the names is left to compare wholly."""


class Classes:
    """The names of all classes, and of everything above each in WordNet. Constant after making.

    Args:
        phrases: `(names, dimension)`; their lengths do not count.
        members: of all classes in turn, the numbers of their names.
        starts: `(classes,)`, where in `members` each class begins.
        sharpness: how fast relevance falls.
        least: the relevance that everything has to everything, in 0..1.
        head: the last so many dimensions are compared first, less than all.
    """

    def __init__(
        self,
        phrases: NDArray[np.int8],
        members: NDArray[np.uint16],
        starts: NDArray[np.int32],
        sharpness: float,
        least: float,
        head: int = HEAD,
    ) -> None:
        names = phrases.astype(np.float32)
        names /= np.linalg.norm(names, axis=1, keepdims=True)
        self._head, self._tail = (
            np.ascontiguousarray(part) for part in (names[:, -head:].T, names[:, :-head])
        )
        self._rest: Vectors = np.linalg.norm(self._tail, axis=1)
        self._named = _inverted(members, starts, len(names))
        self._size = head
        self._sharpness, self._least = sharpness, least
        self._nearest = 1 + float(np.log(least)) / sharpness
        self.count = len(starts)

    def relevance(self, subjects: Vectors) -> Vectors:
        """Return how relevant each class is, `(subjects, classes)` in 0..1.

        It is `exp(sharpness * (s - 1))`, where `s` is the highest cosine of the subject to any name of the class or of
        anything above it, without the `least` that everything has to do with everything.

        Args:
            subjects: `(subjects, dimension)`, of length 1.
        """
        relevance = np.zeros((len(subjects), self.count), np.float32)
        heads = subjects[:, -self._size :] @ self._head  # The names are read once for all subjects.
        for row, subject, known in zip(relevance, subjects, heads, strict=True):
            near, cosines = self._near(subject[: -self._size], known)
            if len(near):
                named = [self._named[name] for name in near.tolist()]
                each = (np.exp(self._sharpness * (cosines - 1)) - self._least) / (1 - self._least)
                # Of a class that is named several times the last counts, which is the nearest.
                row[np.concatenate(named)] = each.repeat([len(classes) for classes in named])
        return relevance

    def _near(self, tail: Vectors, known: Vectors) -> tuple[NDArray[np.intp], Vectors]:
        """Return the names whose relevance is above `least`, the nearest last, and their cosines.

        By the first dimensions alone a cosine is known within the product of what is left of both (Cauchy and Schwarz).
        """
        possible = (known + self._rest * math.sqrt(tail @ tail) > self._nearest).nonzero()[0]
        cosines = known[possible] + self._tail[possible] @ tail
        order = cosines.argsort()
        order = order[cosines[order].searchsorted(self._nearest, side="right") :]
        return possible[order], cosines[order]


def _inverted(members: NDArray[np.uint16], starts: NDArray[np.int32], names: int) -> list[NDArray[np.intp]]:
    """Return the classes of each name."""
    classes = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(members)))
    ends = np.bincount(members, minlength=names).cumsum()
    return np.split(classes[np.argsort(members, kind="stable")], ends[:-1])
