"""The columns: one memory-mapped file of slots, from which a filter becomes a boolean array.

The file is a row of blocks; a block holds `BLOCK` slots, column after column. So one file, one mapping and one fsync
serve all columns, and a column of all blocks is one strided numpy array.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizsla.records import COLUMNS, Column

from ..languages import CODES, DEFAULT
from .conditions import MISSING, OneOf, Test

BLOCK = 8192
"""Slots a block: small enough that a library of a few hundred images scans microseconds of nothing."""

GONE, PLAIN, LOOKS = 0, 1, 2
"""State of a slot: its record was removed; it is there; it is there with a vector."""

GROUP = "group"
"""The column of what records have in common that show one picture."""

Bits = NDArray[np.bool_]
Cells = NDArray[np.integer[Any]]
Numbers = NDArray[np.int64]


def _dtype(column: Column) -> np.dtype[np.integer[Any]]:
    if column.kind == "number":
        return np.dtype("<i8")
    if column.kind == "keyword":
        return np.dtype("<i4")
    return np.dtype(next(f"<u{size}" for size in (1, 2, 4, 8) if len(column.members) <= 8 * size))


FIELDS: Mapping[str, np.dtype[np.integer[Any]]] = {
    "number": np.dtype("<i8"),
    "state": np.dtype("u1"),
    "speaks": np.dtype("<u4"),
    **{column.name: _dtype(column) for column in COLUMNS},
}

_BLOCK_TYPE = np.dtype([(name, kind, (BLOCK,)) for name, kind in FIELDS.items()], align=True)


def cell(column: Column, values: Sequence[int]) -> int:
    """What stands in the file for the values of one slot."""
    if column.kind == "set":
        return sum(1 << value for value in values)
    return values[0] if values else (MISSING if column.kind == "number" else 0)


def spoken(codes: Sequence[str]) -> int:
    """What stands in the file for the languages that a record may be in."""
    return sum(1 << CODES.index(code) for code in codes)


def append(path: Path, start: int, rows: Mapping[str, Cells]) -> None:
    """Write slots from `start` on, durably: one array of equal length for each of `FIELDS`.

    Raises:
        OSError: they could not be written, such as on a full disk.
    """
    count = len(rows["number"])
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        blocks = -(-(start + count) // BLOCK)
        if os.fstat(descriptor).st_size < blocks * _BLOCK_TYPE.itemsize:
            os.ftruncate(descriptor, blocks * _BLOCK_TYPE.itemsize)
        for name, kind in FIELDS.items():
            _write_field(descriptor, name, start, np.ascontiguousarray(rows[name], kind))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_field(descriptor: int, name: str, start: int, values: Cells) -> None:
    assert _BLOCK_TYPE.fields is not None
    offset = _BLOCK_TYPE.fields[name][1]
    done = 0
    while done < len(values):
        block, row = divmod(start + done, BLOCK)
        part = values[done : done + BLOCK - row]
        place = block * _BLOCK_TYPE.itemsize + offset + row * values.itemsize
        write_all(descriptor, part.tobytes(), place)
        done += len(part)


def write_all(descriptor: int, content: bytes, place: int) -> None:
    """Write at a place of a file. Not through a mapping, where a full disk would be a signal instead of an error."""
    view = memoryview(content)
    while view:
        written = os.pwrite(descriptor, view, place)
        view, place = view[written:], place + written


REMEMBERED = 1000
"""Tests of which is remembered whether all pass: more than a library's users repeat, small change in memory."""

MANY = 100
"""Codes in a test from which on it is taken to be telling without looking: to remember it takes too much memory."""


class Columns:
    """The first `count` slots of a file, never to change.

    Raises:
        ValueError: the file is shorter than that.
    """

    def __init__(self, path: Path, count: int) -> None:
        blocks = -(-count // BLOCK)
        if count and path.stat().st_size < blocks * _BLOCK_TYPE.itemsize:
            raise ValueError(f"{path.name} is too short")
        self.count = count
        self._blocks: NDArray[np.void] = (
            np.memmap(path, _BLOCK_TYPE, "r", shape=(blocks,)) if count else np.empty(0, _BLOCK_TYPE)
        )
        self.numbers: Numbers = self._read("number").astype(np.int64)
        """Record number of each slot."""
        state = self._read("state")
        self._newest = self._newest_slots()
        """Of each record number, where it was written last; 0 of numbers that there are not."""
        self.live = (self._newest[self.numbers] == np.arange(count)) & (state != GONE)
        """Which slots are the newest of a record that is there."""
        self.looks = self.live & (state == LOOKS)
        """Which of them have a vector."""
        said = int(np.bitwise_or.reduce(self._read("speaks")[self.live], initial=0))
        self.languages = tuple(code for place, code in enumerate(CODES) if said >> place & 1) or (DEFAULT,)
        """Those that records may be in."""
        self._passed_by_all: dict[Test, bool] = {}
        self.ascending = bool((np.diff(self.numbers) > 0).all())

    def _read(self, name: str) -> Cells:
        return np.asarray(self._blocks[name]).reshape(-1)[: self.count]

    def rows(self, slots: Numbers) -> dict[str, Cells]:
        """What `append` takes, of some slots."""
        return {name: self._read(name)[slots] for name in FIELDS}

    def _newest_slots(self) -> Numbers:
        if self.count and int(self.numbers.min()) < 1:
            raise ValueError("a record number is not positive")
        newest = np.zeros(int(self.numbers.max(initial=0)) + 1, np.int64)
        newest[self.numbers] = np.arange(self.count)  # of repeated indices, numpy keeps the last
        return newest

    def speaking(self, code: str) -> Bits:
        """Which slots are of records that may be in a language."""
        bits: Bits = self._read("speaks") & np.uint32(spoken([code])) != 0
        return bits

    @cached_property
    def shared(self) -> Bits:
        """Which live slots show a picture that another one shows as well."""
        groups = self._read(GROUP)
        known = np.sort(groups[self.live])
        twice = known[1:][known[1:] == known[:-1]]
        return self.live & np.isin(groups, twice) if len(twice) else np.zeros(self.count, np.bool_)

    @cached_property
    def _shared_places(self) -> tuple[Numbers, Cells]:
        """The slots in `shared`, ordered by their group, and these groups."""
        slots = np.flatnonzero(self.shared)
        groups = self._read(GROUP)[slots]
        order = np.argsort(groups, kind="stable")
        return slots[order], groups[order]

    def firsts(self, slots: Numbers) -> Bits:
        """Of which places in a row of slots no slot before shows the same picture."""
        first = np.ones(len(slots), np.bool_)
        several = np.flatnonzero(self.shared[slots])
        if len(several):
            first[several] = False
            first[several[np.unique(self._read(GROUP)[slots[several]], return_index=True)[1]]] = True
        return first

    def collapsed(self, numbers: Sequence[int]) -> list[int]:
        """The first of those records that show one picture, in their order. Only for records that there are."""
        if not self.shared.any():
            return list(numbers)
        ranked = np.array(numbers, np.int64)
        kept: list[int] = ranked[self.firsts(self._newest[ranked])].tolist()
        return kept

    def mates(self, numbers: Iterable[int]) -> Numbers:
        """Records that show the same picture as one of these, in no order; these among them, where there are others."""
        if not self.shared.any():
            return np.empty(0, np.int64)
        slots = np.flatnonzero(self.holding(np.fromiter(numbers, np.int64)) & self.shared)
        places, groups = self._shared_places
        wanted = self._read(GROUP)[slots]
        bounds = zip(
            np.searchsorted(groups, wanted).tolist(),
            np.searchsorted(groups, wanted, "right").tolist(),
            strict=True,
        )
        found = {place for first, last in bounds for place in range(first, last)}
        return self.numbers[places[sorted(found)]]

    def holding(self, numbers: Numbers) -> Bits:
        """Which slots are the newest of these records."""
        known = numbers[(numbers > 0) & (numbers < len(self._newest))]
        slots = self._newest[known]
        bits = np.zeros(self.count, np.bool_)
        bits[slots[self.numbers[slots] == known]] = True
        return bits

    def slots_of(self, numbers: Sequence[int]) -> Numbers:
        """Where records stand; some other slot for those that words already know and columns do not yet."""
        found = np.array(numbers, np.int64)
        found[found >= len(self._newest)] = 0
        return self._newest[found]

    def values(self, names: Sequence[str], slots: Numbers) -> list[Numbers]:
        """What stands in columns for some slots, without reading them for all; zeros if there are no slots yet."""
        if not self.count:
            return [np.zeros(len(slots), np.int64) for _ in names]
        blocks = self._blocks.view(np.ndarray)  # a slice of a mapping costs more than what is read
        block, row = np.divmod(slots, BLOCK)
        return [blocks[name][block, row].astype(np.int64) for name in names]

    def passing(self, tests: Sequence[Test]) -> Bits:
        """Which live slots pass all tests."""
        passed: Bits = self.live
        for test in tests:
            passed = passed & self._passing(test)
        return passed

    def telling(self, tests: Sequence[Test]) -> tuple[Test, ...]:
        """The tests that some live slot does not pass; what all pass, such as safe search mostly, costs nothing."""
        return tuple(test for test in tests if not self._all_pass(test))

    def _all_pass(self, test: Test) -> bool:
        if isinstance(test, OneOf) and len(test.codes) > MANY:
            return False
        if test not in self._passed_by_all:
            if len(self._passed_by_all) >= REMEMBERED:
                self._passed_by_all.clear()
            self._passed_by_all[test] = bool(self._passing(test)[self.live].all())
        return self._passed_by_all[test]

    def _passing(self, test: Test) -> Bits:
        values = np.asarray(self._blocks[test.column.name])
        if isinstance(test, OneOf):
            found = self._any_of(values, test)
        else:
            found = (values >= test.low) & (values <= test.high)
        return np.asarray(found).reshape(-1)[: self.count]

    @staticmethod
    def _any_of(values: Cells, test: OneOf) -> Bits:
        if test.column.kind == "set":
            return np.asarray((values & values.dtype.type(cell(test.column, test.codes))) != 0)
        if len(test.codes) == 1:
            return np.asarray(values == test.codes[0])
        return np.isin(values, np.asarray(test.codes, values.dtype))

    def tally(self, column: Column, within: Bits) -> dict[int, int]:
        """How many of the slots `within` have each code of a set or keyword column; no zeros."""
        values = self._read(column.name)[within]
        if column.kind == "set":
            counts = [np.count_nonzero(values & (1 << code)) for code in range(len(column.members))]
        else:
            counts = np.bincount(values.astype(np.int64)).tolist()
        return {code: int(count) for code, count in enumerate(counts) if count}
