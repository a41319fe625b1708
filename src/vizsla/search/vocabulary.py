"""What a library's words are, which of them look alike, and what else may be meant, learnt behind the searches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import numpy as np

from vizsla.encoders.seam import Encoder
from vizsla.engines.seam import Engine
from vizsla.records import Vector
from vizsla.store import Store

from .company import Company, Learning, akin
from .compounds import Compounds
from .lexicon import STOP_WORDS, Lexicon
from .taught import taught

READ_SECONDS = 5.0
"""At most so often the words are read anew."""

SHARE = 0.02
"""Of the time that may go into reading them, in a library that grows and has many."""

FREQUENT = 1000
"""Words whose likeness is known: the commonest. A megabyte of vectors."""

ENCODED_AT_ONCE = 16
"""Words encoded in one step at least."""

LEARN_SECONDS = 0.02
"""How long more of them are encoded in one step: searches go on meanwhile, and with the bundled encoder all is learnt in a few
seconds after the first search instead of ten."""

TELLING = 0.5
"""How far a word's unit vector lies from the mean of all at least: nearer ones, such as `big`, are near everything."""

FLOORS = 2.0
"""How often the encoder's floor a word's vector is long at least: what is shorter hardly finds a picture by its looks."""

ALIKE = 0.6
"""Cosine, after the mean was taken away, from which on two words look alike."""

NEIGHBOURS = 6

Likeness = Mapping[str, tuple[tuple[str, float], ...]]
"""For a word, those that look most alike, and their cosines."""


class Vocabulary:
    """The words of one library. Attributes may be read by any thread, `refresh` is for the background.

    Args:
        encoder: the library's encoder, opened when it is first needed.
        store: what records say together is learnt from; `None`: it is not.
    """

    def __init__(self, engine: Engine, encoder: Callable[[], Encoder], store: Store | None = None) -> None:
        self.lexicon = Lexicon()
        self.compounds = Compounds(self.lexicon)
        self.taught = Lexicon()
        """Words of the encoder that some picture can be found by, whatever this library shows."""
        self.searched = False
        """Whether somebody has searched: before that nothing is learnt that only suggests."""
        self.alike: Likeness = {}
        self.company = Company()
        self._learning = Learning(store, engine, self._knows) if store else None
        self._engine = engine
        self._encoder = encoder
        self._refreshing = threading.Lock()
        self._watermark = 0
        self._due = 0.0
        self._vectors: dict[str, Vector] = {}
        self._compared: frozenset[str] = frozenset()

    def refresh(self) -> None:
        """Learn a little more, if there is more to learn: some ten milliseconds, but for reading a large vocabulary."""
        if not self._refreshing.acquire(blocking=False):
            return
        try:
            self._read()
            self._be_taught()
            if self.searched:
                self._learn()
                self._meet()
        finally:
            self._refreshing.release()

    def _read(self) -> None:
        watermark, began = self._engine.watermark(), time.monotonic()
        if watermark == self._watermark or began < self._due:
            return
        self.lexicon = Lexicon(self._engine.vocabulary())
        self.compounds = Compounds(self.lexicon, self._engine.count())
        self._watermark = watermark
        ended = time.monotonic()
        self._due = ended + max(READ_SECONDS, (ended - began) / SHARE)

    def _be_taught(self) -> None:
        if not self.taught:
            self.taught = taught(self._encoder())

    def _learn(self) -> None:
        words = [word for word in self.lexicon.commonest[: 2 * FREQUENT] if _may_tell(word)][:FREQUENT]
        if self._compared == (frequent := frozenset(words)):
            return
        encoder = self._encoder()
        unknown = [word for word in words if word not in self._vectors]
        until = time.monotonic() + LEARN_SECONDS
        for done, word in enumerate(unknown):
            if done >= ENCODED_AT_ONCE and time.monotonic() >= until:
                return
            self._vectors[word] = encoder.encode_texts([word])[0]
        self._vectors = {word: self._vectors[word] for word in words}
        self.alike = likeness(self._vectors, least=FLOORS * encoder.floor)
        self._compared = frequent

    def _meet(self) -> None:
        """Learn what words stand together."""
        if self._learning and (company := self._learning.step()):
            self.company = company

    def _knows(self, text: str) -> bool:
        return self._encoder().knows(text)


def _may_tell(word: str) -> bool:
    return len(word) > 2 and word.isalpha() and word not in STOP_WORDS


def likeness(vectors: Mapping[str, Vector], least: float = 0.0) -> Likeness:
    """Which words look alike.

    Args:
        vectors: of each word, `(dimension,)`, as an encoder gives them; zeros: not known.
        least: length of a vector from which on it says what its word looks like.
    """
    words = [word for word, vector in vectors.items() if vector.any() and np.linalg.norm(vector) >= least]
    if not words:
        return {}
    units = np.stack([vectors[word] for word in words])
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    units -= units.mean(axis=0)  # what all words have in common says nothing about any
    lengths = np.linalg.norm(units, axis=1)
    telling = np.flatnonzero(lengths >= TELLING)
    words = [words[place] for place in telling]
    units = units[telling] / lengths[telling, None]
    return {
        word: _nearest(word, words, cosines) for word, cosines in zip(words, units @ units.T, strict=True)
    }


def _nearest(word: str, words: list[str], cosines: Vector) -> tuple[tuple[str, float], ...]:
    near = np.flatnonzero(cosines >= ALIKE)
    order = near[np.argsort(-cosines[near], kind="stable")]
    others = ((words[place], float(cosines[place])) for place in order if not akin(words[place], word))
    return tuple(other for _, other in zip(range(NEIGHBOURS), others, strict=False))
