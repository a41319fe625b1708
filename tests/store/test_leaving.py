"""Thumbnails go when no record holds them, and no record comes while they go."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizsla.store import Entry, Store

from .samples import entry_of, record_of
from .test_copies import make_old

ONE, TWO, THREE = b"1" * 16, b"2" * 16, b"3" * 16


def put(store: Store, **contents: bytes) -> None:
    """Records by key, with what their files hold."""
    entries = [
        Entry(msgspec.structs.replace(record_of(key), content_id=content), "")
        for key, content in contents.items()
    ]
    store.put(store.source("folder", "/pictures"), entries)


def remove(store: Store, *keys: str) -> None:
    store.remove([record_of(key).image_id for key in keys])


def gone(content_ids: Sequence[bytes]) -> Sequence[bytes]:
    return content_ids


def test_contents_are_to_go_with_their_last_record(store: Store) -> None:
    put(store, a=ONE, b=ONE, c=TWO)
    remove(store, "a")
    assert store.leaving() == []
    remove(store, "b", "c")
    assert set(store.leaving()) == {ONE, TWO}


def test_contents_that_are_replaced_are_to_go(store: Store) -> None:
    put(store, a=ONE)
    put(store, a=ONE)
    assert store.leaving() == []
    put(store, a=TWO)
    assert store.leaving() == [ONE]
    put(store, b=ONE)
    assert store.leaving() == []


def test_what_is_gone_is_forgotten_and_what_is_not_is_still_to_go(store: Store) -> None:
    put(store, a=ONE, b=TWO)
    remove(store, "a", "b")
    store.let_go([ONE, TWO], lambda content_ids: {TWO})
    assert store.leaving() == [ONE]
    store.let_go([ONE], gone)
    assert store.leaving() == []


def test_only_what_is_still_to_go_may_go(store: Store, path: Path) -> None:
    put(store, a=ONE, b=TWO, c=THREE)
    remove(store, "b", "c")
    seen = store.leaving()
    with closing(Store(path)) as other:
        other.let_go([THREE], gone)
    asked: list[Sequence[bytes]] = []

    def ask(content_ids: Sequence[bytes]) -> Sequence[bytes]:
        asked.append(content_ids)
        return content_ids

    store.let_go([ONE, *seen], ask)
    store.let_go(seen, ask)
    store.let_go([], ask)
    assert asked == [[TWO]]


def test_what_is_to_go_is_told_in_parts(store: Store) -> None:
    put(store, a=TWO, b=THREE, c=ONE)
    remove(store, "a", "b", "c")
    assert store.leaving() == [ONE, TWO, THREE]
    assert store.leaving(2) == [ONE, TWO]
    assert store.leaving(2, ONE) == [TWO, THREE]
    assert store.leaving(after=THREE) == []


def test_what_is_not_ready_was_not_put(store: Store) -> None:
    source = store.source("folder", "/pictures")
    store.put(source, [entry_of("a")])
    before = store.sequence()

    def ready(doubtful: object) -> None:
        assert store.count() == 1  # the others do not see it yet
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.put(source, [entry_of("b")], ready)
    assert (store.count(), store.sequence()) == (1, before)


def test_who_puts_looks_for_thumbnails_that_may_have_been_deleted_since_and_for_no_others(
    store: Store,
) -> None:
    entries = [
        Entry(msgspec.structs.replace(record_of(key), content_id=content), "")
        for key, content in {"b": TWO, "c": THREE}.items()
    ]
    source = store.source("folder", "/pictures")
    asked: list[set[bytes]] = []

    def doubted(since: int | None) -> set[bytes]:
        store.put(source, entries, lambda doubtful: asked.append(set(doubtful)), since=since)
        return asked.pop()

    assert doubted(None) == {TWO, THREE}
    since = store.deletions()
    assert doubted(since) == set()
    put(store, a=ONE)
    remove(store, "a", "c")
    assert doubted(since) == {THREE}  # who was to delete it may have been killed after that
    assert doubted(since) == set()
    store.let_go([TWO, THREE], gone)
    assert doubted(since) == set()
    store.let_go([ONE], lambda content_ids: ())  # what failed may have been done all the same
    assert doubted(since) == {TWO, THREE}
    assert doubted(store.deletions()) == set()


KEYS = st.sampled_from("abc")
CONTENTS = st.sampled_from([ONE, TWO, None])


@settings(max_examples=50, deadline=None)
@given(steps=st.lists(st.dictionaries(KEYS, CONTENTS, max_size=3), max_size=6))
def test_whatever_comes_and_goes_that_is_to_go_which_was_held_and_is_not(
    steps: list[dict[str, bytes | None]],
) -> None:
    with tempfile.TemporaryDirectory() as directory, closing(Store(Path(directory, "records.db"))) as store:
        held: dict[str, bytes] = {}
        ever: set[bytes] = set()
        for step in steps:
            put(store, **{key: content for key, content in step.items() if content})
            remove(store, *[key for key, content in step.items() if content is None])
            held |= {key: content for key, content in step.items() if content}
            ever |= set(held.values())
            held = {key: content for key, content in held.items() if step.get(key, content)}
            assert set(store.leaving()) == ever - set(held.values())


@pytest.mark.parametrize("version", [1, 2, 3])
def test_older_versions_knew_of_nothing_that_is_to_go(path: Path, version: int) -> None:
    with closing(Store(path)) as store:
        put(store, a=ONE, b=TWO)
    make_old(path, version)
    for _ in range(2):
        with closing(Store(path)) as opened:
            assert opened.count() == 2
            assert opened.leaving() == []
    with closing(Store(path)) as opened:
        remove(opened, "a")
        assert opened.leaving() == [ONE]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT value FROM counters WHERE name = 'schema'").fetchone() == (4,)
