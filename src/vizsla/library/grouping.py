"""Which records show one picture: copies are found by their perceptual hashes, and confirmed by laying them upon each other.

Hashes of all records are compared by force; what they find is confirmed by the thumbnails of a few. Importing it brings the decoder and FAISS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Protocol

import faiss
import msgspec
import numpy as np
from numpy.typing import NDArray

from vizsla.analyse.copies import SCALES, Digests, probes, squeeze, telling
from vizsla.analyse.difference import View, alike_at_a_glance, difference, glance
from vizsla.blobs import BlobError, Blobs
from vizsla.decode import DecodeError, open_picture

FARTHEST = 84
"""Bits of 256 by which hashes of copies may differ: a corner that is cut off changes about
80. What is no copy may be as near; that is told by laying the pictures upon each other."""
DIFFERING = 0.48
"""Of what tells something in both hashes, the part by which copies may differ: drawings of few frequencies are all near to
each other."""
NEAREST = 32
"""Records that are looked up for each hash."""
TRIED, TRIED_OF_GROUP = 10, 3
"""Pictures that one is laid upon, and of these in one group: where the nearest is brighter and
the asked one darker than the original, a third may be like both."""
REMEMBERED = 256
"""Thumbnails that are kept as they are compared, of 48 KB each: what is alike comes together."""
GLANCES = 65_536
"""Pictures of which a glance is kept, of 48 bytes each, so that most of what is only alike is never read again."""
STAYING, LEAVING = 1.3, 0.9
"""How much more a picture may differ from its own group, and how much less from another, when groups are looked through:
the thumbnail that is compared is not quite what was compared before."""


class Look(msgspec.Struct, frozen=True, eq=False, dict=True):
    """What copies of a picture are known by."""

    probes: tuple[bytes, bytes, bytes]
    small: NDArray[np.uint8]
    """A small rendition over white, `(height, width, 3)`."""

    @cached_property
    def view(self) -> View:
        """Made where there is something to compare with."""
        return View.of(self.small)

    @cached_property
    def glance(self) -> bytes:
        return glance(self.small)


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


class _Near(NamedTuple):
    """A hash that is near to one of those that were asked for."""

    query: int
    distance: int
    number: int
    digest: bytes


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
        self._glances: dict[bytes, bytes] = {}

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
            self._remember(newcomer.content_id, newcomer.look.glance)
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
        staying = candidate.group == newcomer.present
        seen = fresh.glance if fresh else self._glance(candidate.content_id)
        if seen is None or not (staying or alike_at_a_glance(newcomer.look.glance, seen)):
            return False
        other = fresh.view if fresh else self._view(candidate.content_id)
        if other is None:
            return False
        left = difference(newcomer.look.view, other, scale=candidate.scale)
        if newcomer.present is None:
            return left.within()
        return left.within(STAYING if staying else LEAVING)

    def _read(self, content_id: bytes) -> View | None:
        """A thumbnail; `None`: it is gone, and so are the records that had it."""
        try:
            data = self._blobs.get(content_id)
            if not data:
                return None
            small = open_picture(data).small
        except (BlobError, DecodeError):
            return None
        self._remember(content_id, glance(small))
        return View.of(small)

    def _glance(self, content_id: bytes) -> bytes | None:
        if content_id not in self._glances:
            self._view(content_id)
        return self._glances.get(content_id)

    def _remember(self, content_id: bytes, seen: bytes) -> None:
        if len(self._glances) == GLANCES:
            self._glances.clear()
        self._glances[content_id] = seen

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
        near = self._near(np.stack([np.frombuffer(probe, np.uint8) for *_, probe in asked]))
        known = self._shelf.known(sorted({one.number for one in near}))
        for one in near:
            place, scale, _ = asked[one.query]
            other = known.get(one.number)
            if other and other.perceptual_hash == one.digest:
                found[place].append(Candidate(one.distance, one.number, scale, other.content_id, other.group))
        return found

    def _near(self, queries: Digests) -> list[_Near]:
        distances, slots = self._index.search(queries, min(NEAREST, len(self._numbers)))
        near = distances <= FARTHEST
        rows, distances, slots = np.nonzero(near)[0], distances[near], slots[near]
        digests = np.array([self._index.reconstruct(slot) for slot in slots.tolist()], np.uint8).reshape(
            -1, 32
        )
        return [
            _Near(int(rows[one]), int(distances[one]), self._numbers[slots[one]], digests[one].tobytes())
            for one in np.flatnonzero(_alike(distances, queries[rows], digests)).tolist()
        ]


def _alike(distances: NDArray[np.integer[Any]], ones: Digests, others: Digests) -> NDArray[np.bool_]:
    """Whether pictures may be copies by their digests, `(n, 32)` or `(1, 32)`, which are so far apart."""
    alike: NDArray[np.bool_] = distances <= np.minimum(
        FARTHEST, DIFFERING * (telling(ones) + telling(others))
    )
    return alike


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
    digests = np.stack([np.frombuffer(other.look.probes[0], np.uint8) for other, _ in others])
    for scale, probe in zip(SCALES, newcomer.look.probes, strict=True):
        if not probe:
            continue
        digest = np.frombuffer(probe, np.uint8)[None]
        distances = np.bitwise_count(digests ^ digest).sum(axis=1, dtype=np.int64)
        for place in np.flatnonzero(_alike(distances, digest, digests)).tolist():
            other, group = others[place]
            yield Candidate(int(distances[place]), _NEWEST + place, scale, other.content_id, group)


_NEWEST = 1 << 62
"""Age of what has no number yet."""
