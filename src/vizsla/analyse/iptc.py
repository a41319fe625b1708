"""Claims of IPTC-IIM datasets. Source: IPTC-NAA Information Interchange Model 4.2; Photoshop resource 0x0404."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vizsla.analyse.words import MAX_TEXT, decode, iso_date, line, tags
from vizsla.records import Claims
from vizsla.wire.licences import licence_from_notice, most_restrictive

TITLE, KEYWORD, INSTRUCTIONS, CREATED, AUTHOR, HEADLINE, COPYRIGHT, CAPTION = 5, 25, 40, 55, 80, 105, 116, 120
MAX_DATASETS = 1_000
_PHOTOSHOP = b"Photoshop 3.0\0"
_RESOURCE = b"8BIM\x04\x04"
_UTF8 = b"\x1b%G"


def iptc_claims(block: bytes) -> Claims:
    """What the datasets say, up to the first damaged one."""
    found: dict[tuple[int, int], list[bytes]] = {}
    for record, dataset, value in _datasets(_within_photoshop(block)):
        found.setdefault((record, dataset), []).append(value)
    text = _reader(found)
    notices = (" ".join(text(field)) for field in (COPYRIGHT, INSTRUCTIONS))
    return Claims(
        title=line(" ".join(text(TITLE)[:1])) or line(" ".join(text(HEADLINE)[:1])),
        description=line(" ".join(text(CAPTION)), MAX_TEXT),
        tags=tags(text(KEYWORD)),
        creator=line(", ".join(text(AUTHOR))),
        licence=most_restrictive(map(licence_from_notice, notices)),
        date_published=iso_date("".join(text(CREATED)[:1])),
    )


def _reader(found: dict[tuple[int, int], list[bytes]]) -> Callable[[int], list[str]]:
    """Dataset number of the application record to its texts, in the character set that the envelope names."""
    declared = found.get((1, 90), [b""])[0] == _UTF8

    def text(dataset: int) -> list[str]:
        values = found.get((2, dataset), [])
        return [value.decode("utf-8", "replace") if declared else decode(value) for value in values]

    return text


def _within_photoshop(block: bytes) -> bytes:
    """The datasets themselves, out of Photoshop's resources if they are wrapped in them."""
    if not block.startswith((_PHOTOSHOP, b"8BIM")):
        return block
    at = block.find(_RESOURCE)
    if at < 0 or at + 12 > len(block):
        return b""
    at += len(_RESOURCE)
    name = 1 + block[at]
    at += name + name % 2
    size = int.from_bytes(block[at : at + 4], "big")
    return block[at + 4 : at + 4 + size]


def _datasets(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Record, dataset and value of each; standard lengths only (up to 32,767 bytes)."""
    at = 0
    for _ in range(MAX_DATASETS):
        if at + 5 > len(block) or block[at] != 0x1C:
            return
        size = int.from_bytes(block[at + 3 : at + 5], "big")
        if size > 0x7FFF or at + 5 + size > len(block):
            return
        yield block[at + 1], block[at + 2], block[at + 5 : at + 5 + size]
        at += 5 + size
