"""The table of analysers fills the record, each field once."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, get_type_hints

import msgspec
import numpy as np
import pytest
from analysed import plain, shown
from hypothesis import given
from hypothesis import strategies as st

from vizsla.analyse import ANALYSERS, VERSIONS, analyse
from vizsla.analyse.geometry import aspect_of, size_classes_of
from vizsla.records import COLUMNS, Claims, ImageRecord


def results() -> list[tuple[str, msgspec.Struct]]:
    picture = shown(np.full((30, 40, 3), 90, np.uint8))
    return [(row.name, row.run(picture)) for row in ANALYSERS]


def test_every_field_is_one_of_the_record_and_has_its_type() -> None:
    hints = get_type_hints(ImageRecord)
    for name, result in results():
        if not isinstance(result, Claims):
            found = get_type_hints(type(result))
            assert found == {field: hints[field] for field in found}, name


def test_no_two_analysers_fill_the_same_field() -> None:
    fields = [field for _, result in results() for field in result.__struct_fields__]
    assert len(fields) == len(set(fields))


def test_the_versions_that_are_read_alone_are_those_of_the_analysers() -> None:
    assert {row.name: row.version for row in ANALYSERS} == VERSIONS


def test_reading_the_versions_does_not_bring_the_decoder() -> None:
    program = "import sys, vizsla.analyse as a; a.VERSIONS; print('vizsla.decode' in sys.modules)"
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "False"


def test_an_analysis_makes_a_record() -> None:
    found = analyse(shown(np.full((30, 40, 3), 90, np.uint8)))
    identity: dict[str, Any] = {"image_id": "0" * 40, "source": "s", "key": "k"}
    record = ImageRecord(
        **identity, thumbnail_width=474, thumbnail_height=355, analysers=found.versions, **found.fields
    )
    assert (record.width, record.height, record.format) == (40, 30, "png")
    assert (record.animated, record.transparent, record.monochrome) == (False, False, True)
    assert len(record.content_id) == 16
    assert record.analysers == VERSIONS
    assert found.claims == Claims()


def test_values_are_members_of_the_columns_that_filter_by_them() -> None:
    found = analyse(shown(np.full((30, 40, 3), 90, np.uint8))).fields
    members = {column.name: set(column.members) for column in COLUMNS}
    assert found["aspect"] in members["aspect"]
    assert set(found["size_classes"]) <= members["size"]
    assert set(found["colours"]) <= members["colour"]
    assert found["kind"] in members["kind"]


def test_equal_bytes_have_equal_digests_and_different_ones_do_not() -> None:
    one, same, other = (analyse(plain(data=data)).fields for data in (b"a", b"a", b"b"))
    assert one["content_id"] == same["content_id"] != other["content_id"]


def test_more_than_one_frame_is_an_animation() -> None:
    assert analyse(plain(frames=2)).fields["animated"]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (199, 199, ("small",)),
        (200, 50, ("medium",)),
        (499, 499, ("medium",)),
        (500, 100, ("large",)),
        (300, 600, ("medium", "large")),
        (500, 500, ("large",)),
        (1920, 1080, ("large", "wallpaper")),
        (1080, 1920, ("large", "wallpaper")),
        (1920, 1079, ("large",)),
    ],
)
def test_size_classes_follow_the_reference(width: int, height: int, expected: tuple[str, ...]) -> None:
    assert size_classes_of(width, height) == expected


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(100, 100, "square"), (119, 100, "square"), (120, 100, "wide"), (100, 120, "tall"), (640, 480, "wide")],
)
def test_aspects(width: int, height: int, expected: str) -> None:
    assert aspect_of(width, height) == expected


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_every_picture_has_an_aspect_and_a_size_class(width: int, height: int) -> None:
    assert aspect_of(width, height) in ("square", "wide", "tall")
    assert set(size_classes_of(width, height)) & {"small", "medium", "large"}
    assert size_classes_of(width, height) == size_classes_of(height, width)
