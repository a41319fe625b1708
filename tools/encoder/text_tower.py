"""The text tower's arrays: word embeddings in few dimensions and int8, class names, and the projection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from encoder.classes import Classes
from encoder.sentences import Floats

INT8_MAX = 127


def reduce_vectors(vectors: Floats, sample: Floats, dimension: int) -> Floats:
    """Turn vectors into the `dimension` directions in which the vectors of `sample` are largest.

    The mean stays in, because cosines are taken of these vectors and it is a part of them.
    """
    _, directions = np.linalg.eigh(sample.T @ sample)
    return np.asarray(vectors @ directions[:, -dimension:], np.float32)


def to_int8(vectors: Floats) -> NDArray[np.int8]:
    """Scale each vector to the range of int8. Its length is lost, and is not needed for a cosine."""
    scale = np.abs(vectors).max(axis=1, keepdims=True) / INT8_MAX
    return np.rint(vectors / scale).astype(np.int8)


def relevance(vectors: Floats, phrases: Floats, classes: Classes, sharpness: float) -> Floats:
    """Return how relevant each class is to each vector, `(n, 1000)`; see `TextTower` for the formula."""
    highest = [np.maximum.reduceat((phrases @ vector)[classes.members], classes.starts) for vector in vectors]
    return np.exp(sharpness * (np.stack(highest) - 1)).astype(np.float32)


def lines(texts: list[str]) -> NDArray[np.uint8]:
    """Store texts as one array of bytes, one text a line."""
    return np.frombuffer("\n".join(texts).encode("ascii"), np.uint8)
