"""The change sequence is complete and in order, whatever happens to the records."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from vizsla.records import Change, ImageRecord
from vizsla.store import Entry, Store

from .samples import entry_of, record_of

KEYS = [f"{letter}.jpg" for letter in "abcdefgh"]

_keys = st.lists(st.sampled_from(KEYS), unique=True, max_size=5)


class Follower:
    """An engine reduced to its one duty: to hold what the changes tell, up to a watermark."""

    def __init__(self) -> None:
        self.watermark = 0
        self.records: dict[int, ImageRecord] = {}

    def read(self, store: Store, limit: int) -> list[Change]:
        changes = store.changes(self.watermark, limit)
        for change in changes:
            assert change.sequence > self.watermark
            self.watermark = change.sequence
            if change.record is None:
                self.records.pop(change.number, None)
            else:
                self.records[change.number] = change.record
        return changes


class Changes(RuleBasedStateMachine):
    """Random operations beside a model in memory, followed at a random pace."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.path = Path(self.place.name) / "records.db"
        self.store = Store(self.path)
        self.model: dict[str, tuple[int, ImageRecord]] = {}
        self.used: set[int] = set()
        self.clock = 0
        self.slow = Follower()

    def teardown(self) -> None:
        self.store.close()
        self.place.cleanup()

    @rule(keys=_keys)
    def put(self, keys: list[str]) -> None:
        self.clock += 1
        entries = [entry_of(key, title=str(self.clock), discovered=self.clock) for key in keys]
        tally = self.store.put(self.store.source("folder", "/pictures"), entries)
        assert tally.updated == sum(key in self.model for key in keys)
        assert tally.added + tally.updated == len(keys)
        for entry in entries:
            self._note(entry)

    def _note(self, entry: Entry) -> None:
        key = entry.record.key
        stored = self.store.find(entry.record.image_id)
        assert stored is not None
        if key in self.model:
            assert stored.number == self.model[key][0]
            assert stored.record.discovered == self.model[key][1].discovered
        else:
            assert stored.number not in self.used
        assert stored.record.title == str(self.clock)
        self.used.add(stored.number)
        self.model[key] = stored.number, stored.record

    @rule(keys=_keys)
    def remove(self, keys: list[str]) -> None:
        gone = self.store.remove([record_of(key).image_id for key in keys])
        assert {record.key for record in gone} == {key for key in keys if key in self.model}
        for record in gone:
            del self.model[record.key]

    @rule(keys=_keys)
    def distrust(self, keys: list[str]) -> None:
        before = self.store.sequence()
        self.store.distrust([record_of(key).image_id for key in keys])
        assert self.store.sequence() == before

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = Store(self.path)

    @rule(limit=st.integers(1, 4))
    def follow(self, limit: int) -> None:
        assert len(self.slow.read(self.store, limit)) <= limit

    @invariant()
    def changes_tell_everything_in_order_and_once(self) -> None:
        changes = self.store.changes(0)
        sequences = [change.sequence for change in changes]
        assert sequences == sorted(set(sequences))
        assert {change.number for change in changes} == self.used
        assert len(changes) == len(self.used)
        assert all(sequence <= self.store.sequence() for sequence in sequences)
        assert {change.number: change.record for change in changes if change.record} == dict(
            self.model.values()
        )
        assert self.store.count() == len(self.model)

    @invariant()
    def whoever_follows_arrives_at_the_same(self) -> None:
        follower = Follower()
        follower.watermark, follower.records = self.slow.watermark, dict(self.slow.records)
        while follower.read(self.store, 3):
            pass
        assert follower.records == dict(self.model.values())


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)


def test_changes_are_of_one_state_while_others_write(tmp_path: Path) -> None:
    """A record added, and another removed, between the two statements that read the changes."""
    store, other = Store(tmp_path / "records.db"), Store(tmp_path / "records.db")
    source = store.source("folder", "/pictures")
    store.put(source, [entry_of("a")])
    statements: list[str] = []

    def write_between(*event: Any) -> None:
        statement = event[2]
        if statement.startswith("SELECT records.sequence") and not statements:
            statements.append(statement)
            other.put(source, [entry_of("b")])
            other.remove([record_of("a").image_id])

    listen(Engine, "after_cursor_execute", write_between)
    try:
        follower = Follower()
        while follower.read(store, 10):
            pass
    finally:
        remove(Engine, "after_cursor_execute", write_between)
    assert statements
    assert [record.key for record in follower.records.values()] == ["b"]
    store.close()
    other.close()
