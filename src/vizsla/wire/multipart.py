"""Bodies of posted requests, read as tolerantly as their clients write them.

Published samples send bare line feeds, a boundary in the header that lacks two dashes or is not there at all, names without
quotes, blank lines before the end. All of that is read; what a part holds is kept byte for byte. The time is linear in the
length of the body, whatever it holds. Source: the v7 reference, section 11.1, and "bing-sdks-and-samples", sections 2.5, 5
and 7; the form itself: RFC 2046, section 5.1, and RFC 7578.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from vizsla.wire.errors import InvalidRequest

MAX_PARTS: Final = 16
"""Parts of one body; published clients send two."""
MAX_PART_HEADERS: Final = 4096
"""Bytes of the headers of one part; a long path as file name is the most there is."""
MAX_BOUNDARY: Final = 200
"""Bytes of a boundary; RFC 2046 allows 70."""

_BOUNDARY: Final = re.compile(r';\s*boundary\s*=\s*(?:"([^"]*)"|([^;]*))', re.IGNORECASE)
_DISPOSITION: Final = re.compile(rb"(?im)^content-disposition[ \t]*:([^\r\n]*)")
_PARAMETER: Final = re.compile(rb';[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"([^"]*)"|([^;]*))')
_LINE_END: Final = re.compile(rb"\r?\n")
_HEADERS_END: Final = re.compile(rb"\A\r?\n|\r?\n\r?\n")
_FIRST_LINE: Final = re.compile(rb"(?:\r?\n){0,16}(--[^\r\n]{1,200}?)[ \t]{0,16}(?:\r?\n|\Z)")


class Part(msgspec.Struct, frozen=True):
    """One part of a body."""

    name: str
    """In lower case; empty if it has none."""
    data: bytes


def read_parts(content_type: str, body: bytes) -> tuple[Part, ...]:
    """The parts of a posted body.

    What is not multipart is told by its first byte: JSON is a part `knowledgerequest`, anything else a part `image`.

    Raises: `InvalidRequest` if it is multipart, and damaged.
    """
    if content_type.strip().lower().startswith("multipart/") or body.lstrip()[:2] == b"--":
        return parse_multipart(content_type, body)
    if not body.strip():
        return ()
    return (Part("knowledgerequest" if body.lstrip()[:1] == b"{" else "image", body),)


def parse_multipart(content_type: str, body: bytes) -> tuple[Part, ...]:
    """The parts of a multipart body, in their order.

    Arguments:
        content_type: the header of that name; its boundary may be missing or wrong.

    Raises: `InvalidRequest` if there is no part, there are too many, or one has no end of its headers; nothing else.
    """
    delimiter = _delimiter(content_type, body)
    parts = tuple(_parts(body, delimiter)) if delimiter else ()
    if not parts:
        raise _damaged("It holds no part: send multipart/form-data as curl -F does.")
    return parts


def _delimiter(content_type: str, body: bytes) -> bytes | None:
    """The line between parts: as the header has it, with two dashes or without, else the first line of the body."""
    found = _BOUNDARY.search(content_type)
    boundary = (found[1] or found[2] or "").strip().encode("utf-8", "replace") if found else b""
    if boundary and len(boundary) <= MAX_BOUNDARY:
        for candidate in (b"--" + boundary, boundary):
            if _lines(candidate, b"\r?\n").search(body):
                return candidate
    first = _FIRST_LINE.match(body)
    return first[1] if first else None


def _lines(delimiter: bytes, line_end: bytes) -> re.Pattern[bytes]:
    """Lines that are the delimiter, perhaps the last one, with the line end before them."""
    return re.compile(rb"(?:\A|" + line_end + rb")" + re.escape(delimiter) + rb"(--)?[ \t]{0,64}(?=\r?\n|\Z)")


def _parts(body: bytes, delimiter: bytes) -> Iterator[Part]:
    first = _lines(delimiter, b"\r?\n").search(body)
    if first is None:
        return
    # Where lines end in a bare line feed, a carriage return before it belongs to the part.
    line_end = b"\r?\n" if body.startswith(b"\r\n", first.end()) else b"\n"
    start = None
    for number, line in enumerate(_lines(delimiter, line_end).finditer(body, first.start())):
        if start is not None and start < line.start():
            yield _part(body, start, line.start())
        if line[1]:
            return
        if number == MAX_PARTS:
            raise _damaged(f"It has more than {MAX_PARTS} parts.")
        start = _after_line_end(body, line.end())
    if start is not None and body[start:].strip():  # the end is missing
        yield _part(body, start, len(body))


def _after_line_end(body: bytes, place: int) -> int:
    found = _LINE_END.match(body, place)
    return found.end() if found else place


def _part(body: bytes, start: int, end: int) -> Part:
    """The part between two delimiters and their line ends."""
    head = body[start : min(end, start + MAX_PART_HEADERS)]
    blank = _HEADERS_END.search(head)
    if blank is None:
        raise _damaged("A part has no blank line between its headers and its content.")
    return Part(_name(head[: blank.start()]), body[start + blank.end() : end])


def _name(headers: bytes) -> str:
    disposition = _DISPOSITION.search(headers)
    for found in _PARAMETER.finditer(disposition[1] if disposition else b""):
        if found[1].lower() == b"name":
            return str(found[2] or found[3] or b"", "utf-8", "replace").strip().lower()
    return ""


def _damaged(more_details: str) -> InvalidRequest:
    return InvalidRequest.invalid("body", "", more_details)
