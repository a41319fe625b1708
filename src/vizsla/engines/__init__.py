"""Engines: indexes derived from the store. `open_engine` opens the one that is embedded in a library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .errors import EngineError

if TYPE_CHECKING:
    from .local.engine import LocalEngine

__all__ = ["EngineError", "open_engine"]


def open_engine(directory: Path, dimension: int | None) -> LocalEngine:
    """Open the embedded index in `directory` (made if it does not exist) for searching.

    Args:
        directory: `index/` of a library. Whatever in it cannot be read counts as an empty index.
        dimension: length of the vectors; `None` if the library has no encoder.

    Raises:
        EngineError: the directory cannot be made or read.
    """
    from .local.engine import LocalEngine

    return LocalEngine(directory, dimension)
