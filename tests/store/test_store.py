from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from vizsla.store import Entry, Store, StoreError
from vizsla.store.database import _PRAGMAS, Database
from vizsla.store.schema import SCHEMA_VERSION
from vizsla.store.store import SLICE

from .samples import entry_of, record_of, vector_of


def ids(*keys: str) -> list[str]:
    return [record_of(key).image_id for key in keys]


def put(store: Store, *entries: Entry) -> None:
    store.put(store.source("folder", "/pictures"), entries)


def numbers(store: Store) -> list[int]:
    return [stored.number for stored in store.each()]


def test_what_was_put_is_found_in_every_way(store: Store) -> None:
    source = store.source("folder", "/pictures")
    entries = [entry_of(key) for key in ("a", "b", "c")]
    tally = store.put(source, entries)
    assert (tally.added, tally.updated) == (3, 0)
    records = [entry.record for entry in entries]
    assert [stored.record for stored in store.each()] == records
    assert [stored.record for stored in store.records(numbers(store)[::-1])] == records[::-1]
    found = store.find(records[1].image_id)
    assert found and found.record == records[1]
    assert store.of_source("/pictures") == [record.image_id for record in records]
    assert store.of_source("/pictures", "b") == [records[1].image_id]
    assert store.stamps(source) == {key: f"stamp of {key} " for key in ("a", "b", "c")}
    assert store.count() == 3


def test_what_is_not_there_is_not_found(store: Store) -> None:
    put(store, entry_of("a"))
    assert store.find("0" * 40) is None
    assert store.records([77]) == []
    assert store.of_source("/elsewhere") == store.of_source("/pictures", "b") == []
    assert store.stamps(77) == {}
    assert store.remove(["0" * 40]) == []
    assert store.source_id("/elsewhere") is None


def test_everything_is_there_after_closing(path: Path) -> None:
    store = Store(path)
    put(store, entry_of("a"))
    before = store.changes(0)
    store.close()
    again = Store(path)
    assert [(c.sequence, c.number, c.record) for c in again.changes(0)] == [
        (c.sequence, c.number, c.record) for c in before
    ]
    again.close()


def test_a_source_keeps_its_id_and_counts_its_records(store: Store) -> None:
    first, second = store.source("folder", "/pictures"), store.source("folder", "/more")
    assert first != second
    assert store.source("folder", "/pictures") == first == store.source_id("/pictures")
    store.put(first, [entry_of("a"), entry_of("b")])
    assert store.addresses() == {"/pictures": 2, "/more": 0}


def test_choices_of_a_source_are_remembered_apart(store: Store) -> None:
    first, second = store.source("folder", "/pictures"), store.source("folder", "/more")
    assert store.chosen(first) == {}
    store.choose(first, {"licence": "by"})
    assert store.chosen(first) == {"licence": "by"}
    assert store.chosen(second) == {}


def test_replacing_keeps_the_number_and_the_time_of_discovery(store: Store) -> None:
    source = store.source("folder", "/pictures")
    store.put(source, [entry_of("a", discovered=5), entry_of("b", discovered=5)])
    before = numbers(store)
    tally = store.put(source, [entry_of("a", title="new", discovered=9), entry_of("c", discovered=9)])
    assert (tally.added, tally.updated) == (1, 1)
    assert numbers(store)[:2] == before
    found = store.find(*ids("a"))
    assert found and found.record == record_of("a", title="new", discovered=5)
    assert store.stamps(source)["a"] == "stamp of a new"


def test_what_another_process_changes_is_seen_in_the_next_reading(store: Store, path: Path) -> None:
    source = store.source("folder", "/pictures")
    store.put(source, [entry_of("a.jpg", title="Red"), entry_of("b.jpg")])
    assert [stored.record.title for stored in store.records([1, 2])] == ["Red", ""]
    other = Store(path)
    other.put(source, [entry_of("a.jpg", title="Blue")])
    assert [stored.record.title for stored in store.records([1, 2])] == ["Blue", ""]
    other.remove([entry_of("a.jpg").record.image_id])
    assert [stored.number for stored in store.records([1, 2])] == [2]
    other.close()


def test_the_last_of_two_with_the_same_id_in_one_batch_stays(store: Store) -> None:
    tally = store.put(
        store.source("folder", "/pictures"), [entry_of("a", title="1"), entry_of("a", title="2")]
    )
    assert (tally.added, tally.updated) == (1, 1)
    assert [stored.record.title for stored in store.each()] == ["2"]
    assert len(store.changes(0)) == 1


def test_a_batch_that_fails_leaves_nothing(store: Store) -> None:
    put(store, entry_of("a"))
    before = store.sequence()
    other_with_the_key_of_a = Entry(record_of("a", source="/elsewhere"), "stamp")
    with pytest.raises(StoreError, match="UNIQUE"):
        put(store, entry_of("b"), other_with_the_key_of_a)
    assert store.count() == 1
    assert store.sequence() == before


def test_removing_gives_what_there_was(store: Store) -> None:
    put(store, entry_of("a"), entry_of("b"), entry_of("c"))
    assert [record.key for record in store.remove(ids("c", "a", "gone"))] == ["a", "c"]
    assert store.count() == 1
    assert store.remove(ids("a")) == []


def test_more_ids_than_one_statement_takes_are_removed_once_each(store: Store) -> None:
    keys = [str(n) for n in range(SLICE + 5)]
    put(store, *map(entry_of, keys))
    assert len(store.records(numbers(store))) == len(keys)
    assert len(store.remove(ids(*keys, *keys[:3]))) == len(keys)
    assert store.count() == 0


def test_the_number_of_a_removed_record_never_comes_back(store: Store, path: Path) -> None:
    put(store, entry_of("a"), entry_of("b"))
    used = set(numbers(store))
    for _ in range(3):
        store.remove(ids("a", "b"))
        again = Store(path)
        put(again, entry_of("b"), entry_of("a"))
        again.close()
        assert used.isdisjoint(numbers(store))
        used |= set(numbers(store))


def test_vectors_come_back_in_half_precision(store: Store) -> None:
    values = np.array([0.1, -1.0, 3e-5, 1000.25], np.float32)
    put(store, Entry(record_of("a"), "", values), Entry(record_of("b"), ""))
    with_vector, without = store.changes(0)
    assert with_vector.vector is not None
    assert with_vector.vector.dtype == np.float32
    assert np.array_equal(with_vector.vector, values.astype(np.float16).astype(np.float32))
    assert without.vector is None
    assert store.without_vector() == [without.number]


def test_replacing_replaces_the_vector_too(store: Store) -> None:
    put(store, Entry(record_of("a"), "", vector_of("old")))
    put(store, Entry(record_of("a"), "", vector_of("new")))
    (change,) = store.changes(0)
    assert change.vector is not None
    assert np.array_equal(change.vector, vector_of("new"))
    put(store, Entry(record_of("a"), ""))
    assert store.changes(0)[0].vector is None


def test_a_distrusted_record_has_no_stamp_and_stays(store: Store) -> None:
    put(store, entry_of("a"), entry_of("b"))
    store.distrust(ids("a"))
    assert store.stamps(1) == {"a": "", "b": "stamp of b "}
    assert store.count() == 2


def test_stamps_that_end_otherwise_are_counted_but_for_those_that_are_distrusted(store: Store) -> None:
    put(store, *(Entry(record_of(key), f"{key}.{end}") for key, end in zip("abcd", "xyzz", strict=True)))
    store.distrust(ids("d"))
    assert store.stamped_otherwise([".x", ".y"]) == 1
    assert store.stamped_otherwise([".x"]) == 2
    assert store.stamped_otherwise([".x", ".y", ".z"]) == 0


# What cannot be opened or read


def test_records_of_a_newer_version_are_refused_and_left_alone(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE counters SET value = ? WHERE name = 'schema'", (SCHEMA_VERSION + 1,))
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="upgrade vizsla"):
        Store(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        Store(path)
    assert path.read_bytes() == b"not a database at all" * 100


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        Store(tmp_path / "no" / "such" / "folder" / "records.db")


@pytest.mark.parametrize("content", [b"", b"\0", b"\x81\xa5title\xa1\xff", b"\x81\xa5title"])
def test_a_damaged_record_is_an_error_that_says_what_to_do(store: Store, path: Path, content: bytes) -> None:
    put(store, entry_of("a"))
    with sqlite3.connect(path) as db:
        db.execute("UPDATE records SET record = ?", (content,))
    db.close()
    for read in (lambda: store.changes(0), lambda: list(store.each()), lambda: store.find(*ids("a"))):
        with pytest.raises(StoreError, match="restore the library from a backup"):
            read()


def test_damage_to_the_tables_is_told_in_one_line(store: Store, path: Path) -> None:
    store.close()
    path.write_bytes(path.read_bytes().replace(b"vector BLOB NOT NULL", b"vector BLOB \x1cOT NULL"))
    with pytest.raises(StoreError) as raised:
        Store(path).count()
    assert "vectors" in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_damage_to_the_file_is_told(store: Store, path: Path) -> None:
    put(store, *(entry_of(str(n)) for n in range(200)))
    assert store.damage() == []
    store.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8_000] = b"\xff" * 8_000
    path.write_bytes(content)
    broken = Store(path)
    assert broken.damage()
    assert "backup" in broken.damage()[0]
    broken.close()


def test_every_way_into_the_database_flushes_what_it_commits(path: Path) -> None:
    database = Database(path)
    for way in (database.reading, database.snapshot, database.writing):
        with way() as db:
            assert db.scalar(text("PRAGMA synchronous")) == 2  # FULL
            assert db.scalar(text("PRAGMA journal_mode")) == "wal"
    database.close()


def test_a_snapshot_stays_and_reading_follows_what_others_write(path: Path, store: Store) -> None:
    database = Database(path)
    count = text("SELECT count(*) FROM sources")
    with database.snapshot() as still, database.reading() as following:
        assert still.scalar(count) == following.scalar(count) == 0
        store.source("folder", "/pictures")
        assert (still.scalar(count), following.scalar(count)) == (0, 1)
    database.close()


def test_who_opens_a_store_does_not_wait_for_who_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Store(path)) as store:
        store.put(store.source("folder", "/pictures"), [entry_of("a")])
    impatient = (*_PRAGMAS[:-1], "PRAGMA busy_timeout=0")
    monkeypatch.setattr("vizsla.store.database._PRAGMAS", impatient)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with closing(Store(path)) as opened:
            assert opened.count() == 1
        with pytest.raises(StoreError, match="writing to the library"):
            Store(path, "0" * 16)  # its table is missing
    with closing(Store(path, "0" * 16)) as opened:
        assert opened.without_vector() == [1]
