"""The change sequence is complete and in order, whatever happens to the records."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

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
TestChanges.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)


def test_changes_are_of_one_state_while_others_write(tmp_path: Path) -> None:
    """A record that is removed between two statements would be in neither half of the answer."""
    store = Store(tmp_path / "records.db")
    source = store.source("folder", "/pictures")
    done = threading.Event()

    def write() -> None:
        for n in range(60):
            store.put(source, [entry_of("a", title=str(n)), entry_of("b", title=str(n))])
            store.remove([record_of("a").image_id])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    follower = Follower()
    known: set[int] = set()
    while not done.is_set():
        numbers = {change.number for change in store.changes(0)}
        assert known <= numbers
        known = numbers
        follower.read(store, 2)
    writer.join()
    while follower.read(store, 2):
        pass
    assert follower.records == {stored.number: stored.record for stored in store.each()}
    store.close()
