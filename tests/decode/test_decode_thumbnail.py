"""Thumbnails, and every size that `/th` makes of them (v7 reference, section 10)."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import encode, noise, svg

from vizsla.decode import DecodeError, Rendition, Thumbnail, open_picture, resize
from vizsla.decode.thumbnail import MAX_SIDE
from vizsla.wire.identifiers import thumbnail_size


def pixels(thumbnail: Thumbnail) -> np.ndarray:
    found = PIL.Image.open(BytesIO(thumbnail.data))
    assert found.format == {"jpeg": "JPEG", "png": "PNG"}[thumbnail.format]
    assert found.size == (thumbnail.width, thumbnail.height)
    return np.asarray(found)


def grey(width: int, height: int) -> bytes:
    """A thumbnail of middle grey, so that white padding shows."""
    return encode(np.full((height, width, 3), 128, np.uint8), "jpg", Q=95)


KEPT = grey(474, 316)
"""The thumbnail of the reference's examples."""


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((500, 375), (474, 355)),
        ((263, 192), (474, 346)),
        ((3000, 1000), (474, 158)),
        ((10, 1000), (18, 1896)),
    ],
)
def test_a_thumbnail_is_474_wide(size: tuple[int, int], expected: tuple[int, int]) -> None:
    thumbnail = open_picture(encode(noise(*size))).thumbnail()
    assert (thumbnail.width, thumbnail.height) == expected
    assert (thumbnail.format, thumbnail.media_type) == ("jpeg", "image/jpeg")
    pixels(thumbnail)


def test_a_thumbnail_is_png_where_the_picture_is_really_transparent() -> None:
    clear = open_picture(svg('<circle cx="30" cy="20" r="9" fill="red"/>')).thumbnail()
    assert (clear.format, clear.media_type) == ("png", "image/png")
    assert pixels(clear)[0, 0, 3] == 0
    opaque = open_picture(svg('<rect width="60" height="40" fill="#dc1e1e"/>')).thumbnail()
    assert opaque.format == "jpeg"


@given(width=st.integers(1, 400), height=st.integers(1, 400), bands=st.sampled_from([3, 4]))
def test_every_picture_has_a_thumbnail_of_the_size_that_its_id_will_say(
    width: int, height: int, bands: int
) -> None:
    thumbnail = open_picture(encode(np.full((height, width, bands), 90, np.uint8))).thumbnail()
    assert (thumbnail.width, thumbnail.height) == thumbnail_size(width, height)
    assert pixels(thumbnail).shape[:2] == (thumbnail.height, thumbnail.width)


@pytest.mark.parametrize(
    ("rendition", "expected"),
    [
        (Rendition(), (474, 316)),
        (Rendition(width=237), (237, 158)),
        (Rendition(height=158), (237, 158)),
        (Rendition(width=500), (500, 333)),
        (Rendition(width=500, pad=False), (474, 316)),
        (Rendition(width=200, height=200), (200, 200)),
        (Rendition(width=200, height=200, pad=False), (200, 134)),
        (Rendition(width=200, height=200, crop="smart"), (200, 200)),
        (Rendition(width=200, height=200, crop="blind"), (200, 200)),
        (Rendition(width=120, height=120, crop="smart", pad=False), (120, 120)),
        (Rendition(width=180, height=120), (180, 120)),
        (Rendition(width=237, crop="smart"), (237, 158)),
        (Rendition(width=600, height=600, crop="blind", pad=False), (474, 316)),
        (Rendition(width=600, height=600, crop="blind"), (600, 600)),
        (Rendition(width=600, height=100, crop="blind", pad=False), (474, 100)),
        (Rendition(width=10**9, height=0), (MAX_SIDE, 1)),
    ],
)
def test_sizes_follow_the_table_of_the_reference(rendition: Rendition, expected: tuple[int, int]) -> None:
    made = resize(KEPT, rendition)
    assert (made.width, made.height) == expected
    pixels(made)


def test_what_is_not_enlarged_is_centred_on_white() -> None:
    wide = pixels(resize(KEPT, Rendition(width=500)))
    assert (wide[:4] > 240).all()
    assert (wide[-4:] > 240).all()
    assert (wide[:, :10] > 240).all()
    assert (wide[:, -10:] > 240).all()
    assert np.abs(wide[20:-20, 24:-24].astype(int) - 128).max() < 8
    square = pixels(resize(KEPT, Rendition(width=200, height=200)))
    assert (square[:30] > 240).all()
    assert (square[-30:] > 240).all()
    assert np.abs(square[40:-40].astype(int) - 128).max() < 8


def test_a_blind_crop_keeps_the_middle_of_wide_pictures_and_the_top_of_tall_ones() -> None:
    wide = np.full((316, 474, 3), 255, np.uint8)
    wide[:, 100:374] = 0
    cut = pixels(resize(encode(wide, "jpg", Q=95), Rendition(width=200, height=200, crop="blind")))
    assert (cut[:, 15:-15] < 40).all()
    tall = np.full((474, 316, 3), 255, np.uint8)
    tall[:200] = 0
    cut = pixels(resize(encode(tall, "jpg", Q=95), Rendition(width=200, height=100, crop="blind")))
    assert (cut[:90] < 40).all()


def test_a_smart_crop_keeps_what_draws_the_eye() -> None:
    scene = np.full((316, 474, 3), 235, np.uint8)
    scene[100:220, 360:460] = (230, 20, 20)
    kept = encode(scene, "jpg", Q=95)
    smart = pixels(resize(kept, Rendition(width=150, height=150, crop="smart"))).astype(int)
    blind = pixels(resize(kept, Rendition(width=150, height=150, crop="blind"))).astype(int)
    assert (smart[:, :, 0] - smart[:, :, 1] > 100).mean() > (blind[:, :, 0] - blind[:, :, 1] > 100).mean()


def test_a_transparent_thumbnail_stays_png() -> None:
    clear = np.zeros((100, 474, 4), np.uint8)
    clear[40:60] = (0, 0, 255, 255)
    made = resize(encode(clear), Rendition(width=200, height=200))
    assert made.media_type == "image/png"
    assert pixels(made).shape == (200, 200, 4)


@pytest.mark.parametrize("data", [KEPT[:3000], b"", svg("<rect/>"), encode(noise(), "webp")])
def test_bytes_that_are_no_thumbnail_are_an_error(data: bytes) -> None:
    with pytest.raises(DecodeError):
        resize(data, Rendition(width=100))


sides = st.none() | st.integers(-5, 4000)


@given(
    width=sides,
    height=sides,
    crop=st.sampled_from(["none", "blind", "smart"]),
    pad=st.booleans(),
    tall=st.booleans(),
)
def test_whatever_is_asked_for_the_answer_is_bounded(
    width: int | None, height: int | None, crop: Literal["none", "blind", "smart"], pad: bool, tall: bool
) -> None:
    kept = (30, 90) if tall else (90, 30)
    made = resize(grey(*kept), Rendition(width=width, height=height, crop=crop, pad=pad))
    if pad and (width, height) != (None, None):
        assert width is None or made.width == min(max(width, 1), MAX_SIDE)
        assert height is None or made.height == min(max(height, 1), MAX_SIDE)
    else:
        assert made.width <= kept[0]
        assert made.height <= kept[1]
    assert 1 <= made.width <= MAX_SIDE
    assert 1 <= made.height <= MAX_SIDE
