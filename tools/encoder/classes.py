"""The 1,000 classes of ImageNet in the network's order, and the phrases that name each of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from encoder.wordnet import WordNet

LIST = "data/_info/imagenet_synsets.txt"  # Within the package `timm`, which is not imported.


@dataclass
class Classes:
    """`members[starts[c]:starts[c + 1]]` are the numbers of the phrases of class `c`.

    `sizes` says of each synset how many classes it is, or is above of.
    """

    phrases: list[str]
    members: NDArray[np.uint16]
    starts: NDArray[np.int32]
    sizes: Counter[int]


def read_classes(wordnet: WordNet) -> Classes:
    """Return every lemma of every class and of everything above it in WordNet."""
    phrases: dict[str, int] = {}
    members: list[int] = []
    starts: list[int] = []
    sizes: Counter[int] = Counter()
    for synset in read_synsets():
        starts.append(len(members))
        sizes.update(wordnet.closure(synset))
        lemmas = (lemma.lower() for above in wordnet.closure(synset) for lemma in wordnet.lemmas(above))
        members += dict.fromkeys(phrases.setdefault(lemma, len(phrases)) for lemma in lemmas)
    return Classes(list(phrases), np.array(members, np.uint16), np.array(starts, np.int32), sizes)


def read_synsets() -> list[int]:
    """Return the WordNet 3.0 offset of each class."""
    package = find_spec("timm")
    if package is None or package.origin is None:
        raise SystemExit("timm is missing: pip install -r tools/requirements-encoder.txt")
    lines = (Path(package.origin).parent / LIST).read_text(encoding="ascii").split()
    return [int(line.removeprefix("n")) for line in lines]
