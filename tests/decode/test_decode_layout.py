"""Sizes of renditions, whatever is asked for."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import PIL.Image
from hypothesis import given, settings
from hypothesis import strategies as st
from made import encode

from vizsla.decode import MAX_SIDE, Rendition, resize
from vizsla.decode.layout import Layout, lay_out
from vizsla.wire import MAX_BORDER, MAX_PIXEL_RATIO, Crop, thumbnail_size

sides = st.none() | st.integers(-5, 4000)
sizes = st.tuples(st.integers(1, 3000), st.integers(1, 3000)).map(lambda size: thumbnail_size(*size))
renditions = st.builds(
    Rendition,
    width=sides,
    height=sides,
    crop=st.sampled_from(Crop),
    pad=st.booleans(),
    quality=st.integers(10, 95),
    pixel_ratio=st.floats(1, MAX_PIXEL_RATIO),
    border=st.integers(0, MAX_BORDER),
    border_colour=st.sampled_from(["FFFFFF", "1E3CC8"]),
)


def total(layout: Layout) -> tuple[int, int]:
    width, height = layout.canvas
    return width + 2 * layout.border, height + 2 * layout.border


@settings(deadline=None)
@given(sizes, renditions)
def test_no_side_is_longer_than_the_bound_and_nothing_is_enlarged(
    size: tuple[int, int], rendition: Rendition
) -> None:
    layout = lay_out(size, rendition)
    for own, scaled, cut, canvas, whole in zip(
        size, layout.scaled, layout.cut, layout.canvas, total(layout), strict=True
    ):
        assert 1 <= cut <= scaled <= own
        assert cut <= canvas <= whole <= MAX_SIDE


@settings(deadline=None)
@given(sizes, renditions)
def test_with_padding_both_sides_are_as_asked_for(size: tuple[int, int], rendition: Rendition) -> None:
    if rendition.pixel_ratio > 1 or not rendition.pad:
        return
    for asked, found in zip(
        (rendition.width, rendition.height), total(lay_out(size, rendition)), strict=True
    ):
        assert asked is None or found == min(max(asked, 1), MAX_SIDE)


@settings(max_examples=60, deadline=None)
@given(renditions, st.sampled_from([(30, 90), (90, 30)]), st.booleans())
def test_the_picture_has_the_size_that_was_laid_out(
    rendition: Rendition, size: tuple[int, int], clear: bool
) -> None:
    pixels = np.full((size[1], size[0], 4 if clear else 3), 90, np.uint8)
    made = resize(encode(pixels, "png" if clear else "jpg"), rendition)
    assert (made.width, made.height) == total(lay_out(size, rendition))
    assert PIL.Image.open(BytesIO(made.data)).size == (made.width, made.height)
