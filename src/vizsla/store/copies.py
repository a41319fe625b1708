"""Records that show one picture: what the store writes down of each, and counts of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from vizsla.records import ImageRecord

from .schema import copies, records


class Counts(msgspec.Struct, frozen=True, gc=False):
    """What there is of one picture in the library."""

    pages: int = 1
    """Pages that show it: addresses of pages, and records that name none, which have a page of our own."""
    sizes: int = 1
    """Different widths and heights."""


def columns_of(record: ImageRecord) -> dict[str, Any]:
    """The columns that repeat what the record holds."""
    return {
        "group_id": record.group,
        "perceptual_hash": record.perceptual_hash or None,
        "size": record.width << 32 | record.height,
        "page": page_of(record),
    }


def page_of(record: ImageRecord) -> bytes:
    """Eight bytes that tell the page of a record from others."""
    return blake2b((record.host_page_url or record.image_id).encode(), digest_size=8).digest()


_ALIKE = (
    select(
        records.c.group_id,
        func.count(),
        func.count(records.c.page.distinct()),
        func.count(records.c.size.distinct()),
    )
    .group_by(records.c.group_id)
    .having(func.count() > 1)
)
_COUNTED = ["group_id", "count", "pages", "sizes"]


def count_all(db: Connection) -> None:
    """Count every group."""
    db.execute(insert(copies).from_select(_COUNTED, _ALIKE))


def recount(db: Connection, groups: Iterable[bytes]) -> None:
    """Bring up to date what is counted of some groups: few enough for one statement."""
    part = list(groups)
    db.execute(delete(copies).where(copies.c.group_id.in_(part)))
    db.execute(insert(copies).from_select(_COUNTED, _ALIKE.where(records.c.group_id.in_(part))))
