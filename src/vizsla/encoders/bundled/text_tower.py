"""The text tower: static word embeddings, compared with the names of the classes that the image tower knows.

A word's embedding is what a sentence encoder makes of the word alone (the idea of Model2Vec), so that for one word
nothing is lost but precision; a subject with the words that describe it is the weighted sum of their embeddings. What
several subjects are relevant to is added up afterwards, and so are the colours that a text names.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vizsla.encoders.bundled.classes import Classes
from vizsla.encoders.bundled.ideas import Ideas, ideas
from vizsla.encoders.bundled.kin import Kin
from vizsla.encoders.bundled.meant import MANNER, MEANT, NOUNS, SHOWN
from vizsla.encoders.bundled.subjects import Meaning, Subjects
from vizsla.encoders.bundled.words import Vocabulary
from vizsla.encoders.seam import Vectors

COLOUR = 0.5
"""What a colour weighs beside a subject: cars of any colour come before other things that are red."""
NAMED = 0.75
"""Relevance of the nearest class from which on a subject is taken for what the class shows ("puppy" for dogs, 0.77). Below are
things that are only like it, as a kayak (0.65) is like a canoe, which other pictures show."""

FEW = 0.25
"""Share of the classes up to which copying their rows of the projection costs less than reading all."""


class TextTower:
    """Everything in it is constant after opening, so several threads may use one."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as arrays:
            self._projection: Vectors = arrays["projection"].astype(np.float32)
            self._colours: Vectors = arrays["colours"]
            self._shades = {int(entry): row for row, entry in enumerate(arrays["shades"])}
            self._likeness = int(arrays["likeness"])
            self._vocabulary = _vocabulary(arrays["words"], arrays["irregular"], int(arrays["common"]))
            vectors = arrays["vectors"]
            beyond = np.ones(self._vocabulary.size - len(vectors), np.float32)
            self._weights: Vectors = np.append(arrays["weights"].astype(np.float32), beyond)
            self._manner = frozenset(self._vocabulary.find(" ".join(sorted(MANNER))))
            named = {*arrays["nouns"].tolist(), *map(self._vocabulary.number, NOUNS)}
            self._nouns = (named - self._manner) | {*range(len(vectors), self._vocabulary.size)}
            sharpness, least = float(arrays["sharpness"]), float(arrays["least"])
            classes = Classes(arrays["phrases"], arrays["members"], arrays["starts"], sharpness, least)
            kin = Kin(arrays["kin"], arrays["kin_starts"])
            meanings = _meanings(self._vocabulary)
            self._subjects = Subjects(vectors, self._weights, classes, kin, meanings, self._manner)

    @property
    def dimension(self) -> int:
        return int(self._projection.shape[1] + self._colours.shape[1] + self._likeness)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode_texts`."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(out, texts, strict=True):
            found = [number for number in self._vocabulary.find(text) if self._weights[number]]
            if found:
                self._fill(row, ideas(found, self._nouns, self._shades.keys(), self._manner))
        return out

    def knows(self, text: str) -> bool:
        """See `Encoder.knows`."""
        return self._vocabulary.holds(text)

    @property
    def words(self) -> Sequence[str]:
        """See `words_of`."""
        return self._vocabulary.words

    def _fill(self, row: Vectors, asked: Ideas) -> None:
        """Write the vector of a text: of classes, of colours, and zeros where pictures have their likeness.

        Subjects count by how surely a class shows them, and the surest of them says how long the vector is: a score is
        about the chance that a picture shows what is asked, and not only what is most like it.
        """
        subjects, colours = row[: self._projection.shape[1]], row[self._projection.shape[1] :]
        certain = 0.0
        if asked.subjects:
            relevance = self._subjects.relevance(asked.subjects)
            sure = np.minimum(relevance.max(axis=1) / NAMED, 1) ** 2
            certain = float(sure.max())
            share = certain / max(float(sure.sum()), 1e-9)
            subjects[:] = self._projected(sure @ relevance * share)
        if asked.colours:
            whole = certain + COLOUR
            named = self._colours[[self._shades[colour] for colour in asked.colours]].mean(axis=0)
            subjects /= whole
            colours[: self._colours.shape[1]] = named * (COLOUR / whole)

    def _projected(self, relevance: Vectors) -> Vectors:
        """Return the product with the projection, of which only the rows of relevant classes are read if they are few."""
        classes = relevance.nonzero()[0]
        if len(classes) < FEW * len(relevance):
            return relevance[classes] @ self._projection[classes]
        return relevance @ self._projection


def _vocabulary(words: NDArray[np.uint8], irregular: NDArray[np.uint8], common: int) -> Vocabulary:
    """Read the entries, one a line, and the irregular forms, `form=base` a line."""
    forms = dict(line.split("=") for line in irregular.tobytes().decode("ascii").splitlines())
    entries = words.tobytes().decode("ascii").splitlines()
    return Vocabulary([*entries, *sorted(SHOWN.keys() - entries)], forms, common, MEANT)


def _meanings(vocabulary: Vocabulary) -> dict[int, Meaning]:
    """Return by their numbers what `meant.SHOWN` has by name."""
    number = vocabulary.number
    return {
        number(word): Meaning(
            tuple(number(name) for name in shown.names),
            tuple((share, number(name)) for share, name in shown.weighed),
        )
        for word, shown in SHOWN.items()
    }
