"""Up to which step of the store's changes all records have been compared with each other, to find copies."""

from __future__ import annotations

from contextlib import suppress

from vizsla.store import Store, StoreError

COMPARED = "compared 3"
"""Mark of that step; the number rises when copies are told otherwise."""


def compared_to(store: Store) -> int:
    """The step; 0: nothing is known to have been compared."""
    return store.mark(COMPARED)


def note_compared(store: Store, step: int) -> None:
    """Write the step down. It only saves work the next time, so that a disk without room for it is no failure."""
    with suppress(StoreError):
        store.put_mark(COMPARED, step)
