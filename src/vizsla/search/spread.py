"""A few records that stand for all of a library."""

from __future__ import annotations

from vizsla.engines.seam import Engine, Plan


def spread(engine: Engine, count: int) -> list[int]:
    """At most `count` numbers, rising and evenly spread over all that records have had; some of them may be gone."""
    newest = engine.search(Plan(limit=1)).numbers
    last = newest[0] if newest else 0
    return sorted({1 + place * last // count for place in range(count)}) if last else []
