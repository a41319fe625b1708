"""Removing what somebody names: an image by its id or its file, or a whole source."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import LibraryError
from .thumbnails import drop

if TYPE_CHECKING:
    from .library import Library

_IMAGE_ID = re.compile(r"[0-9A-Fa-f]{40}")


def remove(library: Library, what: str) -> int:
    """See `Library.remove`."""
    image_ids = _named(library, what)
    if not image_ids:
        drop(library)  # somebody may be asking again because the first time was cut short
        raise LibraryError(
            f"{what!r} is neither a source of the library nor an image in it: `vizsla status` lists the sources"
        )
    gone = library.store.remove(image_ids)
    try:
        drop(library)
    finally:
        library.index()
    return len(gone)


def _named(library: Library, what: str) -> list[str]:
    store = library.store
    if _IMAGE_ID.fullmatch(what):
        found = store.find(what.upper())
        return [found.record.image_id] if found else []
    path = os.path.abspath(what)  # noqa: PTH100 - a file that is gone cannot be resolved, only spelled out
    for address in (what, path, os.path.realpath(what)):
        if found_ids := store.of_source(address):
            return found_ids
    for folder in Path(path).parents:
        if found_ids := store.of_source(str(folder), Path(path).relative_to(folder).as_posix()):
            return found_ids
    return []
