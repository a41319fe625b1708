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
    """Deletes a few at a time, as long as there is patience."""

    def __init__(self, blobs: Blobs) -> None:
        self.error: BlobError | None = None
        """What went wrong last."""
        self._blobs = blobs
        self._left = PATIENCE_SECONDS

    def patient(self) -> bool:
        return self._left > 0

    def __call__(self, content_ids: Sequence[bytes]) -> list[bytes]:
        """Those whose thumbnails are gone. No deletion goes on after this: somebody may add the picture then."""
        began = time.monotonic()
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
