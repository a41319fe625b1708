"""The state's database, as its three books use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError

from vizsla.store.database import Database

from .schema import metadata

_Insert = sqlite.Insert | postgresql.Insert

_INSERT: Mapping[str, Callable[[Table], _Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""Databases that can add to a row or make it in one statement."""


class StateError(Exception):
    """The state's database cannot be read or written; the message says why."""


class Tables:
    """Reading and writing the tables of the state. Safe for several threads and processes.

    Args:
        url: an SQLAlchemy URL, or the path of an SQLite file. Tables that are not there yet are made.

    Raises:
        StateError: it cannot be opened; and from both methods, also for what goes wrong inside their block.
    """

    def __init__(self, url: str | Path) -> None:
        self._database = Database(url)
        with self.writing() as db:
            if db.dialect.name not in _INSERT:
                raise StateError(
                    f"the state cannot be kept in {db.dialect.name}: name a database of SQLite or PostgreSQL"
                )
            metadata.create_all(db)

    def reading(self) -> AbstractContextManager[Connection]:
        return _told(self._database.reading())

    def writing(self) -> AbstractContextManager[Connection]:
        return _told(self._database.writing())

    def close(self) -> None:
        self._database.close()


@contextmanager
def _told(connecting: AbstractContextManager[Connection]) -> Iterator[Connection]:
    """Translate what the database says into what its owner can do."""
    try:
        with connecting as connection:
            yield connection
    except DatabaseError as error:
        why = "the disk is full: make room" if "full" in str(error.orig) else error.orig
        raise StateError(f"keys, queries and subsets cannot be read or written: {why}") from error


def add_up(db: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add the numbers of `rows` to those of the rows with the same primary key; rows that are not there are made.

    Atomic for each row: whoever else adds to it meanwhile is added as well. In the order of the keys, so that two who
    add to the same rows never wait for each other.
    """
    statement = _INSERT[db.dialect.name](table)
    amounts = [column.name for column in table.columns if not column.primary_key]
    adding = statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: table.c[name] + statement.excluded[name] for name in amounts},
    )
    key = [column.name for column in table.primary_key]
    db.execute(adding, sorted(rows, key=lambda row: [row[name] for name in key]))
