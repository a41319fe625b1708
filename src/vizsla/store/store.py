"""Records, their vectors and sources, and the sequence of their changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, inspect, select, update
from sqlalchemy.exc import DatabaseError, OperationalError

from vizsla.records import Change, ImageRecord, Vector

from .ahead import AT_ONCE, QUIET_SECONDS, Ahead, Row
from .copies import Counts, columns_of, recount
from .database import Database, rows
from .leaving import leave, stay, still, unheld
from .migration import migrate
from .recent import Recent
from .schema import SCHEMA_VERSION, copies, counters, leaving, metadata, records, removed, sources
from .spaces import Space, as_stored, as_vector

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ImageRecord).decode

REMEMBERED = 16_384
"""Records that are kept as they were read: what is found often is found again. About thirty megabytes."""

SLICE = 500
"""Ids in one IN list: below every database's limit on parameters."""

_COUNTERS = {"schema": SCHEMA_VERSION, "sequence": 0}
"""What a new store begins with."""

_Item = TypeVar("_Item")

_NOT_AHEAD = Ahead(0)

_SEQUENCE = select(counters.c.value).where(counters.c.name == "sequence")
_SEQUENCE_NOW = "SELECT value FROM counters WHERE name IN ({})"
_ROWS = (
    "SELECT number, record, COALESCE(count, 1), COALESCE(pages, 1), COALESCE(sizes, 1) FROM records "
    "LEFT JOIN copies ON copies.group_id = records.group_id WHERE "
)
_BY_NUMBER = _ROWS + "number IN ({})"
_FOLLOWING = _ROWS + f"number > {{}} ORDER BY number LIMIT {AT_ONCE}"
_STORED = select(
    records.c.number,
    records.c.record,
    func.coalesce(copies.c.count, 1),
    func.coalesce(copies.c.pages, 1),
    func.coalesce(copies.c.sizes, 1),
).outerjoin(copies, copies.c.group_id == records.c.group_id)
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


class Stored(msgspec.Struct, frozen=True, gc=False):
    """A record as the store holds it."""

    number: int
    record: ImageRecord
    copies: int = 1
    """Records that show this picture, itself included."""
    counts: Counts = Counts()


class Hashed(NamedTuple):
    """What copies of a record are known by, and when it was put there."""

    sequence: int
    number: int
    perceptual_hash: bytes | None


class _Known(NamedTuple):
    """What is known of a record that is there."""

    number: int
    discovered: int
    group_id: bytes
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
        self._ahead = Ahead(0)
        with self._errors():
            self._prepare()

    def _prepare(self) -> None:
        """Make what is missing. Who opens a store in which nothing is missing does not wait for those who write."""
        with self._database.snapshot() as db:
            known = self._counters(db)
            self._not_newer(known)
            tables = {*metadata.tables, self._space.table.name}
            made = known.get("schema") == SCHEMA_VERSION and known.keys() >= _COUNTERS.keys()
            if made and tables <= set(inspect(db).get_table_names()):
                return
        with self._database.writing() as db:
            known = self._counters(db)  # as whoever wrote meanwhile left it
            version = self._not_newer(known)
            if version < SCHEMA_VERSION:
                migrate(db, version)
            metadata.create_all(db)
            self._space.prepare(db)
            for name, value in _COUNTERS.items():
                if name not in known:
                    db.execute(insert(counters).values(name=name, value=value))

    def _not_newer(self, known: Mapping[str, int]) -> int:
        """The version of the schema."""
        version = known.get("schema", SCHEMA_VERSION)
        if version > SCHEMA_VERSION:
            raise StoreError("the records are of a newer version of vizsla: upgrade vizsla to read them")
        return version

    def _counters(self, db: Connection) -> dict[str, int]:
        if not inspect(db).has_table(counters.name):
            return {}
        return _pairs(db.execute(select(counters.c.name, counters.c.value)))

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

    def put(
        self,
        source_id: int,
        entries: Sequence[Entry],
        ready: Callable[[Collection[bytes]], object] = lambda doubtful: None,
        *,
        since: int | None = None,
    ) -> Tally:
        """Add or replace records in one transaction; when this returns they are on disk.

        A replaced record keeps its number and the time of its discovery.

        Args:
            ready: called last, while nobody else adds, removes or deletes, with the contents whose thumbnails may have
                been deleted since they were written; if it raises, nothing was put.
            since: what `deletions` told before they were written; without it, all may have been deleted.
        """
        with self._errors(), self._database.writing() as db:
            first = self._advance(db, len(entries))
            doubtful = self._doubtful(db, {entry.record.content_id for entry in entries}, since)
            known = self._known(db, [entry.record.image_id for entry in entries])
            before = len(known)
            touched = {one.group_id for one in known.values()}
            replaced = {one.content_id for one in known.values()}
            for sequence, entry in enumerate(entries, first):
                image_id = entry.record.image_id
                known[image_id] = self._put_one(db, source_id, entry, sequence, known.get(image_id))
            self._recount(db, touched | {entry.record.group for entry in entries})
            self._leave(db, replaced | {entry.record.content_id for entry in entries})
            ready(doubtful)
        added = len(known) - before
        return Tally(added, len(entries) - added)

    def _doubtful(
        self, db: Connection, content_ids: Collection[bytes], since: int | None
    ) -> Collection[bytes]:
        """See `put`. Who was stopped while deleting could not count that, but has left written down what was to go."""
        if self._deletions(db) != since:
            return content_ids
        return {content_id for part in _slices(list(content_ids)) for content_id in still(db, part)}

    def _known(self, db: Connection, image_ids: Sequence[str]) -> dict[str, _Known]:
        found: dict[str, _Known] = {}
        names = ("image_id", *_Known._fields)
        columns = select(*(records.c[name] for name in names))
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
            **columns_of(record),
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
        return _Known(number, record.discovered, record.group, record.content_id)

    def _recount(self, db: Connection, groups: Iterable[bytes]) -> None:
        """Bring up to date how many records show these pictures."""
        for part in _slices(list(groups)):
            recount(db, part)

    def regroup(self, groups: Mapping[int, bytes]) -> None:
        """Put records, by number, into other groups."""
        with self._errors(), self._database.writing() as db:
            found = [
                stored
                for part in _slices(list(groups))
                for stored in self._select(db, records.c.number.in_(part))
            ]
            first = self._advance(db, len(found))
            for sequence, stored in enumerate(found, first):
                moved = msgspec.structs.replace(stored.record, group_id=groups[stored.number])
                row = {"sequence": sequence, "record": _encode(moved), **columns_of(moved)}
                db.execute(update(records).where(records.c.number == stored.number).values(row))
            self._recount(db, {*groups.values(), *(stored.record.group for stored in found)})

    def remove(self, image_ids: Iterable[str]) -> list[ImageRecord]:
        """Remove records; returns those that there were."""
        with self._errors(), self._database.writing() as db:
            self._wait_turn(db)
            gone = [
                stored
                for part in _slices(list(dict.fromkeys(image_ids)))
                for stored in self._select(db, records.c.image_id.in_(part))
            ]
            first = self._advance(db, len(gone))
            for sequence, stored in enumerate(gone, first):
                db.execute(delete(records).where(records.c.number == stored.number))
                db.execute(insert(removed).values(number=stored.number, sequence=sequence))
            self._recount(db, {stored.record.group for stored in gone})
            self._leave(db, {stored.record.content_id for stored in gone})
        return [stored.record for stored in gone]

    def stamped_otherwise(self, endings: Iterable[str]) -> int:
        """How many records have a stamp that ends in none of these ways; of those that are distrusted nothing is known."""
        stamp = records.c.stamp
        others = (~stamp.endswith(ending, autoescape=True) for ending in endings)
        query = select(func.count()).select_from(records).where(stamp != "", *others)
        with self._errors(), self._database.reading() as db:
            return int(db.scalar(query) or 0)

    def _leave(self, db: Connection, content_ids: Iterable[bytes]) -> None:
        """Write down which of these contents no record holds any more."""
        for part in _slices(list(content_ids)):
            leave(db, part)

    def leaving(self, limit: int | None = None, after: bytes = b"") -> list[bytes]:
        """Contents whose last record is gone and whose thumbnail is to be deleted, in the order of their ids.

        Args:
            limit: the first so many of them.
            after: those whose ids come after this one.
        """
        query = select(leaving.c.content_id).where(leaving.c.content_id > after)
        with self._errors(), self._database.reading() as db:
            return list(db.scalars(query.order_by(leaving.c.content_id).limit(limit)))

    def let_go(
        self, content_ids: Sequence[bytes], delete: Callable[[Sequence[bytes]], Collection[bytes]]
    ) -> None:
        """Have the thumbnails of contents deleted that are still to be.

        Args:
            content_ids: few, because others who write have to wait.
            delete: called at most once, with those of them that nobody else has deleted meanwhile and no record holds,
                while nobody else adds, removes or deletes; tells whose thumbnails are gone. The others are still to be
                deleted.
        """
        with self._errors(), self._database.writing() as db:
            self._wait_turn(db)
            left = still(db, content_ids)
            going = unheld(db, left)
            stay(db, set(left) - set(going))
            if going:
                stay(db, delete(going))
                self._count_deletion(db)

    def deletions(self) -> int:
        """How often thumbnails were deleted; see `put`."""
        with self._errors(), self._database.reading() as db:
            return self._deletions(db)

    def _deletions(self, db: Connection) -> int:
        return int(db.scalar(select(counters.c.value).where(counters.c.name == "deletions")) or 0)

    def _count_deletion(self, db: Connection) -> None:
        count = self._deletions(db) + 1
        db.execute(delete(counters).where(counters.c.name == "deletions"))
        db.execute(insert(counters).values(name="deletions", value=count))

    def distrust(self, image_ids: Iterable[str]) -> None:
        """Forget the stamps of records, so that they count as changed when their source is added again."""
        with self._errors(), self._database.writing() as db:
            for part in _slices(list(image_ids)):
                db.execute(update(records).where(records.c.image_id.in_(part)).values(stamp=""))

    def _wait_turn(self, db: Connection) -> None:
        """Let whoever writes finish first, also where transactions run beside each other, as in PostgreSQL."""
        self._advance(db, 0)

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
            sequence = next((int(row[0]) for row in rows(db, _SEQUENCE_NOW, ("sequence",))), 0)
            recent = self._recent_at(sequence)
            found = {number: stored for number in numbers if (stored := recent.get(number))}
            missing = [number for number in numbers if number not in found]
            for row in self._rows(db, missing, sequence):
                found[row[0]] = stored = _stored(*row)
                recent.put(stored.number, stored)
        return [found[number] for number in numbers if number in found]

    def _rows(self, db: Connection, numbers: Sequence[int], sequence: int) -> Iterator[Row]:
        """What the database holds of records; what was read ahead is not read again."""
        ahead = self._ahead if self._ahead.sequence == sequence else _NOT_AHEAD
        missing = []
        for number in numbers:
            if row := ahead.get(number):
                yield row
            else:
                missing.append(number)
        for part in _slices(missing):
            yield from rows(db, _BY_NUMBER, part)

    def read_ahead(self, quiet: float = QUIET_SECONDS) -> None:
        """Read a few more records that nobody has asked for yet, as far as there is memory for them; see `ahead`.

        For the background: some milliseconds; less if nothing has changed since all were read.

        Args:
            quiet: seconds for which nothing has changed before reading begins.
        """
        with self._errors(), self._database.snapshot() as db:  # one state for both statements
            sequence = self._sequence(db)
            if self._ahead.sequence != sequence:
                self._ahead = Ahead(sequence)
            if self._ahead.due(quiet):
                self._ahead.put(rows(db, _FOLLOWING, (self._ahead.last,)))

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

    def of_group(self, group: bytes) -> list[Stored]:
        """The records that show one picture (see `ImageRecord.group`), in the order in which they came."""
        with self._errors(), self._database.reading() as db:
            return self._select(db, records.c.group_id == group, limit=SLICE)

    def groups(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The groups of records by number; those that are gone are left out."""
        columns = select(records.c.number, records.c.group_id)
        with self._errors(), self._database.reading() as db:
            return {
                number: group
                for part in _slices(numbers)
                for number, group in db.execute(columns.where(records.c.number.in_(part)))
            }

    def group_of(self, content_id: bytes) -> bytes | None:
        """The group of the first record that has these bytes and a perceptual hash."""
        query = select(records.c.group_id).where(
            records.c.content_id == content_id, records.c.perceptual_hash.is_not(None)
        )
        with self._errors(), self._database.reading() as db:
            found: bytes | None = db.scalar(query.order_by(records.c.number).limit(1))
        return found

    def mark(self, name: str) -> int:
        """The step of the change sequence that was written down under a name last; 0: none was."""
        query = select(counters.c.value).where(counters.c.name == f"mark {name}")
        with self._errors(), self._database.reading() as db:
            return int(db.scalar(query) or 0)

    def put_mark(self, name: str, step: int) -> None:
        """Write down a step of the change sequence."""
        key = f"mark {name}"
        with self._errors(), self._database.writing() as db:
            db.execute(delete(counters).where(counters.c.name == key))
            db.execute(insert(counters).values(name=key, value=step))

    def hashes(self, after: int, limit: int = 10_000) -> list[Hashed]:
        """What is there of the next steps after a sequence number; each record stands at its last step."""
        query = select(records.c.sequence, records.c.number, records.c.perceptual_hash)
        query = query.where(records.c.sequence > after).order_by(records.c.sequence).limit(limit)
        with self._errors(), self._database.reading() as db:
            return [Hashed(*row) for row in db.execute(query)]

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
        return [_stored(*row) for row in rows]

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
    text = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in str(error.orig))
    if "full" in text:
        return "the disk is full: make room and run the same command again; what was added before is kept"
    if isinstance(error, OperationalError) and "locked" in text:
        return "another process is writing to the library for too long: wait for it and try again"
    if "disk I/O" in text:
        return "the disk refuses to read or write the records: check its health and your quota; what was added before is kept"
    if "malformed" in text:
        return f"the records are damaged, restore the library from a backup: {text}"
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


def _stored(number: int, record: bytes, count: int, pages: int, sizes: int) -> Stored:
    return Stored(number, _decode(record), count, Counts(pages, sizes) if count > 1 else _ALONE)


_ALONE = Counts()


def _change(sequence: int, number: int, record: bytes, vector: bytes | None) -> Change:
    return Change(sequence, number, _decode(record), None if vector is None else as_vector(vector))


def _slices(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), SLICE):
        yield items[start : start + SLICE]
