"""Manifests: `metadata.jsonl` or `metadata.csv` in a folder, one row of claims for each image they name.

The column `path` (or `file_name`, as Hugging Face's ImageFolder has it) is relative to the manifest's folder. A bad row
is an error of its own and leaves the others alone. Manifests are UTF-8, with or without a byte order mark.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

import msgspec

from vizsla.records import Claims

from .claims import Row, claims_of, path_of
from .seam import ItemError

MAX_BYTES: Final = 256 * 2**20
"""Of one manifest. All that it says is kept in memory while its folder is read."""
MAX_ROWS: Final = 1_000_000
"""Of one manifest, for the same reason."""
MAX_LINE: Final = 2**20
"""Bytes; the longest row that keeps to the bounds of `Row` is shorter."""


class Statement(msgspec.Struct, frozen=True):
    """A good row."""

    line: int
    path: str
    """Relative to the manifest's folder, NFC."""
    claims: Claims


BadRow = tuple[int, ItemError]
"""The line where it begins, and what is wrong with it."""

_Parsed = Iterator[tuple[int, Row | ValueError]]


def read_manifest(name: str, file: BinaryIO) -> Iterator[Statement | BadRow]:
    """The rows of a manifest in their order.

    Args:
        name: one of `READERS`.
        file: a seekable file.
    """
    if os.fstat(file.fileno()).st_size > MAX_BYTES:
        yield 1, _bad(f"the manifest has more than {MAX_BYTES} bytes; give each sub-folder its own")
        return
    for count, (line, parsed) in enumerate(READERS[name](_lines(file))):
        if count == MAX_ROWS:
            yield line, _bad(f"the manifest has more than {MAX_ROWS} rows; give each sub-folder its own")
            return
        yield _statement(line, parsed)


def _statement(line: int, parsed: Row | ValueError) -> Statement | BadRow:
    try:
        if isinstance(parsed, ValueError):
            raise parsed
        return Statement(line, path_of(parsed), claims_of(parsed))
    except ValueError as error:
        return line, _bad(str(error))


def _bad(detail: str) -> ItemError:
    return ItemError("bad manifest row", detail)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines without the byte order mark; of one that is too long, the beginning and a byte more than allowed."""
    mark = b"\xef\xbb\xbf"
    while line := file.readline(MAX_LINE + 1):
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE + 1)
        yield line.removeprefix(mark)
        mark = b""


def _jsonl(lines: Iterator[bytes]) -> _Parsed:
    decode = msgspec.json.Decoder(Row).decode
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if len(line) > MAX_LINE:
                raise ValueError(f"the line has more than {MAX_LINE} bytes")
            yield number, decode(line)
        except (ValueError, RecursionError) as error:
            yield number, _readable(error)


def _csv(lines: Iterator[bytes]) -> _Parsed:
    # Bytes that are not UTF-8 pass as surrogates, which the fields that hold them refuse, so that one bad row is one error.
    reader = csv.reader((line.decode("utf-8", "surrogateescape") for line in lines), strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
            if header is None:
                header = _header(cells)
            elif cells:
                yield line, _row(header, cells)
        except StopIteration:
            return
        except (ValueError, csv.Error) as error:
            yield line, _readable(error)
            if header is None:
                return


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if {"path", "file_name"}.isdisjoint(names):
        raise ValueError("the first row has no column path or file_name; columns are separated by commas")
    return names


def _row(header: list[str], cells: list[str]) -> Row:
    if len(cells) > len(header):
        raise ValueError(f"the row has {len(cells)} cells for {len(header)} columns; quote cells with commas")
    return msgspec.convert({name: cell for name, cell in zip(header, cells, strict=False) if cell}, Row)


def _readable(error: Exception) -> ValueError:
    """msgspec tells the place last and as a JSON path; a person wants the field first."""
    text, _, place = str(error).partition(" - at `$.")
    return ValueError(f"{place.rstrip('`')}: {text}" if place else text)


READERS: Final[dict[str, Callable[[Iterator[bytes]], _Parsed]]] = {
    "metadata.jsonl": _jsonl,
    "metadata.csv": _csv,
}
"""File names of manifests, and what reads each. The earlier wins where both name a file."""
