"""Records, their vectors and sources, and the sequence of their changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError, OperationalError

from vizsla.records import Change, ImageRecord, Vector

from .database import Database, rows
from .recent import Recent
from .schema import SCHEMA_VERSION, copies, counters, metadata, records, removed, sources
from .spaces import Space, as_stored, as_vector

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ImageRecord).decode

REMEMBERED = 16_384
"""Records that are kept as they were read: what is found often is found again. About thirty megabytes."""

SLICE = 500
"""Ids in one IN list: below every database's limit on parameters."""


_Item = TypeVar("_Item")

_SEQUENCE = select(counters.c.value).where(counters.c.name == "sequence")
_SEQUENCE_NOW = "SELECT value FROM counters WHERE name IN ({})"
_BY_NUMBER = (
    "SELECT number, record, COALESCE(count, 1) FROM records "
    "LEFT JOIN copies ON copies.content_id = records.content_id WHERE number IN ({})"
)
_ALIKE = (
    select(records.c.content_id, func.count().label("count"))
    .group_by(records.c.content_id)
    .having(func.count() > 1)
)
_STORED = select(records.c.number, records.c.record, func.coalesce(copies.c.count, 1)).outerjoin(
    copies, copies.c.content_id == records.c.content_id
)
_REMOVED = (
    select(removed.c.sequence, removed.c.number)
    .where(removed.c.sequence > bindparam("after"))
    .order_by(removed.c.sequence)
    .limit(bindparam("limit"))
)


class StoreError(Exception):
    """The database cannot be read or written; the message says why and what to do."""


class Entry(msgspec.Struct, frozen=True):
    """What adding hands to the store: a record, its vector, and the stamp by which it is known as unchanged."""

    record: ImageRecord
    stamp: str
    vector: Vector | None = None


class Stored(msgspec.Struct, frozen=True):
    """A record as the store holds it."""

    number: int
    record: ImageRecord
    copies: int = 1
    """Records with the same bytes, itself included."""


class _Known(NamedTuple):
    """What is known of a record that is there."""

    number: int
    discovered: int
    content_id: bytes


class Tally(msgspec.Struct, frozen=True):
    """How many records an operation made and replaced."""

    added: int
    updated: int


class Store:
    """The truth of a library. Safe for several threads and processes; writers wait for each other.

    Args:
        url: an SQLAlchemy URL, or the path of an SQLite file, made if it does not exist.
        space: whose vectors are read and written; see `spaces`.

    Raises:
        StoreError: it cannot be opened, or is of a newer schema.
    """

    def __init__(self, url: str | Path, space: str = "") -> None:
        self._space = Space(space)
        self._database = Database(url)
        self._recent: Recent[Stored] = Recent(0, REMEMBERED)
        with self._errors():
            self._prepare()

    def _prepare(self) -> None:
        with self._database.writing() as db:
            metadata.create_all(db)
            self._space.prepare(db)
            known = _pairs(db.execute(select(counters.c.name, counters.c.value)))
            if known.get("schema", SCHEMA_VERSION) > SCHEMA_VERSION:
                raise StoreError("the records are of a newer version of vizsla: upgrade vizsla to read them")
            for name, value in (("schema", SCHEMA_VERSION), ("sequence", 0)):
                if name not in known:
                    db.execute(insert(counters).values(name=name, value=value))
            if known.get("schema", SCHEMA_VERSION) < 2:
                db.execute(insert(copies).from_select(["content_id", "count"], _ALIKE))
                db.execute(update(counters).where(counters.c.name == "schema").values(value=SCHEMA_VERSION))

    def close(self) -> None:
        self._database.close()

    # Writing

    def source(self, kind: str, address: str) -> int:
        """The id of a source, registered if it is new."""
        with self._errors(), self._database.writing() as db:
            found = db.scalar(select(sources.c.id).where(sources.c.address == address))
            if found is not None:
                return int(found)
            row = {"kind": kind, "address": address, "options": msgspec.msgpack.encode({})}
            key = db.execute(insert(sources).values(row)).inserted_primary_key
            assert key is not None
            return int(key[0])

    def source_id(self, address: str) -> int | None:
        """The id of a source that is registered."""
        with self._errors(), self._database.reading() as db:
            found: int | None = db.scalar(select(sources.c.id).where(sources.c.address == address))
        return found

    def choose(self, source_id: int, options: Mapping[str, str]) -> None:
        """Remember what the owner chose for a source."""
        row = {"options": msgspec.msgpack.encode(dict(options))}
        with self._errors(), self._database.writing() as db:
            db.execute(update(sources).where(sources.c.id == source_id).values(row))

    def put(self, source_id: int, entries: Sequence[Entry]) -> Tally:
        """Add or replace records in one transaction; when this returns they are on disk.

        A replaced record keeps its number and the time of its discovery.
        """
        with self._errors(), self._database.writing() as db:
            known = self._known(db, [entry.record.image_id for entry in entries])
            first = self._advance(db, len(entries))
            before = len(known)
            touched = {content_id for _, _, content_id in known.values()}
            for sequence, entry in enumerate(entries, first):
                image_id = entry.record.image_id
                known[image_id] = self._put_one(db, source_id, entry, sequence, known.get(image_id))
            self._recount(db, touched | {entry.record.content_id for entry in entries})
        added = len(known) - before
        return Tally(added, len(entries) - added)

    def _known(self, db: Connection, image_ids: Sequence[str]) -> dict[str, _Known]:
        found: dict[str, _Known] = {}
        columns = select(records.c.image_id, records.c.number, records.c.discovered, records.c.content_id)
        for part in _slices(image_ids):
            found |= {
                row[0]: _Known(*row[1:]) for row in db.execute(columns.where(records.c.image_id.in_(part)))
            }
        return found

    def _put_one(
        self, db: Connection, source_id: int, entry: Entry, sequence: int, known: _Known | None
    ) -> _Known:
        """Write one record; `known` and what is returned are what the store knows of it before and after."""
        record = entry.record
        if known:
            record = msgspec.structs.replace(record, discovered=known.discovered)
        row = {
            "image_id": record.image_id,
            "source_id": source_id,
            "key": record.key,
            "stamp": entry.stamp,
            "content_id": record.content_id,
            "discovered": record.discovered,
            "sequence": sequence,
            "record": _encode(record),
        }
        if known:
            number = known.number
            db.execute(update(records).where(records.c.number == number).values(row))
            kept = self._space.table
            db.execute(delete(kept).where(kept.c.number == number))
        else:
            key = db.execute(insert(records).values(row)).inserted_primary_key
            assert key is not None
            number = int(key[0])
        if entry.vector is not None:
            half = as_stored(entry.vector)
            db.execute(insert(self._space.table).values(number=number, vector=half))
        return _Known(number, record.discovered, record.content_id)

    def _recount(self, db: Connection, content_ids: Iterable[bytes]) -> None:
        """Bring up to date how many records have these bytes."""
        for part in _slices(list(content_ids)):
            db.execute(delete(copies).where(copies.c.content_id.in_(part)))
            alike = _ALIKE.where(records.c.content_id.in_(part))
            db.execute(insert(copies).from_select(["content_id", "count"], alike))

    def remove(self, image_ids: Iterable[str]) -> list[ImageRecord]:
        """Remove records; returns those that there were."""
        with self._errors(), self._database.writing() as db:
            gone = [
                stored
                for part in _slices(list(dict.fromkeys(image_ids)))
                for stored in self._select(db, records.c.image_id.in_(part))
            ]
            first = self._advance(db, len(gone))
            for sequence, stored in enumerate(gone, first):
                db.execute(delete(records).where(records.c.number == stored.number))
                db.execute(insert(removed).values(number=stored.number, sequence=sequence))
            self._recount(db, {stored.record.content_id for stored in gone})
        return [stored.record for stored in gone]

    def distrust(self, image_ids: Iterable[str]) -> None:
        """Forget the stamps of records, so that they count as changed when their source is added again."""
        with self._errors(), self._database.writing() as db:
            for part in _slices(list(image_ids)):
                db.execute(update(records).where(records.c.image_id.in_(part)).values(stamp=""))

    def _advance(self, db: Connection, steps: int) -> int:
        """Take `steps` numbers of the change sequence; returns the first."""
        db.execute(
            update(counters).where(counters.c.name == "sequence").values(value=counters.c.value + steps)
        )
        return self._sequence(db) - steps + 1

    # Vectors of an encoder that is to come

    def encoded(self, made: Mapping[int, Vector], step: int) -> None:
        """Keep vectors of records by number, made after reading the changes up to a step; those that are gone are left out."""
        with self._errors(), self._database.writing() as db:
            there = set(db.scalars(select(records.c.number).where(records.c.number.in_(made))))
            self._space.put(db, {number: vector for number, vector in made.items() if number in there})
            self._space.reach(db, step)

    def encoded_to(self) -> int:
        """The step that was given to `encoded` last; 0 before that."""
        with self._errors(), self._database.reading() as db:
            return self._space.reached(db)

    def behind(self) -> int:
        """How many records have changed since `encoded_to`."""
        with self._errors(), self._database.reading() as db:
            changed = records.c.sequence > self._space.reached(db)
            return int(db.scalar(select(func.count()).select_from(records).where(changed)) or 0)

    def forget(self, space: str) -> None:
        """Forget the vectors of another space, if there are any."""
        with self._errors(), self._database.writing() as db:
            Space(space).drop(db)

    # Reading

    def _sequence(self, db: Connection) -> int:
        return int(db.scalar(_SEQUENCE) or 0)

    def sequence(self) -> int:
        """The newest step of the change sequence."""
        with self._errors(), self._database.reading() as db:
            return self._sequence(db)

    def chosen(self, source_id: int) -> dict[str, str]:
        """What the owner chose for a source."""
        with self._errors(), self._database.reading() as db:
            data = db.scalar(select(sources.c.options).where(sources.c.id == source_id))
        return msgspec.msgpack.decode(data or b"\x80", type=dict[str, str])

    def stamps(self, source_id: int) -> dict[str, str]:
        """Key to stamp of every record of a source."""
        with self._errors(), self._database.reading() as db:
            rows = db.execute(select(records.c.key, records.c.stamp).where(records.c.source_id == source_id))
            return _pairs(rows)

    def records(self, numbers: Sequence[int]) -> list[Stored]:
        """Records by number, in the order asked for; those that are gone are left out."""
        with self._errors(), self._database.reading() as db:
            recent = self._recent_at(int(rows(db, _SEQUENCE_NOW, ("sequence",))[0][0]))
            found = {number: stored for number in numbers if (stored := recent.get(number))}
            for part in _slices([number for number in numbers if number not in found]):
                for number, data, count in rows(db, _BY_NUMBER, part):
                    found[number] = stored = Stored(number, _decode(data), count)
                    recent.put(number, stored)
        return [found[number] for number in numbers if number in found]

    def _recent_at(self, sequence: int) -> Recent[Stored]:
        """What was read since the last change: read before anything that goes into it, it is never too old."""
        recent = self._recent
        if recent.sequence != sequence:
            self._recent = recent = Recent(sequence, REMEMBERED)
        return recent

    def find(self, image_id: str) -> Stored | None:
        """One record by its image id."""
        with self._errors(), self._database.reading() as db:
            return next(iter(self._select(db, records.c.image_id == image_id)), None)

    def vector(self, number: int) -> Vector | None:
        """The vector of a record, `(dimension,)`; `None` if it has none."""
        with self._errors(), self._database.reading() as db:
            data = next((row[1] for row in rows(db, self._space.by_number, (number,))), None)
        return None if data is None else as_vector(data)

    def vectors(self, numbers: Sequence[int]) -> dict[int, Vector]:
        """The vectors of records by number; those that have none are left out."""
        with self._errors(), self._database.reading() as db:
            return {
                number: as_vector(data)
                for part in _slices(numbers)
                for number, data in rows(db, self._space.by_number, part)
            }

    def of_content(self, content_id: bytes) -> list[Stored]:
        """The records that have these bytes, in the order in which they came."""
        with self._errors(), self._database.reading() as db:
            return self._select(db, records.c.content_id == content_id, limit=SLICE)

    def of_source(self, address: str, key: str | None = None) -> list[str]:
        """Image ids of a source, or of one key in it."""
        query = select(records.c.image_id).join(sources).where(sources.c.address == address)
        if key is not None:
            query = query.where(records.c.key == key)
        with self._errors(), self._database.reading() as db:
            return list(db.scalars(query.order_by(records.c.number)))

    def addresses(self) -> dict[str, int]:
        """Address of each source, and how many records it has."""
        counts = (
            select(sources.c.address, func.count(records.c.number)).outerjoin(records).group_by(sources.c.id)
        )
        with self._errors(), self._database.reading() as db:
            return _pairs(db.execute(counts.order_by(sources.c.id)))

    def count(self) -> int:
        with self._errors(), self._database.reading() as db:
            return int(db.scalar(select(func.count()).select_from(records)) or 0)

    def holds_content(self, content_id: bytes) -> bool:
        """Whether any record has these bytes."""
        with self._errors(), self._database.reading() as db:
            return (
                db.scalar(select(records.c.number).where(records.c.content_id == content_id).limit(1))
                is not None
            )

    def without_vector(self) -> list[int]:
        """Numbers of records that have lost their vector."""
        kept = self._space.table
        query = select(records.c.number).outerjoin(kept, kept.c.number == records.c.number)
        query = query.where(kept.c.number.is_(None))
        with self._errors(), self._database.reading() as db:
            return list(db.scalars(query))

    def damage(self) -> list[str]:
        """What is wrong with the database itself."""
        try:
            with self._errors(), self._database.reading() as db:
                return [] if db.dialect.name != "sqlite" else _not_ok(db)
        except StoreError as error:
            return [str(error)]

    def each(self) -> Iterator[Stored]:
        """Every record in the order of numbers, read in slices."""
        last = 0
        while batch := self._after(last):
            yield from batch
            last = batch[-1].number

    def _after(self, number: int) -> list[Stored]:
        query = records.c.number > number
        with self._errors(), self._database.reading() as db:
            return self._select(db, query, limit=SLICE)

    def changes(self, after: int, limit: int = 1000) -> list[Change]:
        """The next steps after a sequence number, each with the newest state of its record."""
        with self._errors(), self._database.snapshot() as db:  # one state for both tables
            kept = db.execute(self._space.changed, {"after": after, "limit": limit}).all()
            gone = db.execute(_REMOVED, {"after": after, "limit": limit}).all()
            steps = [_change(*row) for row in kept] + [
                Change(sequence, number, None) for sequence, number in gone
            ]
        return sorted(steps, key=lambda change: change.sequence)[:limit]

    def _select(
        self, db: Connection, condition: ColumnElement[bool], limit: int | None = None
    ) -> list[Stored]:
        rows = db.execute(_STORED.where(condition).order_by(records.c.number).limit(limit))
        return [Stored(number, _decode(data), count) for number, data, count in rows]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Translate what the database says into what its owner can do."""
        try:
            yield
        except DatabaseError as error:
            raise StoreError(_explain(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(
                f"a record cannot be read ({error}): restore the library from a backup"
            ) from error


def _explain(error: DatabaseError) -> str:
    text = str(error.orig)
    if "full" in text:
        return "the disk is full: make room and run the same command again; what was added before is kept"
    if isinstance(error, OperationalError) and "locked" in text:
        return "another process is writing to the library for too long: wait for it and try again"
    if "disk I/O" in text:
        return "the disk refuses to read or write the records: check its health and your quota; what was added before is kept"
    return f"the records cannot be read or written: {text}"


def _pairs(rows: Iterable[Any]) -> dict[str, Any]:
    """Rows of two columns, as a mapping from the first to the second."""
    return {key: value for key, value in rows}  # noqa: C416 - a row is no tuple to the types


def _not_ok(db: Connection) -> list[str]:
    lines = db.exec_driver_sql("PRAGMA quick_check(20)").scalars().all()
    return (
        []
        if lines == ["ok"]
        else [f"records.db is damaged, restore it from a backup: {line}" for line in lines]
    )


def _change(sequence: int, number: int, record: bytes, vector: bytes | None) -> Change:
    return Change(sequence, number, _decode(record), None if vector is None else as_vector(vector))


def _slices(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), SLICE):
        yield items[start : start + SLICE]
