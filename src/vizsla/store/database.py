"""Opening a database the way an acknowledged record needs it: flushed, waiting its turn, one writer at a time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

BUSY_SECONDS = 60
"""How long a writer waits for another: longer than any batch takes, shorter than a person's patience."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)


class Database:
    """An SQLAlchemy engine with three ways in: `reading`, `snapshot` and `writing`.

    Args:
        url: an SQLAlchemy URL, or the path of an SQLite file.
    """

    def __init__(self, url: str | Path) -> None:
        self._engine = _engine(f"sqlite:///{url}" if isinstance(url, Path) else url)
        self._modes = {mode: self._engine.execution_options(**{_MODE: mode}) for mode in _BEGIN}

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose every statement sees the newest committed state."""
        with self._modes["read"].connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection whose statements all see one committed state."""
        with self._modes["snapshot"].begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed and flushed when the block ends, undone when it raises."""
        with self._modes["write"].begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def rows(db: Connection, statement: str, values: Sequence[object]) -> list[Any]:
    """The rows of a statement in whose place `{}` stands a list of values, from the driver itself.

    For what every search asks: a statement of SQLAlchemy's, compiled for each length of the list, takes longer.
    """
    mark = "?" if db.dialect.paramstyle == "qmark" else "%s"
    text = statement.format(",".join([mark] * len(values)))
    cursor = db.connection.cursor()
    try:
        cursor.execute(text, tuple(values))
        return list(cursor.fetchall())
    except db.dialect.loaded_dbapi.Error as error:
        raise DatabaseError(text, None, error) from error


_MODE = "vizsla_mode"

# A transaction that begins as a reader and then writes may fail at once with "database is locked";
# one that begins as a writer waits its turn.
_BEGIN = {"read": None, "snapshot": "BEGIN", "write": "BEGIN IMMEDIATE"}


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url)
    # isolation_level None: the driver starts no transaction of its own accord.
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        for pragma in _PRAGMAS:
            _execute_patiently(connection, pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if statement := _BEGIN[connection.get_execution_options()[_MODE]]:
            connection.exec_driver_sql(statement)

    return engine


def _execute_patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Execute what SQLite does not wait for by itself: of several first openings only one changes to WAL."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)
