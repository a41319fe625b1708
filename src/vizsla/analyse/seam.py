"""The analyser seam: a pure function from a decoded picture to fields of the record."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vizsla.decode import Picture


class Analyser(msgspec.Struct, frozen=True):
    """`run` returns a struct whose fields are named and typed as those of `ImageRecord` that it knows."""

    name: str
    version: int
    """Raised whenever results change, so that a newer analyser knows what to redo."""
    run: Callable[[Picture], msgspec.Struct]
