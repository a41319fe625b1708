"""Which records show one picture: copies are found by their perceptual hashes, and confirmed by laying them upon each other.

Hashes of all records are compared by force; what they find is confirmed by the thumbnails of a few. Importing it brings the decoder and FAISS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from threading import Lock
from typing import NamedTuple, Protocol

import faiss
import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.copies import SCALES, probes, squeeze
from vizsla.analyse.difference import View, difference
from vizsla.blobs import BlobError, Blobs
from vizsla.decode import DecodeError, open_picture
from vizsla.store import Store

from .compared import compared_to, note_compared

FARTHEST = 84
"""Bits of 256 by which hashes of copies may differ: a corner that is cut off changes about
80. What is no copy may be as near; that is told by laying the pictures upon each other."""
NEAREST = 32
"""Records that are looked up for each hash."""
TRIED, TRIED_OF_GROUP = 10, 3
"""Pictures that one is laid upon, and of these in one group: where the nearest is brighter and
the asked one darker than the original, a third may be like both."""
REMEMBERED = 256
"""Thumbnails that are kept as they are compared, of 48 KB each: what is alike comes together."""
STAYING, LEAVING = 1.3, 0.9
"""How much more a picture may differ from its own group, and how much less from another, when groups are looked through:
the thumbnail that is compared is not quite what was compared before."""

LEAST_ANEW = 10_000
"""Hashes that are followed at least before they are read anew, to forget those of records that changed or are gone."""


class Look(msgspec.Struct, frozen=True, eq=False, dict=True):
    """What copies of a picture are known by."""

    probes: tuple[bytes, bytes, bytes]
    small: NDArray[np.uint8]
    """A small rendition over white, `(height, width, 3)`."""

    @cached_property
    def view(self) -> View:
        """Made where there is something to compare with."""
        return View.of(self.small)


class Known(NamedTuple):
    """What is known of a record that others may be copies of."""

    perceptual_hash: bytes
    content_id: bytes
    group: bytes


class Newcomer(NamedTuple):
    """A picture whose group is asked for."""

    content_id: bytes
    look: Look
    present: bytes | None = None
    """The group that it is in; given when groups are looked through."""


class Shelf(Protocol):
    """The records that newcomers are compared with."""

    def known(self, numbers: Sequence[int]) -> Mapping[int, Known]: ...

    def group_of(self, content_id: bytes) -> bytes | None:
        """The group of a record with these bytes."""


class Candidate(NamedTuple):
    """A possible copy; the least is tried first."""

    distance: int
    age: int
    """The older, the less."""
    scale: float
    content_id: bytes
    group: bytes


def look_of(small: NDArray[np.uint8]) -> Look:
    """Of a small rendition over white, `(height, width, 3)`."""
    return Look(probes(squeeze(small)), small)


class Groups:
    """Tells newcomers their groups. Not safe for several threads, but for `copied`."""

    def __init__(self, shelf: Shelf, blobs: Blobs) -> None:
        self._shelf = shelf
        self._blobs = blobs
        self._index = faiss.IndexBinaryFlat(256)
        self._numbers: list[int] = []
        self._view = lru_cache(REMEMBERED)(self._read)

    def learn(self, hashes: Iterable[tuple[int, bytes]]) -> None:
        """Numbers and hashes of further records; the last that is said of a number holds."""
        pairs = list(hashes)
        if pairs:
            self._numbers += [number for number, _ in pairs]
            self._index.add(np.frombuffer(b"".join(one for _, one in pairs), np.uint8).reshape(-1, 32))

    def __len__(self) -> int:
        """Hashes that were learnt, also those of records that are gone."""
        return len(self._numbers)

    def near(self, look: Look) -> list[Candidate]:
        """Pictures that one may be a copy of, the nearest first; see `copied`."""
        newcomer = Newcomer(b"", look)
        return _chosen(sorted(self._candidates([newcomer])[0], key=_order(newcomer)))

    def copied(self, look: Look, candidates: Iterable[Candidate]) -> bytes | None:
        """The content id of the first that it is a copy of. Safe for several threads."""
        newcomer = Newcomer(b"", look)
        copied = (one.content_id for one in candidates if self._confirmed(newcomer, one, None))
        return next(copied, None)

    def of(self, newcomers: Sequence[Newcomer]) -> list[bytes]:
        """Their groups: that of the nearest copy among the records and the newcomers before, or else one of their own."""
        older = self._candidates(newcomers)
        told: list[bytes] = []
        for place, newcomer in enumerate(newcomers):
            before = list(zip(newcomers[:place], told, strict=True))
            told.append(self._group(newcomer, older[place], before))
        return told

    def _group(
        self, newcomer: Newcomer, older: list[Candidate], before: list[tuple[Newcomer, bytes]]
    ) -> bytes:
        if not newcomer.look.probes[0]:
            return newcomer.content_id
        same = (group for other, group in before if other.content_id == newcomer.content_id)
        if found := self._shelf.group_of(newcomer.content_id) or next(same, None):
            return found
        candidates = sorted([*older, *_among(newcomer, before)], key=_order(newcomer))
        fresh = {other.content_id: other.look for other, _ in before}
        for candidate in _chosen(candidates):
            if self._confirmed(newcomer, candidate, fresh.get(candidate.content_id)):
                return candidate.group
        return newcomer.content_id

    def _confirmed(self, newcomer: Newcomer, candidate: Candidate, fresh: Look | None) -> bool:
        other = fresh.view if fresh else self._view(candidate.content_id)
        if other is None:
            return False
        left = difference(newcomer.look.view, other, scale=candidate.scale)
        if newcomer.present is None:
            return left.within()
        return left.within(STAYING if candidate.group == newcomer.present else LEAVING)

    def _read(self, content_id: bytes) -> View | None:
        """A thumbnail; `None`: it is gone, and so are the records that had it."""
        try:
            data = self._blobs.get(content_id)
            return View.of(open_picture(data).small) if data else None
        except (BlobError, DecodeError):
            return None

    def _candidates(self, newcomers: Sequence[Newcomer]) -> list[list[Candidate]]:
        """For each newcomer, records whose hashes are near to one of its probes."""
        asked = [
            (place, scale, probe)
            for place, newcomer in enumerate(newcomers)
            for scale, probe in zip(SCALES, newcomer.look.probes, strict=True)
            if probe
        ]
        found: list[list[Candidate]] = [[] for _ in newcomers]
        if not asked or not self._numbers:
            return found
        queries = np.frombuffer(b"".join(probe for *_, probe in asked), np.uint8).reshape(-1, 32)
        distances, slots = self._index.search(queries, min(NEAREST, len(self._numbers)))
        near = np.argwhere(distances <= FARTHEST)
        known = self._shelf.known(sorted({self._numbers[slots[row, column]] for row, column in near}))
        for row, column in near:
            place, scale, _ = asked[row]
            slot = int(slots[row, column])
            number = self._numbers[slot]
            one = known.get(number)
            if one and one.perceptual_hash == self._index.reconstruct(slot).tobytes():
                distance = int(distances[row, column])
                found[place].append(Candidate(distance, number, scale, one.content_id, one.group))
        return found


def _chosen(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first, each picture once, not all of one group."""
    chosen: dict[bytes, Candidate] = {}
    of_group: Counter[bytes] = Counter()
    for candidate in candidates:
        full = len(chosen) == TRIED or of_group[candidate.group] == TRIED_OF_GROUP
        if not full and chosen.setdefault(candidate.content_id, candidate) is candidate:
            of_group[candidate.group] += 1
    return list(chosen.values())


def _order(newcomer: Newcomer) -> Callable[[Candidate], tuple[bool, int, int, float]]:
    """Nearest first; where a group is to be kept if possible, its records before all others."""
    return lambda candidate: (candidate.group != newcomer.present, *candidate[:3])


def _among(newcomer: Newcomer, before: list[tuple[Newcomer, bytes]]) -> Iterable[Candidate]:
    """Possible copies among newcomers that came before in the same batch."""
    others = [(other, group) for other, group in before if other.look.probes[0]]
    if not others:
        return
    hashes = np.stack([np.frombuffer(other.look.probes[0], np.uint8) for other, _ in others])
    for scale, probe in zip(SCALES, newcomer.look.probes, strict=True):
        if not probe:
            continue
        distances = np.bitwise_count(hashes ^ np.frombuffer(probe, np.uint8)).sum(axis=1)
        for place in np.flatnonzero(distances <= FARTHEST).tolist():
            other, group = others[place]
            yield Candidate(int(distances[place]), _NEWEST + place, scale, other.content_id, group)


_NEWEST = 1 << 62
"""Age of what has no number yet."""


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
