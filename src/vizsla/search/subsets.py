"""From a saved subset to filters."""

from __future__ import annotations

from collections.abc import Iterator

from vizsla.records import AnyOf, Below, Condition, Filters
from vizsla.state import Subset
from vizsla.wire import parse_search

from .filters import filters_of

_ASKED = (("safeSearch", "Off"), ("q", "all"))
"""After the subset's own parameters, of which the first wins: one that says nothing of safe search demands nothing of it.
"""


def filters_of_subset(subset: Subset, now: int) -> Filters:
    """What a subset demands of a record at the Unix time `now`.

    Each kind of demand narrows, several values of one kind widen: of one of the sites and of one of the sources. A search
    within the subset demands its own besides, so that of two safe searches the stricter wins.

    Raises:
        InvalidRequest: a filter's value is not valid.
    """
    parameters = parse_search([*subset.filters.items(), *_ASKED])
    return (*filters_of(parameters, now), *_places(subset))


def _places(subset: Subset) -> Iterator[Condition]:
    if subset.sites:
        yield Below("site", frozenset(subset.sites))
    if subset.sources:
        yield AnyOf("source", frozenset(subset.sources))
