"""Filters in terms of the numbers that an index holds: the one form from which bitmaps and tantivy queries are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from vizsla.records import COLUMNS, AnyOf, Below, Between, Column, Condition, Filters, ImageRecord

from .keywords import Keywords

BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}

LOWEST, HIGHEST = -(2**63) + 1, 2**63 - 1
MISSING = LOWEST - 1
"""Stands in a number column for nothing."""


class OneOf(msgspec.Struct, frozen=True):
    """The column holds at least one of the codes (keyword) or member indices (set)."""

    column: Column
    codes: tuple[int, ...]


class Within(msgspec.Struct, frozen=True):
    """The number is within the bounds, both inclusive."""

    column: Column
    low: int
    high: int


Test = OneOf | Within


def column_named(name: str) -> Column:
    """One of `COLUMNS`.

    Raises:
        ValueError: there is no such column.
    """
    try:
        return BY_NAME[name]
    except KeyError:
        raise ValueError(f"no column {name!r}: use one of {', '.join(BY_NAME)}") from None


def tests(filters: Filters, keywords: Keywords) -> tuple[Test, ...]:
    """What a slot has to pass to be within the filters.

    Raises:
        ValueError: a condition names no column, or one of another kind.
    """
    return tuple(test(condition, keywords) for condition in filters)


def test(condition: Condition, keywords: Keywords) -> Test:
    """What a slot has to pass for one condition.

    Raises:
        ValueError: the condition names no column, or one of another kind.
    """
    column = column_named(condition.column)
    match condition:
        case AnyOf() if column.kind != "number":
            return OneOf(column, tuple(sorted(codes(column, condition.values, keywords))))
        case Below() if column.kind == "keyword":
            return OneOf(column, tuple(sorted(keywords.below(condition.domains))))
        case Between() if column.kind == "number":
            low = LOWEST if condition.low is None else condition.low
            high = HIGHEST if condition.high is None else condition.high
            return Within(column, max(low, LOWEST), min(high, HIGHEST))
    raise ValueError(f"{type(condition).__name__} does not apply to the {column.kind} column {column.name!r}")


def codes(column: Column, values: Iterable[str], keywords: Keywords) -> set[int]:
    """Codes of the values of a set or keyword column; values that no record can have are left out."""
    if column.kind == "set":
        return {column.members.index(value) for value in values if value in column.members}
    return {code for value in values if (code := keywords.code(value)) is not None}


def read_values(column: Column, record: ImageRecord, keywords: Keywords) -> list[int]:
    """What a record has in a column: member indices, one code, or one number or none."""
    value = column.read(record)
    if value is None:
        return []
    if isinstance(value, int):
        return [max(LOWEST, min(value, HIGHEST))]
    return sorted(codes(column, [value] if isinstance(value, str) else value, keywords))
