"""Looking through all groups: what adding would have made of them, had it seen every record in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vizsla.blobs import BlobError, Blobs
from vizsla.decode import DecodeError, open_picture
from vizsla.store import Store, Stored

from .compared import compared_to, note_compared
from .grouping import Groups, Known, Look, Newcomer, look_of

AT_ONCE = 500
"""Records that are read together."""


class _SoFar:
    """The records that were looked through, in their new groups."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._groups: dict[bytes, bytes] = {}
        self.named: set[bytes] = set()

    def add(self, number: int, known: Known) -> None:
        self._known[number] = known
        self._groups.setdefault(known.content_id, known.group)
        self.named.add(known.group)

    def known(self, numbers: Sequence[int]) -> Mapping[int, Known]:
        return {number: self._known[number] for number in numbers}

    def group_of(self, content_id: bytes) -> bytes | None:
        return self._groups.get(content_id)


def misplaced(store: Store, blobs: Blobs) -> dict[int, bytes]:
    """Numbers of records that are not in the group in which they should be, with that group.

    Only records that came since all had been compared are looked at, and compared with all others. A group keeps its
    name, also when the record is gone that gave it. Records without a hash or a thumbnail are left where they are.
    """
    step = store.sequence()
    fresh = _since(store, compared_to(store))
    shelf = _SoFar()
    groups = Groups(shelf, blobs)
    moved: dict[int, bytes] = {}
    settled = (one for one in store.each() if one.number not in fresh) if fresh else ()
    for one in settled:
        _put(one, one.record.group, shelf, groups)
    for one, look in _looked(store, blobs, fresh):
        record = one.record
        (group,) = groups.of([Newcomer(record.content_id, look, record.group)])
        if group not in shelf.named and record.group not in shelf.named:
            group = record.group
        _put(one, group, shelf, groups)
        if group != record.group:
            moved[one.number] = group
    if fresh and not moved:
        note_compared(store, step)
    return moved


def _since(store: Store, step: int) -> set[int]:
    """Numbers of records that came or changed after a step."""
    found: set[int] = set()
    while steps := store.hashes(step):
        found |= {one.number for one in steps}
        step = steps[-1].sequence
    return found


def _put(one: Stored, group: bytes, shelf: _SoFar, groups: Groups) -> None:
    record = one.record
    if record.perceptual_hash:
        shelf.add(one.number, Known(record.perceptual_hash, record.content_id, group))
        groups.learn([(one.number, record.perceptual_hash)])


def _looked(store: Store, blobs: Blobs, numbers: set[int]) -> Iterator[tuple[Stored, Look]]:
    rising = sorted(numbers)
    for start in range(0, len(rising), AT_ONCE):
        for one in store.records(rising[start : start + AT_ONCE]):
            if one.record.perceptual_hash and (look := _look(blobs, one.record.content_id)):
                yield one, look


def _look(blobs: Blobs, content_id: bytes) -> Look | None:
    try:
        data = blobs.get(content_id)
        return look_of(open_picture(data).small) if data else None
    except (BlobError, DecodeError):
        return None
