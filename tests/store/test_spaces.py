"""Vectors of a second encoder, made beside those of the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vizsla.records import Vector
from vizsla.store import Store

from .samples import entry_of

SPACE = "0123456789abcdef"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """The same records, with the vectors of the first encoder, and of one that is to come."""
    first, second = Store(tmp_path / "records.db"), Store(tmp_path / "records.db", SPACE)
    yield first, second
    first.close()
    second.close()


def vector(value: float, dimension: int = 2) -> Vector:
    return np.full(dimension, value, np.float32)


def test_each_sees_its_own_vectors_of_the_same_records(stores: tuple[Store, Store]) -> None:
    first, second = stores
    source = first.source("folder", "/photos")
    first.put(source, [entry_of("a"), entry_of("b")])
    before = first.vector(1)
    second.encoded({1: vector(1), 2: vector(2)}, second.sequence())
    assert before is not None
    np.testing.assert_array_equal(first.vector(1), before)
    np.testing.assert_array_equal(second.vector(1), vector(1))
    assert second.vectors([1, 2]).keys() == {1, 2}
    assert [change.vector.tolist() for change in second.changes(0) if change.vector is not None] == [
        [1, 1],
        [2, 2],
    ]


def test_what_is_added_and_replaced_later_is_behind_until_it_is_encoded(stores: tuple[Store, Store]) -> None:
    first, second = stores
    source = first.source("folder", "/photos")
    first.put(source, [entry_of("a"), entry_of("b")])
    assert (second.encoded_to(), second.behind()) == (0, 2)
    second.encoded({1: vector(1), 2: vector(2)}, second.sequence())
    assert second.behind() == 0
    first.put(source, [entry_of("b", title="other"), entry_of("c")])
    assert second.behind() == 2
    changes = second.changes(second.encoded_to())
    assert [change.number for change in changes] == [2, 3]
    second.encoded({2: vector(4), 3: vector(3)}, changes[-1].sequence)
    assert second.behind() == 0
    assert second.without_vector() == []


def test_vectors_go_with_their_record_and_none_comes_after_it(stores: tuple[Store, Store]) -> None:
    first, second = stores
    source = first.source("folder", "/photos")
    one, two = entry_of("a"), entry_of("b")
    first.put(source, [one, two])
    second.encoded({1: vector(1)}, 1)
    first.remove([one.record.image_id, two.record.image_id])
    second.encoded({2: vector(2)}, 2)
    assert second.vectors([1, 2]) == {}
    assert first.vectors([1, 2]) == {}


@pytest.mark.parametrize("forgotten", ["", SPACE])
def test_a_space_can_be_forgotten_and_begun_anew(
    stores: tuple[Store, Store], forgotten: str, tmp_path: Path
) -> None:
    first, second = stores
    first.put(first.source("folder", "/photos"), [entry_of("a")])
    second.encoded({1: vector(1)}, 1)
    (second if not forgotten else first).forget(forgotten)
    again = Store(tmp_path / "records.db", forgotten)
    assert again.encoded_to() == 0
    assert again.vector(1) is None
    assert again.count() == 1
    other = first if forgotten else second
    assert other.vector(1) is not None
    again.close()


@pytest.mark.parametrize("name", ["x", "0123", "0123456789abcdef; DROP TABLE records", "0123456789ABCDEF"])
def test_names_of_spaces_are_hexadecimal(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a space"):
        Store(tmp_path / "records.db", name)
