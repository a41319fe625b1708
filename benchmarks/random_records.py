"""Records of random words, as often as words are, and of vectors that lie in clusters, as embeddings do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizsla.records import Change, ImageRecord, Vector

WORDS_A_RECORD = 16
VOCABULARY = 20_000


def clustered(random: np.random.Generator, centres: NDArray[np.float64], count: int) -> Vector:
    """`(count, dimension)` float32 vectors of length 1 around the centres, as embeddings lie."""
    spread = 0.7 * random.standard_normal((count, centres.shape[1]), np.float32)
    vectors = centres[random.integers(0, len(centres), count)] + spread
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def words(random: np.random.Generator) -> list[str]:
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    return ["".join(random.choice(letters, random.integers(4, 10))) for _ in range(VOCABULARY)]


def zipf(
    random: np.random.Generator, vocabulary: Sequence[str], shape: int | tuple[int, int]
) -> NDArray[np.str_]:
    weights = 1 / np.arange(1, len(vocabulary) + 1)
    return random.choice(np.array(vocabulary), shape, p=weights / weights.sum())


def texts(random: np.random.Generator, vocabulary: Sequence[str], count: int) -> list[list[str]]:
    """Two words a query."""
    return [list(map(str, pair)) for pair in zipf(random, vocabulary, (count, 2))]


def changes(
    random: np.random.Generator, vocabulary: Sequence[str], vectors: Vector, widths: NDArray[np.int64]
) -> Iterator[Change]:
    licences = ("by", *(("cc0", "by-sa", "unknown") * 3))
    text = zipf(random, vocabulary, (len(vectors), WORDS_A_RECORD))
    for number, (vector, row) in enumerate(zip(vectors, text, strict=True), 1):
        fields: dict[str, Any] = {
            "title": " ".join(row[:5]),
            "tags": tuple(map(str, row[5:8])),
            "description": " ".join(row[8:]),
            "names": str(row[0]),
            "licence": licences[number % len(licences)],
            "width": int(widths[number - 1]),
        }
        yield Change(number, number, record(number, fields), vector)


def record(number: int, fields: dict[str, Any]) -> ImageRecord:
    return ImageRecord(
        image_id=f"{number:040X}",
        source="/pictures",
        key=f"{number}.jpg",
        content_id=number.to_bytes(16, "little"),
        file_size=number,
        format="jpeg",
        height=480,
        thumbnail_width=474,
        thumbnail_height=355,
        colours=("red",) if number % 3 else ("blue",),
        **fields,
    )
