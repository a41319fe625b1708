"""Tables of the state: what a server must remember that is not the library itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String, Table

metadata = MetaData()

keys = Table(
    "keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("hint", String(4), nullable=False),
    Column("name", String, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Column("tps", Integer),
    Column("monthly", BigInteger),
)

usage = Table(
    "usage",
    metadata,
    Column("key_id", Integer, ForeignKey("keys.id"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("calls", BigInteger, nullable=False),
)
"""`month` as `2026-11`, UTC."""
