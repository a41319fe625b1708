"""Records that were read lately, for as long as nothing in the store changes."""

from __future__ import annotations

from typing import Generic, TypeVar

_Kept = TypeVar("_Kept")


class Recent(Generic[_Kept]):
    """What was read of the store when its change sequence stood at `sequence`, or later; bounded by `room`.

    Two generations of half the room each: what is asked for again moves to the younger, and the older is dropped
    whole when the younger is full. Safe for several threads, which may lose an entry to each other.
    """

    def __init__(self, sequence: int, room: int) -> None:
        self.sequence = sequence
        self._half = room // 2
        self._young: dict[int, _Kept] = {}
        self._old: dict[int, _Kept] = {}

    def get(self, number: int) -> _Kept | None:
        kept = self._young.get(number)
        if kept is None and (kept := self._old.get(number)) is not None:
            self.put(number, kept)
        return kept

    def put(self, number: int, kept: _Kept) -> None:
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[number] = kept
