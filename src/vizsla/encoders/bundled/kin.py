"""What comes next, where a subject names some classes: those that WordNet puts together with them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from vizsla.encoders.seam import Vectors

EXACT = 0.95
"""Relevance from which on a class is named, and not only named alike: a cosine of 0.99, which rounding leaves to the same word."""
ALIKE = 0.6
"""Share that is left of the relevance of what is only named alike, where something is named: for "dog" other animals. On the photos
without text it takes a fifth from what is shown wrongly (`python -m benchmarks.encoder`, beside 1)."""
NEAREST = (0.3, 0.25)
"""Relevance of the families around what is named, the smallest first: cellos after violins, before what has nothing to do with
either, and below the floor, so that they are not found where there are no violins."""


class Kin:
    """The families of each class: the classes below one entry of WordNet. Constant after making.

    Args:
        classes: of all families in turn, the numbers of their classes.
        starts: `(families,)`, where in `classes` each family begins.
    """

    def __init__(self, classes: NDArray[np.uint16], starts: NDArray[np.int32]) -> None:
        self._families: defaultdict[int, list[tuple[frozenset[int], NDArray[np.intp]]]] = defaultdict(list)
        for together in sorted(np.split(classes.astype(np.intp), starts[1:]), key=len):
            for one in together.tolist():
                self._families[one].append((frozenset(together.tolist()), together))

    def weigh(self, relevance: Vectors) -> None:
        """Where classes are named, lower the relevance, `(classes,)`, of what is only like them, and raise their kin's."""
        exact = (relevance >= EXACT).nonzero()[0]
        if not len(exact):
            return
        named = relevance[exact]
        relevance *= ALIKE
        relevance[exact] = named
        if exact[0] in self._families:
            self._raise(relevance, exact.tolist())

    def _raise(self, relevance: Vectors, exact: list[int]) -> None:
        wider = (
            classes
            for family, classes in self._families[exact[0]]
            if len(family) > len(exact) and family.issuperset(exact)
        )
        for least, classes in zip(NEAREST, wider, strict=False):
            relevance[classes] = np.maximum(relevance[classes], least)
