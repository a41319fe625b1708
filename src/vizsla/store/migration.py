"""From older schemas to this one, in one transaction."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, bindparam, select, text, update
from sqlalchemy.schema import CreateColumn

from vizsla.records import ImageRecord

from .copies import columns_of, count_all
from .schema import GROUP_INDEX, SCHEMA_VERSION, copies, counters, records

ADDED = (records.c.group_id, records.c.perceptual_hash, records.c.size, records.c.page)
AT_ONCE = 500

_decode = msgspec.msgpack.Decoder(ImageRecord).decode


def migrate(db: Connection, version: int) -> None:
    """From an older schema to this one, but for tables that are new and empty."""
    if version < 3:
        _group(db)
    db.execute(update(counters).where(counters.c.name == "schema").values(value=SCHEMA_VERSION))


def _group(db: Connection) -> None:
    """To schema 3: every record is its own group, with those that have the same bytes."""
    copies.drop(db, checkfirst=True)
    for column in ADDED:
        db.execute(text(f"ALTER TABLE records ADD COLUMN {CreateColumn(column).compile(dialect=db.dialect)}"))
    last = 0
    while last := _repeat_columns(db, last):
        pass
    GROUP_INDEX.create(db)
    copies.create(db)
    count_all(db)


def _repeat_columns(db: Connection, after: int) -> int:
    """Fill the added columns of the next records; returns the number of the last, 0 behind the end."""
    chosen = select(records.c.number, records.c.record).where(records.c.number > after)
    rows = [
        {"of": number, **columns_of(_decode(data))}
        for number, data in db.execute(chosen.order_by(records.c.number).limit(AT_ONCE))
    ]
    if not rows:
        return 0
    db.execute(
        update(records)
        .where(records.c.number == bindparam("of"))
        .values({column.name: bindparam(column.name) for column in ADDED}),
        rows,
    )
    return int(rows[-1]["of"])
