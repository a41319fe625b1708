"""Pictures to fields of the record: what analysers there are. `table` runs them, and is loaded when it is first used.

`VERSIONS` stands apart from the analysers because whoever looks for what has changed reads it, and analysers bring the
decoder; `tests/analyse/test_analyse_table.py` holds them together.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vizsla.analyse.seam import Analyser
    from vizsla.analyse.table import ANALYSERS, Analysis, analyse

VERSIONS: dict[str, int] = {
    "digest": 1,
    "geometry": 1,
    "colour": 2,
    "transparency": 1,
    "animation": 1,
    "kind": 3,
    "copies": 1,
    "metadata": 3,
    "sharpness": 1,
    "faces": 1,
    "adult": 1,
}
"""Name to version of every row of `ANALYSERS`; raising one makes adding a source again redo its records."""

OPTIONAL: dict[str, int] = {"reading": 1}
"""The same, of analysers that run only where an owner asks for them."""

__all__ = ["ANALYSERS", "OPTIONAL", "VERSIONS", "Analyser", "Analysis", "analyse", "edition"]


def edition(also: Iterable[str] = ()) -> str:
    """Changes when the version of any analyser that runs does.

    Args:
        also: names of optional ones.
    """
    running = VERSIONS | {name: OPTIONAL[name] for name in also}
    return blake2b(repr(sorted(running.items())).encode(), digest_size=8).hexdigest()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from vizsla.analyse import table

    return getattr(table, name)
