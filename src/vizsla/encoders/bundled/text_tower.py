"""The text tower: static word embeddings, compared with the names of the classes that the image tower knows.

A word's embedding is what a sentence encoder makes of the word alone (the idea of Model2Vec), so that for one word
nothing is lost but precision; a phrase is the weighted sum of its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vizsla.encoders.bundled.words import Vocabulary
from vizsla.encoders.seam import Vectors


class TextTower:
    """Everything in it is constant after opening, so several threads may use one."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as arrays:
            self._vectors: NDArray[np.int8] = arrays["vectors"]
            self._weights: Vectors = arrays["weights"].astype(np.float32)
            self._phrases: Vectors = arrays["phrases"].astype(np.float32)
            self._members: NDArray[np.uint16] = arrays["members"]
            self._starts: NDArray[np.int32] = arrays["starts"]
            self._sharpness = float(arrays["sharpness"])
            self._projection: Vectors = arrays["projection"].astype(np.float32)
            self._vocabulary = _vocabulary(arrays["words"], arrays["irregular"], int(arrays["common"]))
        self._phrases /= np.linalg.norm(self._phrases, axis=1, keepdims=True)

    @property
    def dimension(self) -> int:
        return int(self._projection.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode_texts`."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(out, texts, strict=True):
            numbers = [number for number in self._vocabulary.find(text) if self._weights[number]]
            if numbers:
                row[:] = self._relevance(self._embed(numbers)) @ self._projection
        return out

    def knows(self, text: str) -> bool:
        """See `Encoder.knows`."""
        return self._vocabulary.holds(text)

    def _embed(self, numbers: list[int]) -> Vectors:
        """Return the unit vector of a phrase, from the entries that it is made of."""
        vectors = self._vectors[numbers].astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1)
        total: Vectors = (self._weights[numbers] / lengths) @ vectors
        return total / max(float(np.linalg.norm(total)), 1e-9)

    def _relevance(self, vector: Vectors) -> Vectors:
        """Return how relevant each class is, `(classes,)` in (0, 1].

        It is `exp(sharpness * (s - 1))`, where `s` is the highest cosine of the text to any name of the class or of
        anything above it.
        """
        cosines = self._phrases @ vector
        highest = np.maximum.reduceat(cosines[self._members], self._starts)
        return np.exp(self._sharpness * (highest - 1))


def _vocabulary(words: NDArray[np.uint8], irregular: NDArray[np.uint8], common: int) -> Vocabulary:
    """Read the entries, one a line, and the irregular forms, `form=base` a line."""
    forms = dict(line.split("=") for line in irregular.tobytes().decode("ascii").splitlines())
    return Vocabulary(words.tobytes().decode("ascii").splitlines(), forms, common)
