"""The text tower's arrays: word embeddings in few dimensions and int8, class names, and the projection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from encoder.classes import Classes
from encoder.sentences import Floats

Arrays = dict[str, NDArray[np.generic]]
"""Arrays of the text tower by their names in the file."""

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


def units(vectors: NDArray[np.int8]) -> Floats:
    """Return stored vectors as the tower uses them, of length 1."""
    whole = vectors.astype(np.float32)
    return whole / np.maximum(np.linalg.norm(whole, axis=1, keepdims=True), np.float32(1e-9))


def relevance(vectors: Floats, phrases: Floats, classes: Classes, sharpness: float, least: float) -> Floats:
    """Return how relevant each class is to each vector, `(n, 1000)`; see `TextTower` for the formula."""
    rows = []
    for vector in vectors:
        highest = np.maximum.reduceat((phrases @ vector)[classes.members], classes.starts)
        rows.append(np.maximum(np.exp(sharpness * (highest - 1)) - least, 0) / (1 - least))
    return np.stack(rows).astype(np.float32)


def lines(texts: list[str]) -> NDArray[np.uint8]:
    """Store texts as one array of bytes, one text a line."""
    return np.frombuffer("\n".join(texts).encode("ascii"), np.uint8)


def read_lines(stored: NDArray[np.uint8]) -> list[str]:
    """Return the texts that `lines` stored."""
    return stored.tobytes().decode("ascii").splitlines()
