"""Read the files in a Qt resource collection (`.rcc`), as `qtbase/src/corelib/io/qresource.cpp` lays them out."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

MAGIC = b"qres"
DIRECTORY, COMPRESSED, ZSTANDARD = 2, 1, 4
"""Flags of an entry."""
DATED = 2
"""Version of the format from which on an entry tells when its file was changed."""
ENTRY, DATED_ENTRY = 14, 22
"""Bytes of an entry."""


def files(collection: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield path and contents of each file, without those that are compressed by Zstandard.

    Raises:
        ValueError: it is no resource collection.
    """
    if not collection.startswith(MAGIC):
        raise ValueError("no resource collection")
    version, tree, data, names = struct.unpack_from(">4I", collection, 4)
    size = DATED_ENTRY if version >= DATED else ENTRY

    def name(offset: int) -> str:
        (length,) = struct.unpack_from(">H", collection, names + offset)
        begin = names + offset + 6
        return collection[begin : begin + 2 * length].decode("utf-16-be")

    def below(number: int, directory: str) -> Iterator[tuple[str, bytes]]:
        at = tree + number * size
        named, flags, *_ = struct.unpack_from(">IH", collection, at)
        path = f"{directory}/{name(named)}" if number else ""
        if flags & DIRECTORY:
            count, first = struct.unpack_from(">2I", collection, at + 6)
            for child in range(first, first + count):
                yield from below(child, path)
        elif not flags & ZSTANDARD:
            (offset,) = struct.unpack_from(">I", collection, at + 10)
            (length,) = struct.unpack_from(">I", collection, data + offset)
            contents = collection[data + offset + 4 : data + offset + 4 + length]
            yield path, zlib.decompress(contents[4:]) if flags & COMPRESSED else contents

    return below(0, "")
