"""The 1,000 classes of ImageNet in the network's order, and the phrases that name each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from encoder.wordnet import WordNet

MOST_KIN = 12  # Classes of a family: amphibians are one, mammals are not.
LIST = "data/_info/imagenet_synsets.txt"  # Within the package `timm`, which is not imported.


@dataclass
class Classes:
    """`members[starts[c]:starts[c + 1]]` are the numbers of the phrases of class `c`.

    `sizes` says of each synset how many classes it is, or is above of. `kin[kin_starts[f]:kin_starts[f + 1]]` are the classes below one
    synset, from 2 to `MOST_KIN`, each set of classes once.
    """

    phrases: list[str]
    members: NDArray[np.uint16]
    starts: NDArray[np.int32]
    sizes: Counter[int]
    kin: NDArray[np.uint16]
    kin_starts: NDArray[np.int32]


def read_classes(wordnet: WordNet) -> Classes:
    """Return every lemma of every class and of everything above it in WordNet."""
    phrases: dict[str, int] = {}
    members: list[int] = []
    starts: list[int] = []
    sizes: Counter[int] = Counter()
    below: defaultdict[int, list[int]] = defaultdict(list)
    for number, synset in enumerate(read_synsets()):
        starts.append(len(members))
        above = wordnet.closure(synset)
        sizes.update(above)
        for one in above:
            below[one].append(number)
        lemmas = (lemma.lower() for one in above for lemma in wordnet.lemmas(one))
        members += dict.fromkeys(phrases.setdefault(lemma, len(phrases)) for lemma in lemmas)
    kin = sorted({tuple(classes) for classes in below.values() if 1 < len(classes) <= MOST_KIN})
    kin_starts = np.cumsum([0, *map(len, kin[:-1])], dtype=np.int32)
    return Classes(
        list(phrases),
        np.array(members, np.uint16),
        np.array(starts, np.int32),
        sizes,
        np.concatenate(kin).astype(np.uint16),
        kin_starts,
    )


def read_synsets() -> list[int]:
    """Return the WordNet 3.0 offset of each class."""
    package = find_spec("timm")
    if package is None or package.origin is None:
        raise SystemExit("timm is missing: pip install -r tools/requirements-encoder.txt")
    lines = (Path(package.origin).parent / LIST).read_text(encoding="ascii").split()
    return [int(line.removeprefix("n")) for line in lines]
