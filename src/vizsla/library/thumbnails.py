"""Thumbnails of pictures that were removed or replaced: nobody needs a key for them, so that they have to go.

Which are to go is in the store, from the moment on at which their pictures are gone. Whoever comes by deletes them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from vizsla.blobs import BlobError, Blobs

if TYPE_CHECKING:
    from .library import Library

AT_ONCE = 8
"""Thumbnails that are deleted, beside each other, while who writes to the library waits: as long as the slowest takes, a
fraction of a second also in a bucket."""

PATIENCE_SECONDS = 10.0
"""How long deletions of which some fail may take together: a bucket that cannot be reached is not asked for each
thumbnail."""

NOTICED_SECONDS = 0.05
"""A few deletions that take less are followed by the next at once: those on a local disk take a tenth of it, in a
bucket hardly any are as fast."""

IN_A_ROW_SECONDS = 1.0
"""How long those may take together before others get a turn after all: who deletes thousands locally is held up little."""

PAUSE_SECONDS = 0.15
"""The least that lets others have a turn: SQLite has those that wait look every tenth of a second, no sooner."""


def drop(library: Library) -> None:
    """Delete what is to go; one that cannot be deleted keeps none of the others.

    Raises:
        BlobError: some are still there.
    """
    store = library.store
    todo = store.leaving()
    if not todo:
        return
    deleting = _Deleting(library.blobs)
    turns = _Turns()
    for start in range(0, len(todo), AT_ONCE):
        if deleting.patient():
            time.sleep(turns.pause())
            store.let_go(todo[start : start + AT_ONCE], deleting)
            turns.held(deleting.seconds())
    if deleting.error:
        raise BlobError(
            f"{len(store.leaving()):,} thumbnails of removed or replaced pictures are still there, "
            f"`vizsla check --repair` tries again: {deleting.error}"
        ) from deleting.error


class FewAtATime:
    """Deletes what is to go, a few with each call, for who has other things to do.

    Call it again at once as long as something was there: it stays away for as long as others had to wait.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._last = b""
        self._until = 0.0

    def __call__(self) -> bool:
        """Whether something was there to be deleted. Less than a millisecond if not.

        Raises:
            BlobError: some of it could not be deleted; the next call goes on with the others.
        """
        if time.monotonic() < self._until:
            return True
        store = self._library.store
        few = store.leaving(AT_ONCE, self._last) or store.leaving(AT_ONCE)
        if not few:
            return False
        self._last = few[-1]
        deleting = _Deleting(self._library.blobs)
        store.let_go(few, deleting)
        self._until = time.monotonic() + deleting.seconds()
        if deleting.error:
            raise deleting.error
        return True


class _Turns:
    """How long to stay away so that others who write get their turn, too."""

    def __init__(self) -> None:
        self._last = self._in_a_row = 0.0

    def held(self, seconds: float) -> None:
        """Others had to wait for so long."""
        self._last = seconds
        self._in_a_row += seconds

    def pause(self) -> float:
        """Seconds to wait now."""
        if self._last < NOTICED_SECONDS and self._in_a_row < IN_A_ROW_SECONDS:
            return 0.0
        self._in_a_row = 0.0
        return max(self._last, PAUSE_SECONDS)


class _Deleting:
    """Deletes a few at a time, as long as there is patience."""

    def __init__(self, blobs: Blobs) -> None:
        self.error: BlobError | None = None
        """What went wrong last."""
        self._blobs = blobs
        self._left = PATIENCE_SECONDS
        self._began: float | None = None

    def patient(self) -> bool:
        return self._left > 0

    def seconds(self) -> float:
        """How long ago the last few began, for which others had to wait; 0: nothing was to be deleted."""
        began, self._began = self._began, None
        return 0.0 if began is None else time.monotonic() - began

    def __call__(self, content_ids: Sequence[bytes]) -> list[bytes]:
        """Those whose thumbnails are gone. No deletion goes on after this: somebody may add the picture then."""
        self._began = began = time.monotonic()
        with ThreadPoolExecutor(len(content_ids), "vizsla-deleting") as threads:
            errors = list(threads.map(self._delete, content_ids))
        for error in errors:
            self.error = error or self.error
        if any(errors):
            self._left -= time.monotonic() - began
        return [content_id for content_id, error in zip(content_ids, errors, strict=True) if not error]

    def _delete(self, content_id: bytes) -> BlobError | None:
        try:
            self._blobs.delete(content_id)
        except BlobError as error:
            return error
        return None
