"""Records that show one picture: counted when they come, go, or turn out to be copies."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizsla.store import Counts, Entry, Store

from .samples import record_of, vector_of

FOURTH = "DROP TABLE leaving"
"""What takes the fourth schema from a file."""
OLD = (
    "DROP TABLE copies",
    "DROP INDEX ix_records_group",
    *(f"ALTER TABLE records DROP COLUMN {name}" for name in ("group_id", "perceptual_hash", "size", "page")),
)
"""What takes the third schema from it."""
SECOND = "CREATE TABLE copies (content_id BLOB PRIMARY KEY, count INTEGER NOT NULL)"


def put(store: Store, *entries: Entry) -> None:
    store.put(store.source("folder", "/pictures"), entries)


def shown(key: str, group: bytes, **fields: Any) -> Entry:
    record = msgspec.structs.replace(record_of(key), group_id=group, **fields)
    return Entry(record, "", vector_of(key))


def ids(*keys: str) -> list[str]:
    return [record_of(key).image_id for key in keys]


def counted(store: Store) -> dict[str, int]:
    return {stored.record.key: stored.copies for stored in store.each()}


def counts(store: Store, key: str) -> Counts:
    (number,) = (stored.number for stored in store.each() if stored.record.key == key)
    (stored,) = store.records([number])
    return stored.counts


def test_records_that_show_one_picture_know_how_many_they_are(store: Store) -> None:
    one, other = b"1" * 16, b"2" * 16
    put(store, shown("a", one), shown("b", one), shown("c", other))
    assert counted(store) == {"a": 2, "b": 2, "c": 1}
    put(store, shown("d", one), shown("c", one))
    assert counted(store) == {"a": 4, "b": 4, "c": 4, "d": 4}
    put(store, shown("a", other))
    assert counted(store) == {"a": 1, "b": 3, "c": 3, "d": 3}
    store.remove(ids("b", "c"))
    assert counted(store) == {"a": 1, "d": 1}


def test_sizes_and_pages_are_counted_once_each(store: Store) -> None:
    group, page = b"1" * 16, "https://example.com/"
    put(store, shown("a", group, width=800, height=600), shown("b", group, width=400, height=300))
    assert counts(store, "a") == Counts(pages=2, sizes=2)
    put(store, shown("c", group, width=400, height=300, host_page_url=page))
    put(store, shown("d", group, width=300, height=400, host_page_url=page))
    assert counts(store, "a") == counts(store, "d") == Counts(pages=3, sizes=3)
    store.remove(ids("a", "b", "c"))
    assert counts(store, "d") == Counts()


def test_a_group_lists_its_records_in_the_order_in_which_they_came(store: Store) -> None:
    group = b"1" * 16
    put(store, shown("b", group), shown("x", b"2" * 16), shown("a", group))
    assert [stored.record.key for stored in store.of_group(group)] == ["b", "a"]
    assert {stored.copies for stored in store.of_group(group)} == {2}
    store.remove(ids("b"))
    assert [stored.record.key for stored in store.of_group(group)] == ["a"]
    assert store.of_group(b"3" * 16) == []


def test_a_record_without_a_group_is_its_own(store: Store) -> None:
    put(store, shown("a", b""))
    assert [stored.record.key for stored in store.of_group(record_of("a").content_id)] == ["a"]


def test_hashes_are_told_in_the_order_of_changes(store: Store) -> None:
    put(store, shown("a", b"", perceptual_hash=b"a" * 32), shown("b", b""))
    first = store.hashes(0)
    assert [(one.number, one.perceptual_hash) for one in first] == [(1, b"a" * 32), (2, None)]
    put(store, shown("a", b"", perceptual_hash=b"A" * 32))
    assert [(one.number, one.perceptual_hash) for one in store.hashes(first[-1].sequence)] == [(1, b"A" * 32)]
    assert len(store.hashes(0, limit=1)) == 1


def test_the_group_of_bytes_is_that_of_the_first_record_that_was_compared(store: Store) -> None:
    same = {"content_id": b"s" * 16}
    put(store, shown("old", b"", **same))
    assert store.group_of(b"s" * 16) is None
    put(store, shown("new", b"1" * 16, perceptual_hash=b"h" * 32, **same))
    put(store, shown("newer", b"2" * 16, perceptual_hash=b"h" * 32, **same))
    assert store.group_of(b"s" * 16) == b"1" * 16


def test_records_move_to_other_groups_and_engines_are_told(store: Store) -> None:
    put(store, shown("a", b"1" * 16), shown("b", b"2" * 16), shown("c", b"2" * 16))
    before = store.sequence()
    store.regroup({1: b"2" * 16, 3: b"3" * 16, 77: b"4" * 16})
    assert counted(store) == {"a": 2, "b": 2, "c": 1}
    changes = store.changes(before)
    assert [(one.number, one.record and one.record.group) for one in changes] == [
        (1, b"2" * 16),
        (3, b"3" * 16),
    ]
    assert all(change.vector is not None for change in changes)


@settings(max_examples=50, deadline=None)
@given(
    steps=st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 4)), max_size=5), max_size=6)
)
def test_copies_are_counted_whatever_comes_and_goes(steps: list[list[tuple[str, int]]]) -> None:
    """A picture is put into group 1 or 2, in size 1 or 2, or removed by 0."""
    with tempfile.TemporaryDirectory() as directory:
        store = Store(Path(directory) / "records.db")
        held: dict[str, int] = {}
        for step in steps:
            put(store, *[shown(key, bytes([1 + n % 2]) * 16, width=1 + n // 3) for key, n in step if n])
            held |= {key: n for key, n in step if n}
            gone = [key for key, n in step if not n]
            store.remove(ids(*gone))
            held = {key: n for key, n in held.items() if key not in gone}
            groups = defaultdict(list)
            for n in held.values():
                groups[n % 2].append(n // 3)
            assert counted(store) == {key: len(groups[n % 2]) for key, n in held.items()}
            for key, n in held.items():
                assert counts(store, key).sizes == len(set(groups[n % 2]))
        store.close()


@pytest.mark.parametrize("version", [1, 2])
def test_records_of_older_versions_are_grouped_by_their_bytes_when_they_are_opened(
    path: Path, version: int
) -> None:
    store = Store(path)
    same = {"content_id": b"s" * 16, "width": 640, "height": 480}
    put(store, *[shown(key, b"", **same) for key in "ab"], shown("c", b"", content_id=b"o" * 16))
    changed = store.sequence()
    store.close()
    make_old(path, version)
    for _ in range(2):
        opened = Store(path)
        assert counted(opened) == {"a": 2, "b": 2, "c": 1}
        assert counts(opened, "a") == Counts(pages=2, sizes=1)
        assert [stored.record.key for stored in opened.of_group(b"s" * 16)] == ["a", "b"]
        assert opened.sequence() == changed
        opened.close()
    again = Store(path)
    put(again, shown("d", b"s" * 16, width=10))
    assert counts(again, "a") == Counts(pages=3, sizes=2)
    again.close()


def make_old(path: Path, version: int) -> None:
    with sqlite3.connect(path) as db:
        for statement in (FOURTH, *(OLD if version < 3 else ()), *((SECOND,) if version == 2 else ())):
            db.execute(statement)
        db.execute("UPDATE counters SET value = ? WHERE name = 'schema'", (version,))
    db.close()


def test_a_mark_is_the_step_that_was_written_down_last(store: Store) -> None:
    assert store.mark("one") == 0
    for step in (3, 2):
        store.put_mark("one", step)
        assert (store.mark("one"), store.mark("other")) == (step, 0)


def test_groups_are_told_of_records_that_are_there(store: Store) -> None:
    put(store, shown("a", b"1" * 16), shown("b", b"2" * 16))
    assert store.groups([1, 2, 77]) == {1: b"1" * 16, 2: b"2" * 16}
    assert store.groups([]) == {}
