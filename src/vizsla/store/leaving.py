"""Contents whose last record is gone: written down with that, until their thumbnails are deleted."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from .schema import leaving, records


def leave(db: Connection, content_ids: Collection[bytes]) -> None:
    """Write down those that no record holds any more: few enough for one statement, as everywhere here."""
    stay(db, content_ids)
    if rows := [{"content_id": content_id} for content_id in unheld(db, content_ids)]:
        db.execute(insert(leaving), rows)


def stay(db: Connection, content_ids: Collection[bytes]) -> None:
    """Strike those out that have a record again, or have no thumbnail any more."""
    db.execute(delete(leaving).where(leaving.c.content_id.in_(content_ids)))


def still(db: Connection, content_ids: Collection[bytes]) -> list[bytes]:
    """Those that are still written down: nobody else has deleted them meanwhile."""
    left = set(db.scalars(select(leaving.c.content_id).where(leaving.c.content_id.in_(content_ids))))
    return [content_id for content_id in content_ids if content_id in left]


def unheld(db: Connection, content_ids: Collection[bytes]) -> list[bytes]:
    """Those that no record holds."""
    held = set(db.scalars(select(records.c.content_id).where(records.c.content_id.in_(content_ids))))
    return [content_id for content_id in content_ids if content_id not in held]
