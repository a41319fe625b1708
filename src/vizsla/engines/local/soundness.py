"""Whether tantivy's files are what was written: it keeps checksums in them, but never looks at these by itself.

A file ends with a JSON footer that holds the CRC-32 of what stands before it, the length of the footer, and a magic
number, both of 32 bits in little endian (tantivy 0.27, `directory/footer.rs`).
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import msgspec

_MAGIC = 1337
_ENDINGS = ("idx", "pos", "term", "store", "fast", "fieldnorm")
"""Files that every segment has."""
_END = struct.Struct("<II")


class _Footer(msgspec.Struct):
    crc: int


class _Deletes(msgspec.Struct):
    opstamp: int


class _Segment(msgspec.Struct):
    segment_id: str
    deletes: _Deletes | None = None


class _Meta(msgspec.Struct):
    opstamp: int
    segments: list[_Segment]


_footer = msgspec.json.Decoder(_Footer).decode
_meta = msgspec.json.Decoder(_Meta).decode


def check(directory: Path, opstamp: int) -> None:
    """Check the committed files of a tantivy index, of which `opstamp` is the oldest state that will do.

    Raises:
        OSError, ValueError, msgspec.DecodeError: something is missing, older or damaged.
    """
    meta = _meta((directory / "meta.json").read_bytes())
    if meta.opstamp < opstamp:
        raise ValueError("the words are older than the columns")
    for segment in meta.segments:
        for ending in (*_ENDINGS, *([f"{segment.deletes.opstamp}.del"] if segment.deletes else [])):
            _check_file(directory / f"{segment.segment_id.replace('-', '')}.{ending}")


def _check_file(path: Path) -> None:
    content = path.read_bytes()
    length, magic = _END.unpack(content[-_END.size :].rjust(_END.size, b"\0"))
    body = len(content) - _END.size - length
    if magic != _MAGIC or body < 0 or zlib.crc32(content[:body]) != _footer(content[body : -_END.size]).crc:
        raise ValueError(f"{path.name} is damaged")
