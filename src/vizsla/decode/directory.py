"""Directories of tags, as TIFF files and EXIF blocks hold them, read in bounds.

Source: TIFF 6.0, section 2; EXIF 2.32 uses the same structure.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Self

import msgspec

_TYPES: Mapping[int, str] = {1: "B", 2: "s", 3: "H", 4: "I", 7: "s", 13: "I"}
"""Type number to the letter of `struct`; other types hold nothing that is read here."""

MAX_ENTRIES = 1_000
MAX_VALUE = 4_000_000
"""Bytes of one value: the strip list of a large TIFF, or a long description."""


class TiffDirectory(msgspec.Struct, frozen=True):
    """One directory: where it stands and its entries by tag, as (type, count, offset of the value)."""

    data: bytes
    order: str
    entries: Mapping[int, tuple[int, int, int]]

    @classmethod
    def first(cls, data: bytes) -> Self | None:
        """The first directory of a classic TIFF structure; `None` if it is not one or lies past the end."""
        order = {b"II": "<", b"MM": ">"}.get(data[:2])
        if order is None or len(data) < 8 or struct.unpack_from(order + "H", data, 2)[0] != 42:
            return None
        return cls._at(data, order, struct.unpack_from(order + "I", data, 4)[0])

    @property
    def overruns(self) -> bool:
        """Whether a value lies past the end of the bytes."""
        return any(
            form in _TYPES and at + count * struct.calcsize(f"={_TYPES[form]}") > len(self.data)
            for form, count, at in self.entries.values()
        )

    def below(self, tag: int) -> Self | None:
        """The directory that the entry `tag` points to."""
        offsets = self.integers(tag)
        return self._at(self.data, self.order, offsets[0]) if offsets else None

    def integers(self, tag: int) -> tuple[int, ...]:
        """The value of an integer entry; empty if it is absent, of another type or past the end."""
        kind = _TYPES.get(self.entries.get(tag, (0, 0, 0))[0])
        if kind in (None, "s"):
            return ()
        raw = self.octets(tag)
        size = struct.calcsize(f"={kind}")
        return struct.unpack(f"{self.order}{len(raw) // size}{kind}", raw) if raw else ()

    def octets(self, tag: int) -> bytes:
        """The value of an entry as it is stored; empty if it is absent or past the end."""
        form, count, at = self.entries.get(tag, (0, 0, 0))
        size = count * struct.calcsize(f"={_TYPES[form]}") if form in _TYPES else 0
        return self.data[at : at + size] if size <= MAX_VALUE and at + size <= len(self.data) else b""

    @classmethod
    def _at(cls, data: bytes, order: str, at: int) -> Self | None:
        if at + 2 > len(data):
            return None
        (count,) = struct.unpack_from(order + "H", data, at)
        if count > MAX_ENTRIES or at + 2 + 12 * count > len(data):
            return None
        return cls(data, order, dict(cls._entry(data, order, at + 2 + 12 * n) for n in range(count)))

    @staticmethod
    def _entry(data: bytes, order: str, at: int) -> tuple[int, tuple[int, int, int]]:
        tag, form, count, value = struct.unpack_from(order + "HHII", data, at)
        size = count * struct.calcsize(f"={_TYPES[form]}") if form in _TYPES else 8
        return tag, (form, count, value if size > 4 else at + 8)
