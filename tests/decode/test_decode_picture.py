"""Every kind of file becomes upright 8-bit sRGB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Literal, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import (
    BLUE,
    FILES,
    GREEN,
    RED,
    YELLOW,
    animation,
    encode,
    image,
    noise,
    quarters,
    svg,
    turned,
    with_pillow,
)

from vizsla.decode import Picture, open_picture
from vizsla.decode.libvips import Image
from vizsla.encoders.seam import InputGeometry


def corners(pixels: np.ndarray) -> np.ndarray:
    """Colours of the middle of each quarter: above left, above right, below left, below right."""
    height, width = pixels.shape[:2]
    rows, columns = np.ix_([height // 4, 3 * height // 4], [width // 4, 3 * width // 4])
    return pixels[rows, columns, :3].reshape(4, 3).astype(int)


def looks_like_quarters(picture: Picture, tolerance: int = 12) -> bool:
    return bool(np.abs(corners(picture.kept) - np.array([RED, GREEN, BLUE, YELLOW])).max() <= tolerance)


@pytest.mark.parametrize("kind", FILES)
def test_the_format_and_the_size_are_told_from_the_content(kind: str) -> None:
    picture = open_picture(FILES[kind])
    assert picture.format == kind.split()[-1]
    size = {"avif": (96, 64), "svg": (60, 40)}.get(picture.format, (300, 200))
    assert (picture.width, picture.height) == size
    assert picture.frames == 1
    assert picture.data is FILES[kind]


@pytest.mark.parametrize(
    "data",
    [
        encode(quarters(), "jpg", Q=95),
        encode(quarters()),
        encode(quarters(), palette=True),
        encode(quarters(), "webp", lossless=True),
        encode(quarters(), "tif", compression="lzw"),
        encode(quarters(), "avif", Q=95, effort=0),
        with_pillow(quarters(), "GIF"),
        with_pillow(quarters(), "BMP"),
        with_pillow(quarters(), "BMP", colours=8),
        bytes(image(quarters()).colourspace("rgb16").write_to_buffer(".png")),
        bytes(image(quarters()).colourspace("rgb16").write_to_buffer(".tif")),
    ],
    ids=["jpeg", "png", "palette", "webp", "lzw", "avif", "gif", "bmp", "palette-bmp", "png-16", "tiff-16"],
)
def test_colours_survive(data: bytes) -> None:
    assert looks_like_quarters(open_picture(data))


def test_cmyk_becomes_srgb() -> None:
    data = bytes(image(quarters()).colourspace("cmyk").write_to_buffer(".jpg", Q=95))
    picture = open_picture(data)
    assert picture.kept.shape == (48, 64, 3)
    assert looks_like_quarters(picture, tolerance=90)


def test_a_colour_profile_is_followed() -> None:
    stored = image(quarters()).icc_transform("p3", input_profile="srgb")
    data = bytes(stored.write_to_buffer(".png"))
    assert np.abs(corners(stored.numpy()) - np.array([RED, GREEN, BLUE, YELLOW])).max() > 12
    assert looks_like_quarters(open_picture(data))


def test_a_damaged_colour_profile_is_left_aside() -> None:
    data = with_pillow(quarters(), "PNG", icc_profile=b"no profile at all")
    assert looks_like_quarters(open_picture(data))


@pytest.mark.parametrize("levels", [np.uint8, np.uint16])
def test_grey_becomes_three_equal_channels(levels: type) -> None:
    ramp: np.ndarray = np.linspace(0, np.iinfo(levels).max, 64).astype(levels)
    grey = np.repeat(ramp[None], 32, axis=0)
    interpretation = "b-w" if levels is np.uint8 else "grey16"
    data = bytes(Image.new_from_array(grey).copy(interpretation=interpretation).write_to_buffer(".png"))
    kept = open_picture(data).kept
    assert kept.shape == (32, 64, 3)
    assert np.ptp(kept.astype(int), axis=2).max() == 0
    assert np.abs(kept[0, :, 0].astype(int) - np.linspace(0, 255, 64)).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_followed(orientation: int) -> None:
    picture = open_picture(turned(orientation))
    assert (picture.width, picture.height) == (64, 48)
    assert picture.kept.shape == (48, 64, 3)
    assert looks_like_quarters(picture, tolerance=40)


@pytest.mark.parametrize("writer", ["GIF", "WEBP"])
def test_of_an_animation_the_first_frame_is_seen_and_the_frames_are_counted(writer: str) -> None:
    picture = open_picture(animation(writer, frames=4))
    assert picture.frames == 4
    assert (picture.width, picture.height) == (64, 48)
    assert looks_like_quarters(picture, tolerance=40)


def test_pages_of_a_tiff_are_no_frames() -> None:
    page = image(quarters())
    pages = page.join(page, "vertical").copy()
    pages.set_type(Image.black(1, 1).get_typeof("width"), "page-height", 48)
    picture = open_picture(bytes(pages.write_to_buffer(".tif")))
    assert (picture.width, picture.height, picture.frames) == (64, 48, 1)


def test_transparency_is_what_shines_through_and_not_an_alpha_channel() -> None:
    alpha = np.full((48, 64, 1), 255, np.uint8)
    opaque = open_picture(encode(np.concatenate([quarters(), alpha], axis=2)))
    assert (opaque.has_alpha, opaque.transparent) == (True, False)
    alpha[:10] = 0
    clear = open_picture(encode(np.concatenate([quarters(), alpha], axis=2)))
    assert (clear.has_alpha, clear.transparent) == (True, True)
    assert open_picture(encode(quarters())).transparent is False


def test_transparent_pixels_are_white_for_the_encoder_and_the_analysers() -> None:
    clear = np.zeros((40, 40, 4), np.uint8)
    picture = open_picture(encode(clear))
    assert (picture.small == 255).all()
    assert picture.alpha is not None
    assert (picture.alpha == 0).all()
    assert (picture.square(InputGeometry(32, "crop")) == 255).all()


def test_large_pictures_are_kept_smaller_with_the_side_that_encoders_need() -> None:
    picture = open_picture(encode(noise(2000, 1000), "jpg"))
    assert (picture.width, picture.height) == (2000, 1000)
    assert picture.kept.shape == (384, 768, 3)
    assert picture.small.shape == (80, 160, 3)


class Given(NamedTuple):
    side: int
    fit: Literal["crop", "squash"]
    keep: float


def test_a_square_cuts_the_middle_out() -> None:
    pixels = np.full((100, 300, 3), 255, np.uint8)
    pixels[:, 100:200] = (200, 0, 0)
    picture = open_picture(encode(pixels))
    assert (picture.square(Given(64, "crop", 0.9)) == (200, 0, 0)).all()
    squashed = picture.square(Given(64, "squash", 1.0))
    assert squashed.shape == (64, 64, 3)
    assert (squashed[:, :16] == 255).all()
    assert (squashed[:, 28:36] == (200, 0, 0)).all()


@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    side=st.integers(1, 80),
    fit=st.sampled_from(["crop", "squash"]),
    keep=st.floats(0.1, 1.0),
    bands=st.sampled_from([3, 4]),
)
def test_every_size_gives_every_square(
    width: int, height: int, side: int, fit: Literal["crop", "squash"], keep: float, bands: int
) -> None:
    picture = open_picture(encode(np.full((height, width, bands), 200, np.uint8)))
    assert (picture.width, picture.height) == (width, height)
    square = picture.square(InputGeometry(side, fit, keep))
    assert square.shape == (side, side, 3)
    assert square.dtype == np.uint8
    assert np.ptp(square) <= 1


def test_a_drawing_is_drawn_large_enough_for_its_thumbnail() -> None:
    picture = open_picture(svg('<rect width="30" height="40" fill="#dc1e1e"/>'))
    assert (picture.width, picture.height) == (60, 40)
    assert picture.kept.shape[1] >= 474
    assert picture.transparent
    middle = picture.kept.shape[1] // 2
    assert (picture.kept[:, : middle - 2] == (220, 30, 30, 255)).all()
    assert (picture.kept[:, middle + 2 :, 3] == 0).all()


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="1in" height="2in"', (96, 192)),
        ('viewBox="0 0 30 20"', (30, 20)),
        ('width="100%" height="100%" viewBox="0 0 30 20"', (30, 20)),
        ("", (70, 50)),
    ],
)
def test_a_drawing_has_the_size_that_css_gives_it(attributes: str, size: tuple[int, int]) -> None:
    picture = open_picture(svg('<rect width="70" height="50" fill="#dc1e1e"/>', attributes))
    assert (picture.width, picture.height) == size
    assert (picture.kept[5, 5] == (220, 30, 30, 255)).all()
    if not attributes:
        assert (picture.kept[-5, -5] == (220, 30, 30, 255)).all()


def test_many_threads_see_what_one_sees() -> None:
    def look(kind: str) -> tuple[int, int, int]:
        picture = open_picture(FILES[kind])
        return picture.width, picture.height, int(picture.small.sum())

    kinds = list(FILES) * 4
    expected = {kind: look(kind) for kind in FILES}
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(look, kinds)) == [expected[kind] for kind in kinds]
