"""Contents that may go: deleted while nobody can add a record that holds them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from .schema import records


def unheld(db: Connection, content_ids: Sequence[bytes]) -> list[bytes]:
    """Those that no record holds: few enough for one statement."""
    held = set(db.scalars(select(records.c.content_id).where(records.c.content_id.in_(content_ids))))
    return [content_id for content_id in content_ids if content_id not in held]
