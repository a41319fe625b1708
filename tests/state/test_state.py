"""The state's database: what it is made of, and what it says when it cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from vizsla.state import State, StateError
from vizsla.state.schema import keys, metadata, usage


def test_a_damaged_file_is_a_clear_error(file: Path) -> None:
    file.write_bytes(b"this is no database" * 100)
    with pytest.raises(StateError, match="keys, queries and subsets cannot be read or written"):
        State(file)


def test_a_place_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="keys, queries and subsets cannot be read or written"):
        State(tmp_path / "nowhere" / "state.db")


def test_a_state_of_keys_alone_gets_what_it_lacks(file: Path) -> None:
    before = create_engine(f"sqlite:///{file}")
    metadata.create_all(before, tables=[keys, usage])
    before.dispose()
    with sqlite3.connect(file) as db:
        db.execute("INSERT INTO keys (digest, hint, name, created) VALUES ('0', '0000', 'of before', 1)")
    db.close()
    state = State(file)
    state.queries.note("dog", "en-US")
    state.queries.flush()
    assert [key.name for key in state.keys.all()] == ["of before"]
    assert state.subsets.all() == []
    state.close()


def test_the_file_is_what_the_schema_says(state: State, file: Path) -> None:
    """A change of the tables needs a migration: whoever makes one meets this test."""
    with sqlite3.connect(file) as db:
        tables = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        columns = {table: [row[1] for row in db.execute(f"PRAGMA table_info({table})")] for table in tables}
    db.close()
    assert columns == {
        "keys": ["id", "digest", "hint", "name", "created", "revoked", "tps", "monthly"],
        "usage": ["key_id", "month", "calls"],
        "queries": ["text", "market", "weight", "times"],
        "subsets": ["name", "content"],
    }
