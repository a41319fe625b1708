"""The text tower: from texts to vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vizsla.encoders.seam import Vectors

from .session import Session
from .tokens import Tokens

IDS, MASK = "input_ids", "attention_mask"


class TextTower:
    """Each text is run alone: a query comes alone, and a vector must not depend on what comes with it."""

    def __init__(self, session: Session, tokens: Tokens) -> None:
        self._session = session
        self._tokens = tokens
        self.dimension = self.read("").shape[1]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode_texts`."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(out, texts, strict=True):
            if ids := self._tokens.ids(text):
                row[:] = self._run(ids)[0]
        return out

    def read(self, text: str) -> Vectors:
        """What the graph makes of a text, whether or not there is a word in it that can be read; one row."""
        return self._run(self._tokens.numbers(text))

    def knows(self, text: str) -> bool:
        """See `Encoder.knows`."""
        return self._tokens.knows(text)

    def _run(self, ids: Sequence[int]) -> Vectors:
        return self._session.run({IDS: [ids], MASK: [[1] * len(ids)]})
