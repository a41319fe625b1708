"""Records are read ahead of who asks for them, and what was read is never older than what the store holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from vizsla.store import Store
from vizsla.store.ahead import Ahead, Row

from .samples import entry_of, record_of
from .test_copies import put, shown


def titles(store: Store, count: int = 9) -> list[str]:
    return [stored.record.title for stored in store.records(range(1, count + 1))]


def behind_its_back(path: Path, statement: str) -> None:
    """Change the file without a step of the change sequence, which no program does: it shows who still reads it."""
    with sqlite3.connect(path) as db:
        db.execute(statement)
    db.close()


def test_what_was_read_ahead_is_not_read_again(store: Store, path: Path) -> None:
    put(store, *(entry_of(key, title=key) for key in "abc"))
    store.read_ahead(quiet=0)
    behind_its_back(path, "UPDATE records SET record = x'00'")
    assert titles(store) == ["a", "b", "c"]


def test_nothing_is_read_ahead_while_records_come(store: Store, path: Path) -> None:
    put(store, entry_of("a", title="a"))
    store.read_ahead()
    behind_its_back(path, "DELETE FROM records")
    assert titles(store) == []


def test_a_change_is_seen_at_once(store: Store) -> None:
    put(store, *(entry_of(key, title=key) for key in "abc"))
    store.read_ahead(quiet=0)
    put(store, entry_of("a", title="another"))
    store.remove([record_of("b").image_id])
    assert titles(store) == ["another", "c"]
    store.read_ahead(quiet=0)
    assert titles(store) == ["another", "c"]


def test_how_many_show_a_picture_is_read_ahead_too(store: Store) -> None:
    one = b"1" * 16
    put(store, shown("a", one, width=9), shown("b", one), shown("c", b"2" * 16))
    read = store.records([1, 2, 3])
    put(store, shown("d", b"3" * 16))  # nothing that was remembered is used
    store.read_ahead(quiet=0)
    assert store.records([1, 2, 3]) == read
    assert [stored.copies for stored in read] == [2, 2, 1]


@given(st.lists(st.binary(max_size=9), max_size=30), st.integers(1, 5), st.integers(1, 60))
@settings(max_examples=50)
def test_it_reads_on_until_there_is_no_room_or_no_more(found: list[bytes], at_once: int, room: int) -> None:
    rows: list[Row] = [(number, record, number % 2 + 1, 1, 1) for number, record in enumerate(found, 1)]
    ahead = Ahead(1, room)
    while ahead.due(quiet=0):
        ahead.put(rows[ahead.last : ahead.last + at_once])
    held = [row for row in rows if ahead.get(row[0]) == row]
    assert held == rows[: ahead.last]
    assert ahead.last == len(rows) or sum(len(row[1]) for row in held) >= room
    assert sum(len(row[1]) for row in held) < room + 9 * at_once
    assert ahead.get(ahead.last + 1) is None
