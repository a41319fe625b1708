"""`State`: one database, and the three books that are kept in it."""

from __future__ import annotations

from pathlib import Path

from .keys import Keys
from .queries import Queries
from .subsets import Subsets
from .tables import Tables


class State:
    """Keys, asked queries and subsets of a library. Safe for several threads and processes.

    Args:
        url: an SQLAlchemy URL, or the path of an SQLite file.
        query_log: whether queries are kept at all.

    Raises:
        StateError: it cannot be opened; and from every method that reads or writes.
    """

    def __init__(self, url: str | Path, *, query_log: bool = True) -> None:
        self._tables = Tables(url)
        self.keys = Keys(self._tables)
        self.queries = Queries(self._tables, kept=query_log)
        self.subsets = Subsets(self._tables)

    def close(self) -> None:
        self._tables.close()
