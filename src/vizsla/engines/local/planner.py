"""How a filtered vector query runs: exact scores for few matches, the graph for many.

A graph search looks at the vectors nearest to the query whether they match or not, so to meet `wanted` matches at a
selectivity `s` it has to look at about `wanted / s`. Exact scoring looks at the `s * size` matches. The first falls
with `s`, the second rises: the cheaper of the two runs.
"""

from __future__ import annotations

GRAPH_COST = 40.0
"""What one step of a graph search costs, in exact scores of one vector; printed by `benchmarks/engine.py`."""

MARGIN = 1.3
"""How many more of the vectors that do not match are looked at than expected, because matches do not lie evenly."""

ENOUGH = 0.5
"""Share of the wanted matches from which on a graph search counts: where it met fewer, the matches lie far from the
query, the nearest may not be among those met, and all are scored exactly."""


def beam_width(size: int, matches: int, wanted: int) -> int | None:
    """How wide to search the graph of a segment (`efSearch`), or `None` to score all matches exactly.

    Args:
        size: vectors in the segment.
        matches: how many of them are within the filters.
        wanted: how many of the nearest are asked for.
    """
    if matches <= wanted:
        return None
    width = int(wanted * (1 + MARGIN * (size / matches - 1)))
    return width if width * GRAPH_COST < matches else None
