"""What comes next, where a subject names some classes: those that WordNet puts together with them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from vizsla.encoders.seam import Vectors

EXACT = 0.95
"""Relevance from which on a class is named, and not only named alike: a cosine of 0.99, which rounding leaves to the same word."""
MOST = 12
"""Classes of a family at most: amphibians are one, mammals are not."""
NEAREST = (0.3, 0.25)
"""Relevance of the families around what is named, the smallest first: cellos after violins, before what has nothing to do with
either, and below the floor, so that they are not found where there are no violins (`python -m benchmarks.encoder`)."""


class Kin:
    """The families of each class, by the names that it shares with others. Constant after making.

    Args:
        members: of all classes in turn, the numbers of their names.
        starts: `(classes,)`, where in `members` each class begins.
    """

    def __init__(self, members: NDArray[np.uint16], starts: NDArray[np.int32]) -> None:
        classes = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(members)))
        sizes = np.bincount(members)[members]
        several = (sizes > 1) & (sizes <= MOST)
        named: defaultdict[int, list[int]] = defaultdict(list)
        for name, one in zip(members[several].tolist(), classes[several].tolist(), strict=True):
            named[name].append(one)
        self._families: defaultdict[int, list[tuple[frozenset[int], NDArray[np.intp]]]] = defaultdict(list)
        for together in sorted(set(map(tuple, named.values())), key=len):
            for one in together:
                self._families[one].append((frozenset(together), np.array(together)))

    def add(self, relevance: Vectors) -> None:
        """Raise the relevance, `(classes,)`, of the kin of the classes that are named."""
        exact = (relevance >= EXACT).nonzero()[0].tolist()
        if not 0 < len(exact) < MOST or exact[0] not in self._families:
            return
        wider = (
            classes
            for family, classes in self._families[exact[0]]
            if len(family) > len(exact) and family.issuperset(exact)
        )
        for least, classes in zip(NEAREST, wider, strict=False):
            relevance[classes] = np.maximum(relevance[classes], least)
