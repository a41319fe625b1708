"""One row of a manifest becomes a path and the claims about it. Rows are untrusted: every field is bounded and checked."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from vizsla.records import Claims, is_language_tag
from vizsla.wire.licences import licence_from_text

from .names import is_utf8

_Line = Annotated[str, msgspec.Meta(max_length=2_000)]
_Text = Annotated[str, msgspec.Meta(max_length=20_000)]
_Path = Annotated[str, msgspec.Meta(max_length=4_096)]
_Tag = Annotated[str, msgspec.Meta(max_length=200)]
_Tags = Annotated[list[_Tag], msgspec.Meta(max_length=200)]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The columns that are read; others are passed over. Lengths are in characters, wide of all that people write."""

    path: _Path | None = None
    file_name: _Path | None = None
    title: _Line | None = None
    description: _Text | None = None
    tags: _Tags | _Text | None = None
    licence: _Text | None = None
    license: _Text | None = None
    creator: _Line | None = None
    content_url: _Line | None = None
    host_page_url: _Line | None = None
    date_published: _Line | None = None
    language: _Line | None = None


def path_of(row: Row) -> str:
    """The path that the row is about: relative, NFC, without `.` parts.

    Raises:
        ValueError: there is none, or it leads out of the folder.
    """
    given = _utf8("path", row.path or row.file_name)
    parts = [part for part in given.split("/") if part not in ("", ".")]
    if not parts:
        raise ValueError("path: is missing; give the file's path, relative to the manifest's folder")
    if given.startswith("/") or ".." in parts:
        raise ValueError(
            f"path: {_shown(given)} leads out of the folder; give it relative to the manifest's folder"
        )
    return unicodedata.normalize("NFC", "/".join(parts))


def claims_of(row: Row) -> Claims:
    """What the row says, cleaned; empty fields say nothing.

    Raises:
        ValueError: a field has a wrong form; the message names it.
    """
    return Claims(
        title=_text("title", row.title),
        description=_text("description", row.description),
        tags=_tags(row.tags),
        creator=_text("creator", row.creator),
        licence=_licence(row.licence or row.license),
        content_url=_url("content_url", row.content_url),
        host_page_url=_url("host_page_url", row.host_page_url),
        date_published=_date(row.date_published),
        language=_language(row.language),
    )


_CONTROLS: Final = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")
_MONTH: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")


def _text(field: str, value: str | None) -> str | None:
    """NFC on one line; `None` if nothing is left."""
    text = unicodedata.normalize("NFC", _utf8(field, value))
    return " ".join(text.translate(_CONTROLS).split()) or None


def _utf8(field: str, value: str | None) -> str:
    if not is_utf8(value or ""):
        raise ValueError(f"{field}: is not UTF-8; save the manifest as UTF-8")
    return value or ""


def _tags(value: list[str] | str | None) -> tuple[str, ...]:
    """A list, or a text separated by semicolons, else by commas; each tag once."""
    given = value.split(";" if ";" in value else ",") if isinstance(value, str) else value
    tags = (_text("tags", tag) for tag in given or ())
    return _counted(tuple(dict.fromkeys(tag for tag in tags if tag)))


def _counted(tags: tuple[str, ...]) -> tuple[str, ...]:
    """A text is held to the same bounds as a list."""
    try:
        msgspec.convert(tags, _Tags)
    except msgspec.ValidationError as error:
        raise ValueError(f"tags: {error}") from error
    return tags


def _licence(value: str | None) -> str | None:
    """A statement that is not understood is `unknown`, so that no licence given for the whole folder replaces it."""
    text = _text("licence", value)
    return text and licence_from_text(text)


def _url(field: str, value: str | None) -> str | None:
    text = _text(field, value)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or " " in text:
        raise ValueError(f"{field}: {_shown(text)} is not an http or https address")
    return text


def _date(value: str | None) -> str | None:
    """ISO 8601; a year or a month begins with its first day."""
    text = _text("date_published", value)
    if text is None:
        return None
    if _MONTH.fullmatch(text):
        text = f"{text}-01-01"[:10]
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"date_published: {_shown(text)} is not a date such as 2024-05-31") from error
    return text


def _language(value: str | None) -> str | None:
    text = _text("language", value)
    if text and not is_language_tag(text):
        raise ValueError(f"language: {_shown(text)} is not a language tag such as en or pt-BR")
    return text


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}...")
