"""Records read ahead of the searches, as the database holds them, for as long as nothing in the store changes."""

from __future__ import annotations

import time
from collections.abc import Iterable

Row = tuple[int, bytes, int, int, int]
"""Number, encoded record, and what there is of its picture: records, pages, sizes."""

ROOM = 48_000_000
"""Bytes of encoded records: of a hundred thousand as most are, all."""

AT_ONCE = 2000
"""Records in one step: some milliseconds."""

QUIET_SECONDS = 2.0
"""How long nothing has changed before reading begins: what is added comes in many steps."""

_ALONE = (1, 1, 1)


class Ahead:
    """What the store held when its change sequence stood at `sequence`, from the first number on. One thread puts, any get.

    Bytes, not decoded records: those take five times the memory, and being decoded is the least part of being read.
    """

    def __init__(self, sequence: int, room: int = ROOM) -> None:
        self.sequence = sequence
        self.last = 0
        """The number up to which all records were read."""
        self._began = time.monotonic()
        self._left = room
        self._records: dict[int, bytes] = {}
        self._counted: dict[int, tuple[int, int, int]] = {}

    def due(self, quiet: float) -> bool:
        """Whether there is room for more, and nothing has changed for so many seconds."""
        return self._left > 0 and time.monotonic() - self._began >= quiet

    def put(self, rows: Iterable[Row]) -> None:
        """What follows `last`; nothing: that was all."""
        before = self.last
        for number, record, count, pages, sizes in rows:
            self.last = number
            if (counted := (count, pages, sizes)) != _ALONE:
                self._counted[number] = counted
            self._records[number] = record
            self._left -= len(record)
        if self.last == before:
            self._left = 0

    def get(self, number: int) -> Row | None:
        record = self._records.get(number)
        return None if record is None else (number, record, *self._counted.get(number, _ALONE))
