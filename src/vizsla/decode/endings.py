"""Whether a file was cut short, told from its structure.

libvips has one error text for all threads, so the reason of a failure is told from the bytes instead.
Each check says `True` if the structure points past the end of the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vizsla.decode.directory import TiffDirectory

MAX_BLOCKS = 1_000_000
"""Blocks of a GIF that are walked, about a second; files of that many are not made by honest programs."""


def is_cut(data: bytes, name: str) -> bool:
    """Whether `data`, a file of format `name`, ends before its structure does."""
    try:
        return _CHECKS[name](data)
    except IndexError:
        return True


def _jpeg(data: bytes) -> bool:
    """Walk the segments to the last scan, then look for the end-of-image marker."""
    at = 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        filler = data[at + 1] == 0xFF or 0xD0 <= data[at + 1] <= 0xD8 or data[at + 1] == 0x01
        at += 1 if data[at + 1] == 0xFF else 2 if filler else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data.find(b"\xff\xd9", at) < 0


def _png(data: bytes) -> bool:
    at = 8
    while data[at + 4 : at + 8] != b"IEND":
        data[at + 7]
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return len(data) < at + 12


def _gif(data: bytes) -> bool:
    """Walk images and extensions to the trailer; a missing trailer alone is common and no loss."""
    at, blocks = 13 + _table(data[10]), 0
    while at < len(data) and data[at] in (0x21, 0x2C):
        at += 2 if data[at] == 0x21 else 11 + _table(data[at + 9])
        while data[at] and (blocks := blocks + 1) <= MAX_BLOCKS:
            at += 1 + data[at]
        at += 1
    return at > len(data)


def _table(flags: int) -> int:
    """Bytes of a GIF colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _riff(data: bytes) -> bool:
    return len(data) < 12 or int.from_bytes(data[4:8], "little") + 8 > len(data)


def _boxes(data: bytes) -> bool:
    """Walk the top-level boxes of ISO/IEC 14496-12; size 0 is `to the end`, size 1 a 64-bit size."""
    at = 0
    while at < len(data):
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if size == 0:
            return False
        if size < head:
            return False
        at += size
    return at > len(data)


def _tiff(data: bytes) -> bool:
    """The first directory, its values, or the strips or tiles that it lists, lie past the end."""
    directory = TiffDirectory.first(data)
    if directory is None or directory.overruns:
        return True
    spans = ((273, 279), (324, 325))
    return any(
        offset + count > len(data)
        for offsets, counts in spans
        for offset, count in zip(directory.integers(offsets), directory.integers(counts), strict=False)
    )


def _bmp(data: bytes) -> bool:
    return len(data) < int.from_bytes(data[2:6], "little") or len(data) < int.from_bytes(
        data[10:14], "little"
    )


def _svg(data: bytes) -> bool:
    """An XML document ends with a tag or a comment."""
    return not data.rstrip(b" \t\r\n\0").endswith(b">")


_CHECKS: Mapping[str, Callable[[bytes], bool]] = {
    "jpeg": _jpeg,
    "png": _png,
    "gif": _gif,
    "webp": _riff,
    "avif": _boxes,
    "heic": _boxes,
    "tiff": _tiff,
    "bmp": _bmp,
    "svg": _svg,
}
