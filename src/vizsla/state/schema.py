"""Tables of the state: what a server must remember that is not the library itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

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

queries = Table(
    "queries",
    metadata,
    Column("text", String(100), primary_key=True),
    Column("market", String(16), primary_key=True),
    Column("weight", Float(53), nullable=False),
    Column("times", BigInteger, nullable=False),
    Index("queries_by_weight", "weight"),
)
"""`weight` as `queries.Queries` adds it up; `times` that the text was asked in all."""

subsets = Table(
    "subsets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("content", Text, nullable=False),
)
"""`name` in lower case; `content` is the subset as JSON."""
