"""Queries that only make sense with a place: whether to ask where the person is (v7 reference, section 6.6)."""

from __future__ import annotations

import re

from vizsla.wire import Location

_HERE = re.compile(
    r"\b(?:nearby|near(?:est)? (?:me|by|here|us)|(?:close|closest) to (?:me|here|us)|around (?:me|here))\b",
    re.I,
)


def asks_for_place(query: str, location: Location | None) -> bool:
    """Whether the query means a place that nobody told."""
    return location is None and _HERE.search(query) is not None
