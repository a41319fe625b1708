"""Subsets: parts of the library that have a name, by which custom search asks for them."""

from __future__ import annotations

import re
import time

import msgspec
from sqlalchemy import delete, insert, select

from .schema import subsets
from .tables import Tables

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What published clients send as `customConfig`, numbers and GUIDs, are such names."""


class Subset(msgspec.Struct, frozen=True, kw_only=True):
    """What of the library a name stands for.

    An image is in it if it passes the filters, is of one of the sites, and is of one of the sources; what is left empty
    demands nothing.
    """

    name: str
    filters: dict[str, str] = {}
    """Parameters of the v7 API and their values, as sent in a search."""
    sites: tuple[str, ...] = ()
    """Domains; names below them count as well."""
    sources: tuple[str, ...] = ()
    """Addresses of sources of the library."""
    created: int = 0
    """Unix time, seconds; set when it is saved."""


_decode = msgspec.json.Decoder(Subset).decode


def check_name(name: str) -> str:
    """The name, if a subset can have it.

    Raises:
        ValueError: it cannot; the message says what can.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a subset: use up to 64 letters, digits, `-` and `_`")
    return name


class Subsets:
    """The subsets of a library. Names are the same in capitals: GUIDs are written in either.

    Safe for several threads and processes; any method may raise StateError.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def save(self, subset: Subset) -> bool:
        """Keep a subset, in place of one that has its name; whether there was one.

        Raises:
            ValueError: no subset can have this name.
        """
        named = subsets.c.name == check_name(subset.name).lower()
        made = msgspec.structs.replace(subset, created=int(time.time()))
        row = {"name": made.name.lower(), "content": msgspec.json.encode(made).decode()}
        with self._tables.writing() as db:
            replaced = db.execute(delete(subsets).where(named)).rowcount
            db.execute(insert(subsets).values(**row))
        return bool(replaced)

    def find(self, name: str) -> Subset | None:
        """The subset with this name."""
        if not _NAME.fullmatch(name):
            return None
        with self._tables.reading() as db:
            content = db.scalar(select(subsets.c.content).where(subsets.c.name == name.lower()))
        return None if content is None else _decode(content)

    def all(self) -> list[Subset]:
        """Every subset, by name."""
        with self._tables.reading() as db:
            return [_decode(text) for text in db.scalars(select(subsets.c.content).order_by(subsets.c.name))]

    def delete(self, name: str) -> bool:
        """Forget the subset with this name; whether there was one."""
        with self._tables.writing() as db:
            return bool(db.execute(delete(subsets).where(subsets.c.name == name.lower())).rowcount)
