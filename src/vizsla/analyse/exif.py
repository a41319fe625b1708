"""Claims of an EXIF block. Source: EXIF 2.32; the `XP` tags are Windows Explorer's, in UTF-16."""

from __future__ import annotations

from vizsla.analyse.words import MAX_TEXT, decode, iso_date, line, tags
from vizsla.decode import TiffDirectory
from vizsla.records import Claims
from vizsla.wire.licences import licence_from_notice

DESCRIPTION, CHANGED, ARTIST, COPYRIGHT = 270, 306, 315, 33432
XP_TITLE, XP_COMMENT, XP_AUTHOR, XP_KEYWORDS, XP_SUBJECT = range(40091, 40096)
EXIF_DIRECTORY, TAKEN, COMMENT = 34665, 36867, 37510
_CHARSETS = {b"ASCII\0\0\0": "ascii", b"UNICODE\0": "utf-16-le"}


def exif_claims(block: bytes) -> Claims:
    """What the block says; nothing, if it is damaged."""
    top = TiffDirectory.first(block)
    if top is None:
        return Claims()
    exif = top.below(EXIF_DIRECTORY)
    taken = _text(exif, TAKEN) if exif else ""
    return Claims(
        title=line(_wide(top, XP_TITLE)),
        description=_description(top, exif),
        tags=tags([_wide(top, XP_KEYWORDS)], separators=";"),
        creator=line(_text(top, ARTIST)) or line(_wide(top, XP_AUTHOR)),
        licence=licence_from_notice(_text(top, COPYRIGHT)),
        date_published=iso_date(taken) or iso_date(_text(top, CHANGED)),
    )


def _description(top: TiffDirectory, exif: TiffDirectory | None) -> str | None:
    texts = (_text(top, DESCRIPTION), _wide(top, XP_COMMENT), _wide(top, XP_SUBJECT), _comment(exif))
    return next((text for found in texts if (text := line(found, MAX_TEXT))), None)


def _text(directory: TiffDirectory, tag: int) -> str:
    return decode(directory.octets(tag).split(b"\0\0")[0].rstrip(b"\0"))


def _wide(directory: TiffDirectory, tag: int) -> str:
    return directory.octets(tag).decode("utf-16-le", "replace").rstrip("\0")


def _comment(directory: TiffDirectory | None) -> str:
    """`UserComment`: eight bytes name the character set."""
    raw = directory.octets(COMMENT) if directory else b""
    charset = _CHARSETS.get(raw[:8])
    return raw[8:].decode(charset, "replace") if charset else ""
