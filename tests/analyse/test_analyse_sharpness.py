"""Sharpness falls as a picture is blurred, and says nothing about its size, its ground or its brightness."""

from __future__ import annotations

import numpy as np
import pytest
from analysed import shown
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizsla.analyse.sharpness import measure
from vizsla.decode import open_picture
from vizsla.decode.libvips import Image
from vizsla.gallery import gallery_directory

BLURS = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Sigma in pixels of a picture that is 474 wide."""


def blurred(data: bytes, sigma: float) -> int:
    image = Image.thumbnail_buffer(data, 474, height=10_000)
    image = image.gaussblur(sigma) if sigma else image
    return measure(open_picture(image.write_to_buffer(".png"))).sharpness


def some_pictures() -> list[bytes]:
    files = sorted(path for path in gallery_directory().rglob("*") if path.suffix in (".jpg", ".png"))
    return [path.read_bytes() for path in files[:: len(files) // 12]]


def test_every_blur_of_a_picture_is_less_sharp_than_the_one_before() -> None:
    pictures = some_pictures()
    assert len(pictures) >= 12
    for data in pictures:
        found = [blurred(data, sigma) for sigma in BLURS]
        assert found == sorted(set(found), reverse=True), found


def test_a_picture_keeps_its_sharpness_in_a_file_of_half_the_size() -> None:
    for data in some_pictures():
        half = Image.new_from_buffer(data, "").resize(0.5).write_to_buffer(".png")
        whole = measure(open_picture(data)).sharpness
        assert measure(open_picture(half)).sharpness == pytest.approx(whole, abs=20)


def test_a_sharp_thing_before_a_blurred_ground_is_sharp() -> None:
    random = np.random.default_rng(5)
    pixels = np.full((360, 474, 3), 128, np.uint8)
    pixels[120:240, 160:320] = random.integers(0, 256, (120, 160, 3))
    assert measure(shown(pixels)).sharpness > 80


def test_nothing_is_sharper_than_lines_a_pixel_wide() -> None:
    pixels = np.full((300, 474, 3), 255, np.uint8)
    pixels[:, ::8] = 0
    assert measure(shown(pixels)).sharpness == 100


@pytest.mark.parametrize("channels", [3, 4])
def test_an_even_picture_has_no_sharpness(channels: int) -> None:
    assert measure(shown(np.full((30, 40, channels), 90, np.uint8))).sharpness == 0


def test_noise_that_is_transparent_is_not_seen() -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (60, 60, 4)).astype(np.uint8)
    pixels[..., 3] = 0
    assert measure(shown(pixels)).sharpness == 0


@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.sampled_from([3, 4]))))
def test_every_picture_has_a_sharpness_within_its_range(pixels: np.ndarray) -> None:
    assert 0 <= measure(shown(pixels)).sharpness <= 100
