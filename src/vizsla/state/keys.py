"""Keys: who may ask, how often, and how often they did."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, func, insert, or_, select, update

from .schema import keys, usage
from .tables import Tables, add_up

_ID = re.compile(r"[0-9]{1,18}")
"""An id as somebody types it, within 64 bits."""

KEY_BYTES = 16
"""32 hexadecimal digits: published samples refuse to send a key of another length."""


class Key(msgspec.Struct, frozen=True):
    """What is known of a key; the key itself is not."""

    id: int
    hint: str
    """Its first four digits, to recognise it by."""
    name: str
    created: int
    """Unix time, seconds, as `revoked`."""
    revoked: int | None
    tps: int | None
    """Calls per second that are allowed; `None`: any."""
    monthly: int | None
    """Calls per calendar month (UTC) that are allowed; `None`: any."""
    calls: int
    """Calls counted in this month."""


class Keys:
    """The keys of a library. Safe for several threads and processes; any method may raise StateError."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def create(self, *, name: str = "", tps: int | None = None, monthly: int | None = None) -> str:
        """Make a key; returns its 32 hexadecimal digits, which are kept nowhere."""
        secret = secrets.token_hex(KEY_BYTES)
        row = {"digest": _digest(secret), "hint": secret[:4], "name": name, "created": int(time.time())}
        with self._tables.writing() as db:
            db.execute(insert(keys).values(**row, tps=tps, monthly=monthly))
        return secret

    def find(self, secret: str) -> Key | None:
        """The key with these digits, revoked or not."""
        with self._tables.reading() as db:
            row = db.execute(_with_calls().where(keys.c.digest == _digest(secret))).first()
        return Key(*row) if row else None

    def all(self) -> list[Key]:
        with self._tables.reading() as db:
            return [Key(*row) for row in db.execute(_with_calls().order_by(keys.c.id))]

    def revoke(self, which: str) -> int:
        """Revoke the keys with this id, name, or digits; returns how many. Keys without a name have no name to give."""
        if not which:
            return 0
        named = or_(keys.c.name == which, keys.c.digest == _digest(which))
        if _ID.fullmatch(which):
            named = or_(named, keys.c.id == int(which))
        with self._tables.writing() as db:
            change = update(keys).where(named, keys.c.revoked.is_(None)).values(revoked=int(time.time()))
            return db.execute(change).rowcount

    def count(self, calls: Mapping[int, int]) -> None:
        """Add to this month's calls of keys, by id."""
        month = _month()
        rows = [{"key_id": key_id, "month": month, "calls": added} for key_id, added in calls.items()]
        if not rows:
            return
        with self._tables.writing() as db:
            add_up(db, usage, rows)

    def usage(self) -> dict[int, dict[str, int]]:
        """Calls of each key in each month that had any: by id, then by month as `2026-11`, the oldest first."""
        found: defaultdict[int, dict[str, int]] = defaultdict(dict)
        with self._tables.reading() as db:
            for key_id, month, calls in db.execute(select(usage).order_by(usage.c.month)):
                found[key_id][month] = calls
        return dict(found)


def _with_calls() -> Select[Any]:
    joined = keys.outerjoin(usage, (usage.c.key_id == keys.c.id) & (usage.c.month == _month()))
    columns = [keys.c[name] for name in ("id", "hint", "name", "created", "revoked", "tps", "monthly")]
    return select(*columns, func.coalesce(usage.c.calls, 0)).select_from(joined)


def _digest(secret: str) -> str:
    """Keys are random: a plain hash cannot be searched, and is quick enough for every request."""
    return hashlib.sha256(secret.lower().encode()).hexdigest()


def _month() -> str:
    return datetime.now(UTC).strftime("%Y-%m")
