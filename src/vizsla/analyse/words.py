"""Text, dates and languages that files carry, made fit for a record, or dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from vizsla.records import is_language_tag

MAX_LINE = 500
"""Characters of a title, a name or a tag."""
MAX_TEXT = 5_000
"""Characters of a description."""
MAX_TAGS = 100
FIRST_YEAR, LAST_YEAR = 1826, 2100
"""The oldest surviving photograph is of about 1826; dates outside are mistakes of a clock."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]+")
_BOILERPLATE = re.compile(
    r"(?:olympus|(?:konica )?minolta) digital camera|sony dsc|samsung|exif_jpeg_\w*|dcim.*|default|untitled"
    r"|unknown|binary comment|created (?:with|by) .*|\W*",
    re.IGNORECASE,
)
"""What cameras and programs write when nobody said anything."""
_DATE = re.compile(
    r"(\d{4})(?:[-:/]?(\d\d)(?:[-:/]?(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:\d\d)?)?)?)?",
)


def decode(raw: bytes) -> str:
    """UTF-8, which is common where formats say ASCII, else Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def line(text: str | None, limit: int = MAX_LINE) -> str | None:
    """One clean line of at most `limit` characters; `None` if it says nothing."""
    clean = " ".join(_CONTROL.sub(" ", (text or "")[: 4 * limit]).split())[:limit].strip()
    return None if _BOILERPLATE.fullmatch(clean) else clean


def tags(texts: Iterable[str], separators: str = "") -> tuple[str, ...]:
    """Clean tags in order without repetition, at most `MAX_TAGS`; split at any of `separators`."""
    parts = (part for text in texts for part in (re.split(f"[{separators}]", text) if separators else [text]))
    found: dict[str, None] = {}
    for part in parts:
        if len(found) == MAX_TAGS:
            break
        if tag := line(part):
            found.setdefault(tag)
    return tuple(found)


def iso_date(text: str | None) -> str | None:
    """An ISO 8601 date or time from the ways that EXIF, IPTC and XMP write one; `None` if it is not a likely one."""
    match = _DATE.fullmatch((text or "").replace("\0", "").strip()[:40])
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    date = f"{year}-{month or '01'}-{day or '01'}"
    stamp = date if hour is None else f"{date}T{hour}:{minute}:{second or '00'}{zone or ''}"
    try:
        return stamp if FIRST_YEAR <= datetime.fromisoformat(stamp).year <= LAST_YEAR else None
    except ValueError:
        return None


def language(texts: Iterable[str]) -> str | None:
    """The first that is the tag of a language, such as `pt-BR`, which some programs write `pt_BR`; `None` if none is."""
    found = (text.strip().replace("_", "-") for text in texts)
    return next((tag for tag in found if is_language_tag(tag)), None)
