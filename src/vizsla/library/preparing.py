"""From an item of a source to everything about it but its vector: pure work, done on threads."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from vizsla.analyse import Analysis, analyse
from vizsla.decode import Limits, Thumbnail, open_picture
from vizsla.encoders.seam import InputGeometry, Pixels
from vizsla.records import Claims, ImageRecord
from vizsla.sources.seam import SourceItem

from .choices import Choices


class Prepared(msgspec.Struct, frozen=True):
    """An image that is decoded and analysed, ready to be encoded."""

    item: SourceItem
    analysis: Analysis
    thumbnail: Thumbnail
    square: Pixels

    @property
    def content_id(self) -> bytes:
        content_id: bytes = self.analysis.fields["content_id"]
        return content_id


def prepare(item: SourceItem, *, limits: Limits, geometry: InputGeometry) -> Prepared:
    """Read, decode and analyse one image.

    Raises:
        ItemError: it cannot be read.
        DecodeError: it is not an image that we can or want to decode.
    """
    picture = open_picture(item.read(), limits)
    return Prepared(item, analyse(picture), picture.thumbnail(), picture.square(geometry))


def record_of(prepared: Prepared, address: str, choices: Choices, *, now: int) -> ImageRecord:
    """The record of an image: what the owner's manifest says goes before what the file says."""
    item = prepared.item
    claims = item.claims.over(prepared.analysis.claims)
    return ImageRecord(
        image_id=image_id(address, item.key),
        source=address,
        key=item.key,
        thumbnail_width=prepared.thumbnail.width,
        thumbnail_height=prepared.thumbnail.height,
        names=item.names,
        licence=claims.licence or choices.licence or "unknown",
        content_url=claims.content_url or _below(choices.content_base, item.key),
        published=unix_time(claims.date_published),
        discovered=now,
        analysers=prepared.analysis.versions,
        **_said(claims),
        **prepared.analysis.fields,
    )


def image_id(address: str, key: str) -> str:
    """40 upper-case hexadecimal digits: known by where it came from, so that it outlives a change of its bytes."""
    return hashlib.blake2b(f"{address}\0{key}".encode(), digest_size=20).hexdigest().upper()


def unix_time(date: str | None) -> int | None:
    """Seconds of an ISO 8601 date or time (UTC unless it says otherwise); `None` if it is none."""
    if not date:
        return None
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        return None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


_TEXT = ("title", "description", "tags", "creator", "language", "host_page_url")


def _said(claims: Claims) -> dict[str, Any]:
    """The claims that are fields of a record under the same name, where they say something."""
    return {name: value for name in _TEXT if (value := getattr(claims, name))}


def _below(base: str | None, key: str) -> str | None:
    return f"{base.rstrip('/')}/{quote(key)}" if base else None
