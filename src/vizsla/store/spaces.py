"""Vectors of one encoder, in a table of their own: those of another can be made beside them while searches go on."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    delete,
    insert,
    select,
)

from vizsla.records import Vector

from .schema import RecordNumber, counters, records, vectors

_NAME = re.compile(r"[0-9a-f]{16}|")


class Space:
    """The vectors of one encoder.

    Attributes:
        table: `number` and `vector`, little-endian float16.
        changed: the next changes of records after a step, each with its vector; asks for `after` and `limit`.
        by_number: `number` and `vector` for the driver itself, with `{}` in place of the numbers.

    Args:
        name: 16 hexadecimal digits; empty: the one that every library begins with.
    """

    def __init__(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a space of vectors")
        self.name = name
        self.table = _table(name)
        self.by_number = f"SELECT number, vector FROM {self.table.name} WHERE number IN ({{}})"
        self.changed = (
            select(records.c.sequence, records.c.number, records.c.record, self.table.c.vector)
            .outerjoin(self.table, self.table.c.number == records.c.number)
            .where(records.c.sequence > bindparam("after"))
            .order_by(records.c.sequence)
            .limit(bindparam("limit"))
        )

    def prepare(self, db: Connection) -> None:
        """Make the table, unless it is there."""
        self.table.create(db, checkfirst=True)

    def drop(self, db: Connection) -> None:
        """Forget all of its vectors."""
        if self.name:
            self.table.drop(db, checkfirst=True)
        else:
            db.execute(delete(self.table))
        db.execute(delete(counters).where(counters.c.name == self._counter))

    def put(self, db: Connection, made: Mapping[int, Vector]) -> None:
        """Write vectors by number of record; what a record had before is replaced."""
        db.execute(delete(self.table).where(self.table.c.number.in_(made)))
        rows = [{"number": number, "vector": as_stored(vector)} for number, vector in made.items()]
        if rows:
            db.execute(insert(self.table), rows)

    def reached(self, db: Connection) -> int:
        """The step of the change sequence up to which vectors have been made by `Store.encoded`."""
        return int(db.scalar(select(counters.c.value).where(counters.c.name == self._counter)) or 0)

    def reach(self, db: Connection, step: int) -> None:
        db.execute(delete(counters).where(counters.c.name == self._counter))
        db.execute(insert(counters).values(name=self._counter, value=step))

    @property
    def _counter(self) -> str:
        return f"encoded {self.name}"


def as_stored(vector: Vector) -> bytes:
    return vector.astype("<f2").tobytes()


def as_vector(data: bytes) -> Vector:
    return np.frombuffer(data, "<f2").astype(np.float32)


def _table(name: str) -> Table:
    if not name:
        return vectors
    number = ForeignKey(records.c.number, ondelete="CASCADE")
    return Table(
        f"vectors_{name}",
        MetaData(),  # of its own: opening a library must not make the tables of all others
        Column("number", RecordNumber, number, primary_key=True),
        Column("vector", LargeBinary, nullable=False),
    )
