"""Subsets of a library: their sources are its sources."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from .errors import LibraryError

if TYPE_CHECKING:
    from vizsla.state import Subset

    from .library import Library


def save(library: Library, subset: Subset) -> bool:
    """See `Library.save_subset`."""
    known = library.store.addresses()
    sources = tuple(dict.fromkeys(_address(source, known) for source in subset.sources))
    return library.subsets.save(msgspec.structs.replace(subset, sources=sources))


def _address(source: str, known: dict[str, int]) -> str:
    """The address of a source as the store has it; folders may be named as somebody reaches them from here."""
    path = os.path.abspath(source)  # noqa: PTH100 - a folder that is gone cannot be resolved, only spelled out
    for address in (source, path, os.path.realpath(path)):
        if address in known:
            return address
    raise LibraryError(f"{source!r} is no source of the library: `vizsla status` lists them")
