"""From v7 parameters to filters: one row per parameter (v7 reference, section 4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from enum import StrEnum

import msgspec

from vizsla.records import AnyOf, Between, Condition, Filters
from vizsla.wire import Freshness, SafeSearch, SearchParameters, admitted

DAY = 86_400
WINDOWS = {Freshness.DAY: DAY, Freshness.WEEK: 7 * DAY, Freshness.MONTH: 30 * DAY}

_SAFE = AnyOf("adult", frozenset(("safe",)))

_Row = Callable[[SearchParameters, int], Condition | None]


def _member(column: str, field: str) -> _Row:
    """The column holds the parameter's value; `All` and absence demand nothing."""

    def row(parameters: SearchParameters, now: int) -> Condition | None:
        value: StrEnum | None = getattr(parameters, field)
        return None if value in (None, "All") else AnyOf(column, frozenset((str(value).lower(),)))

    return row


def _exact(column: str, field: str) -> _Row:
    def row(parameters: SearchParameters, now: int) -> Condition | None:
        value: int | None = getattr(parameters, field)
        return None if value is None else Between(column, value, value)

    return row


def _bounds(column: str, low: str, high: str) -> _Row:
    def row(parameters: SearchParameters, now: int) -> Condition | None:
        bounds: tuple[int | None, int | None] = (getattr(parameters, low), getattr(parameters, high))
        return None if bounds == (None, None) else Between(column, *bounds)

    return row


def _licence(parameters: SearchParameters, now: int) -> Condition | None:
    codes = admitted(parameters.license)
    return None if codes is None else AnyOf("licence", codes)


def _freshness(parameters: SearchParameters, now: int) -> Condition | None:
    return (
        None if parameters.freshness is None else Between("discovered", now - WINDOWS[parameters.freshness])
    )


def _safe_search(parameters: SearchParameters, now: int) -> Condition | None:
    return None if parameters.safe_search == SafeSearch.OFF else _SAFE


ROWS: tuple[_Row, ...] = (
    _safe_search,
    _licence,
    _freshness,
    _member("aspect", "aspect"),
    _member("colour", "color"),
    _member("kind", "image_type"),
    _member("face", "image_content"),
    _member("size", "size"),
    _exact("height", "height"),
    _exact("width", "width"),
    _bounds("height", "min_height", "max_height"),
    _bounds("width", "min_width", "max_width"),
    _bounds("file_size", "min_file_size", "max_file_size"),
)


def settled(parameters: SearchParameters, market: str, strict_markets: Collection[str]) -> SearchParameters:
    """The parameters as they count in a market: where its policy demands it, `safeSearch` is `Strict` (section 4.4)."""
    if market not in strict_markets:
        return parameters
    return msgspec.structs.replace(parameters, safe_search=SafeSearch.STRICT)


def filters_of(parameters: SearchParameters, now: int) -> Filters:
    """What the parameters demand of a record at the Unix time `now`."""
    return tuple(_demanded(parameters, now))


def _demanded(parameters: SearchParameters, now: int) -> Iterator[Condition]:
    for row in ROWS:
        if condition := row(parameters, now):
            yield condition
