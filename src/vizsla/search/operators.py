"""Keyword operators: one row each, from the value that was written to what a record must hold (docs/contract.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress

from vizsla.engines.seam import Holds, Match, Words
from vizsla.records import AnyOf, Below
from vizsla.wire import MARKETS

from .grammar import Term

FORMATS = {
    **dict.fromkeys(("jpg", "jpe", "jfif", "pjpeg"), "jpeg"),
    "tif": "tiff",
    "svgz": "svg",
    "heif": "heic",
    "dib": "bmp",
    "apng": "png",
}
"""Other names of formats that a record may have."""

LONGEST_HOST = 253
"""Letters of a host name; RFC 1035."""

_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)

Row = Callable[[Term], Match]


def _site(term: Term) -> Match:
    """The host that an address names, and what lies below it; scheme, port and path are left out."""
    host = _HOST.match(term.text)
    name = (host[1] if host else "").strip("[]*.").lower()[:LONGEST_HOST]
    return Holds(Below("site", frozenset(_spellings(name)) if name else frozenset(("?",))))


def _spellings(host: str) -> set[str]:
    """A host name as people and as machines write it: records hold what their owner gave."""
    found = {host}
    with suppress(UnicodeError):
        found.add(host.encode("idna").decode("ascii").lower())
    with suppress(UnicodeError):
        found.add(host.encode("ascii").decode("idna").lower())
    return found


def _format(term: Term) -> Match:
    name = term.text.lower().lstrip("*.")
    return Holds(AnyOf("format", frozenset((FORMATS.get(name, name),))))


def _language(term: Term) -> Match:
    """The language, and for one without a country also the markets' variants of it."""
    tag = term.text.replace("_", "-")
    language, _, country = tag.partition("-")
    codes = {tag, tag.lower(), f"{language.lower()}-{country.upper()}".rstrip("-")}
    if not country:
        variants = [code for code in MARKETS if code.startswith(f"{language.lower()}-")]
        codes |= {*variants, *map(str.lower, variants)}
    return Holds(AnyOf("language", frozenset(codes)))


def _address(term: Term) -> Match:
    return Holds(AnyOf("site", frozenset((term.text.strip("[]").lower(),))))


def _words(field: str | None = None) -> Row:
    return lambda term: Words(term.text, phrase=term.quoted, field=field)


DEMANDING: Mapping[str, Row] = {
    "site": _site,
    "url": _site,
    "ip": _address,
    **dict.fromkeys(("filetype", "ext", "contains"), _format),
    "language": _language,
    "intitle": _words("title"),
    "inbody": _words("description"),
    "inanchor": _words(),
}
"""Keywords that say what a record must hold."""

PREFERRING = frozenset(("prefer",))
"""Keywords whose words raise what holds them, and demand nothing."""

SAYING = frozenset(("feed", "hasfeed"))
"""Keywords that mean nothing among pictures; their words stay."""

SILENT = frozenset(("loc", "location"))
"""Keywords that are left out with their value: where a picture's page is from is not known."""

LOOKING = frozenset(("", "intitle", "inbody", "inanchor")) | PREFERRING | SAYING
"""Keywords whose words tell how a picture looks, and so are read by the encoder, as plain words are."""
