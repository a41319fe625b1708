"""Thumbnails go when no record holds them, and no record comes while they go."""

from __future__ import annotations

import pytest

from vizsla.store import Store

from .samples import entry_of, record_of


def test_only_what_no_record_holds_may_go(store: Store) -> None:
    held, unheld = record_of("a").content_id, b"x" * 16
    store.put(store.source("folder", "/pictures"), [entry_of("a")])
    gone: list[bytes] = []
    store.let_go([held, unheld], gone.append)
    assert gone == [unheld]
    store.let_go([], gone.append)
    assert gone == [unheld]


def test_what_is_not_ready_was_not_put(store: Store) -> None:
    source = store.source("folder", "/pictures")
    store.put(source, [entry_of("a")])
    before = store.sequence()

    def ready() -> None:
        assert store.count() == 1  # the others do not see it yet
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.put(source, [entry_of("b")], ready)
    assert (store.count(), store.sequence()) == (1, before)
