"""Tables of the store. `SCHEMA_VERSION` rises with every change here, and a migration comes with it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

SCHEMA_VERSION = 4
"""2: `copies`. 3: copies are records that show one picture, no longer those with the same bytes. 4: `leaving`.
See `migration`."""

metadata = MetaData()

RecordNumber = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives row ids only to columns of the exact type INTEGER."""

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("address", String, nullable=False, unique=True),
    Column("options", LargeBinary, nullable=False),
)
"""`options`: what its owner chose for it, as a msgpack map of strings."""

records = Table(
    "records",
    metadata,
    Column("number", RecordNumber, primary_key=True, autoincrement=True),
    Column("image_id", String(40), nullable=False, unique=True),
    Column("source_id", Integer, ForeignKey("sources.id"), nullable=False),
    Column("key", String, nullable=False),
    Column("stamp", String, nullable=False),
    Column("content_id", LargeBinary(16), nullable=False, index=True),
    Column("discovered", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False, index=True),
    Column("record", LargeBinary, nullable=False),
    Column("group_id", LargeBinary(16)),
    Column("perceptual_hash", LargeBinary(32)),
    Column("size", BigInteger),
    Column("page", LargeBinary(8)),
    UniqueConstraint("source_id", "key"),
    # A number is an engine's document id: one that was removed must never come back as another image.
    sqlite_autoincrement=True,
)

"""The last four say again what `record` holds, to be looked for and counted: `ImageRecord.group`, its perceptual hash
(none: it has none), its width and height, and a digest of its page. They may be null because they were added later."""

GROUP_INDEX = Index("ix_records_group", records.c.group_id, records.c.size, records.c.page)

vectors = Table(
    "vectors",
    metadata,
    Column("number", RecordNumber, ForeignKey("records.number", ondelete="CASCADE"), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
"""Little-endian float16: half the room, and the engine keeps no more."""

copies = Table(
    "copies",
    metadata,
    Column("group_id", LargeBinary(16), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("sizes", Integer, nullable=False),
)
"""Of each picture that more than one record shows: how many do, on how many pages, in how many sizes. Few rows, so that
every search can look there."""

removed = Table(
    "removed",
    metadata,
    Column("number", RecordNumber, primary_key=True),
    Column("sequence", BigInteger, nullable=False, index=True),
)

leaving = Table("leaving", metadata, Column("content_id", LargeBinary(16), primary_key=True))
"""Contents whose last record was removed or replaced and whose thumbnail is still to be deleted."""
