"""Thumbnails of pictures that were removed or replaced: nobody needs a key for them, so that they have to go.

Which are to go is in the store, from the moment on at which their pictures are gone. Whoever comes by deletes them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vizsla.blobs import BlobError, Blobs

if TYPE_CHECKING:
    from .library import Library

AT_ONCE = 8
"""Thumbnails that are deleted while who writes to the library waits: a fraction of a second, also in a bucket."""

PATIENCE_SECONDS = 10.0
"""How long deletions that fail may take together: a bucket that cannot be reached is not asked for each thumbnail."""


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
    for start in range(0, len(todo), AT_ONCE):
        if deleting.patient():
            store.let_go(todo[start : start + AT_ONCE], deleting)
    if deleting.error:
        raise BlobError(
            f"{len(store.leaving()):,} thumbnails of removed or replaced pictures are still there, "
            f"`vizsla check --repair` tries again: {deleting.error}"
        ) from deleting.error


class _Deleting:
    """Deletes as long as there is patience."""

    def __init__(self, blobs: Blobs) -> None:
        self.error: BlobError | None = None
        """What went wrong last."""
        self._blobs = blobs
        self._left = PATIENCE_SECONDS

    def patient(self) -> bool:
        return self._left > 0

    def __call__(self, content_id: bytes) -> bool:
        """Whether a thumbnail is gone."""
        if not self.patient():
            return False
        began = time.monotonic()
        try:
            self._blobs.delete(content_id)
        except BlobError as error:
            self.error = error
            self._left -= time.monotonic() - began
            return False
        return True
