"""Thumbnails, and every size that `/th` makes of them (v7 reference, section 10)."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import encode, noise, quarters, svg

from vizsla.decode import MAX_SIDE, DecodeError, Rendition, Thumbnail, open_picture, resize
from vizsla.wire import DEFAULT_QUALITY, Crop, thumbnail_size


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


@settings(deadline=None)
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
        (Rendition(width=40), (40, 27)),
        (Rendition(height=333), (499, 333)),
        (Rendition(width=500), (500, 333)),
        (Rendition(width=500, pad=False), (474, 316)),
        (Rendition(width=200, height=200), (200, 200)),
        (Rendition(width=200, height=200, pad=False), (200, 134)),
        (Rendition(width=200, height=200, crop=Crop.SMART), (200, 200)),
        (Rendition(width=200, height=200, crop=Crop.BLIND), (200, 200)),
        (Rendition(width=120, height=120, crop=Crop.SMART, pad=False), (120, 120)),
        (Rendition(width=180, height=120), (180, 120)),
        (Rendition(width=237, crop=Crop.SMART), (237, 158)),
        (Rendition(width=600, height=600, crop=Crop.BLIND, pad=False), (316, 316)),
        (Rendition(width=600, height=400, crop=Crop.SMART, pad=False), (474, 316)),
        (Rendition(width=600, height=600, crop=Crop.BLIND), (600, 600)),
        (Rendition(width=600, height=100, crop=Crop.BLIND, pad=False), (474, 79)),
        (Rendition(width=600, height=100, crop=Crop.BLIND), (600, 100)),
        (Rendition(width=10**9, height=0), (MAX_SIDE, 1)),
        (Rendition(width=100, pixel_ratio=2), (200, 134)),
        (Rendition(width=200, height=200, pixel_ratio=2), (400, 400)),
        (Rendition(width=200, height=200, pixel_ratio=3), (474, 474)),
        (Rendition(width=200, height=200, pixel_ratio=3, pad=False), (474, 316)),
        (Rendition(width=200, height=200, pixel_ratio=2, crop=Crop.SMART), (316, 316)),
        (Rendition(width=500, pixel_ratio=2), (500, 333)),
        (Rendition(pixel_ratio=3), (474, 316)),
        (Rendition(border=6), (474, 316)),
        (Rendition(width=110, height=110, border=6), (110, 110)),
        (Rendition(width=10, height=10, border=100), (10, 10)),
        (Rendition(width=200, height=200, border=10, pad=False), (200, 140)),
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


@settings(deadline=None)
@given(width=st.integers(1, 474), height=st.integers(1, 600))
def test_one_side_alone_leaves_no_white_line(width: int, height: int) -> None:
    kept = grey(474, height)
    assert (pixels(resize(kept, Rendition(width=width))) < 150).all()
    assert (pixels(resize(kept, Rendition(height=min(width, height)))) < 150).all()


def test_a_blind_crop_keeps_the_middle_of_wide_pictures_and_the_top_of_tall_ones() -> None:
    wide = np.full((316, 474, 3), 255, np.uint8)
    wide[:, 100:374] = 0
    cut = pixels(resize(encode(wide, "jpg", Q=95), Rendition(width=200, height=200, crop=Crop.BLIND)))
    assert (cut[:, 15:-15] < 40).all()
    tall = np.full((474, 316, 3), 255, np.uint8)
    tall[:200] = 0
    cut = pixels(resize(encode(tall, "jpg", Q=95), Rendition(width=200, height=100, crop=Crop.BLIND)))
    assert (cut[:90] < 40).all()


def test_a_smart_crop_keeps_what_draws_the_eye() -> None:
    scene = np.full((316, 474, 3), 235, np.uint8)
    scene[100:220, 360:460] = (230, 20, 20)
    kept = encode(scene, "jpg", Q=95)
    smart = pixels(resize(kept, Rendition(width=150, height=150, crop=Crop.SMART))).astype(int)
    blind = pixels(resize(kept, Rendition(width=150, height=150, crop=Crop.BLIND))).astype(int)
    assert (smart[:, :, 0] - smart[:, :, 1] > 100).mean() > (blind[:, :, 0] - blind[:, :, 1] > 100).mean()


def test_a_crop_of_what_is_too_small_has_the_ratio_or_is_padded() -> None:
    wide = np.full((316, 474, 3), 255, np.uint8)
    wide[:, 79:395] = 0
    kept = encode(wide, "jpg", Q=95)
    bare = pixels(resize(kept, Rendition(width=800, height=800, crop=Crop.BLIND, pad=False)))
    assert bare.shape == (316, 316, 3)
    assert (bare[:, 8:-8] < 40).all()
    padded = pixels(resize(kept, Rendition(width=800, height=800, crop=Crop.BLIND)))
    assert (padded[250:550, 250:550] < 40).all()
    assert (padded[:240] > 240).all()


def test_a_transparent_thumbnail_stays_png() -> None:
    clear = np.zeros((100, 474, 4), np.uint8)
    clear[40:60] = (0, 0, 255, 255)
    made = resize(encode(clear), Rendition(width=200, height=200))
    assert made.media_type == "image/png"
    found = pixels(made)
    assert found.shape == (200, 200, 4)
    assert (found[:70] == (255, 255, 255, 0)).all()


def test_a_thumbnail_in_its_own_size_has_the_bytes_that_are_kept() -> None:
    same = [Rendition(), Rendition(width=474), Rendition(width=500, pad=False), Rendition(quality=95)]
    assert all(resize(KEPT, rendition).data == KEPT for rendition in same)
    clear = encode(np.full((90, 30, 4), 128, np.uint8))
    assert resize(clear, Rendition(quality=10)).data == clear


def test_a_lower_quality_takes_fewer_bytes() -> None:
    kept = open_picture(encode(noise(948, 632))).thumbnail().data
    sizes = [len(resize(kept, Rendition(width=200, quality=quality)).data) for quality in (20, 60, 85, 95)]
    assert sizes == sorted(sizes)
    assert len(resize(kept, Rendition(quality=20)).data) < len(kept)
    assert resize(kept, Rendition(width=200)) == resize(kept, Rendition(width=200, quality=DEFAULT_QUALITY))


def test_a_border_lies_within_the_size_and_has_its_colour() -> None:
    framed = pixels(resize(KEPT, Rendition(width=200, border=16, border_colour="1E3CC8"))).astype(int)
    assert framed.shape == (144, 200, 3)
    for part in (framed[:8], framed[-8:], framed[:, :8], framed[:, -8:]):
        assert np.abs(part - (0x1E, 0x3C, 0xC8)).max() < 12
    assert np.abs(framed[24:-24, 24:-24] - 128).max() < 12


def test_a_border_of_a_transparent_thumbnail_is_opaque() -> None:
    framed = pixels(resize(encode(np.zeros((90, 30, 4), np.uint8)), Rendition(width=20, border=2)))
    assert (framed[:2] == 255).all()
    assert (framed[10:-10, 5:-5, 3] == 0).all()


def test_a_strong_reduction_looks_as_if_every_pixel_had_been_read() -> None:
    scene = open_picture(encode(quarters(948, 632))).thumbnail()
    for width in (40, 60, 100, 200):
        small = pixels(resize(scene.data, Rendition(width=width, quality=95))).astype(int)
        whole = PIL.Image.open(BytesIO(scene.data)).resize(small.shape[1::-1], PIL.Image.Resampling.LANCZOS)
        assert np.abs(small - np.asarray(whole, int)).mean() < 3


@pytest.mark.parametrize("data", [KEPT[:3000], b"", svg("<rect/>"), encode(noise(), "webp")])
def test_bytes_that_are_no_thumbnail_are_an_error(data: bytes) -> None:
    for rendition in (Rendition(), Rendition(width=100)):
        with pytest.raises(DecodeError):
            resize(data, rendition)


def test_a_thumbnail_with_broken_pixels_is_an_error() -> None:
    photo = open_picture(encode(noise(948, 632))).thumbnail().data
    clear = bytearray(encode(np.full((90, 30, 4), 128, np.uint8)))
    clear[clear.index(b"IDAT") + 12] ^= 0xFF
    for broken in (photo[: len(photo) // 2] + b"\xff\xd9", bytes(clear)):
        with pytest.raises(DecodeError):
            resize(broken, Rendition(width=20))
