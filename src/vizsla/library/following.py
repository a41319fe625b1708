"""The groups of a store's records, followed as it changes. Importing it brings the decoder and FAISS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from vizsla.blobs import Blobs
from vizsla.store import Store

from .compared import compared_to, note_compared
from .grouping import Groups, Known, Newcomer, look_of

LEAST_ANEW = 10_000
"""Hashes that are followed at least before they are read anew, to forget those of records that changed or are gone."""


class InStore:
    """The records of a store, followed as it changes. Safe for several threads."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store = store
        self._blobs = blobs
        self._sequence = 0
        self._most = LEAST_ANEW
        self._whole = True
        self._expected: int | None = None
        self._groups = Groups(self, blobs)
        self._following = Lock()

    def of(self, newcomers: Sequence[Newcomer]) -> list[bytes]:
        """Groups of newcomers, by all that anybody has added until now.

        They are to be put into the store before this is asked again; see `done`.
        """
        with self._following:
            self._meet()
            self._expected = self._sequence + len(newcomers)
            return self._groups.of(newcomers)

    def done(self) -> None:
        """Write down that all records have been compared, unless others added some meanwhile, or there were some before that were not."""
        with self._following:
            self._meet()
            if self._whole:
                note_compared(self._store, self._sequence)

    def _meet(self) -> None:
        """Follow, and see whether there is anything but what was compared."""
        self._follow()
        expected = compared_to(self._store) if self._expected is None else self._expected
        self._whole &= self._sequence <= expected

    def copy_of(self, small: NDArray[np.uint8]) -> bytes | None:
        """The content id of a record that a picture is a copy of, told by a small rendition over white."""
        look = look_of(small)
        with self._following:
            self._follow()
            groups = self._groups
            candidates = groups.near(look)
        return groups.copied(look, candidates)

    def _follow(self) -> None:
        self._learn()
        if len(self._groups) > self._most:
            self._groups, self._sequence = Groups(self, self._blobs), 0
            self._learn()
            self._most = max(LEAST_ANEW, 2 * len(self._groups))

    def _learn(self) -> None:
        while steps := self._store.hashes(self._sequence):
            self._groups.learn((step.number, step.perceptual_hash) for step in steps if step.perceptual_hash)
            self._sequence = steps[-1].sequence

    def known(self, numbers: Sequence[int]) -> Mapping[int, Known]:
        records = {stored.number: stored.record for stored in self._store.records(numbers)}
        return {
            number: Known(record.perceptual_hash, record.content_id, record.group)
            for number, record in records.items()
        }

    def group_of(self, content_id: bytes) -> bytes | None:
        return self._store.group_of(content_id)
