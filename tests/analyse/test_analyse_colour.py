"""Colours are named as people name them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest
from analysed import png, shown
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from vizsla.analyse.colour import MAX_DOMINANT, NAMES, describe, name_of
from vizsla.decode import open_picture
from vizsla.decode.libvips import Image
from vizsla.records import COLUMNS

CSS = {
    "black": "000000",
    "white": "FFFFFF FFFAFA F5F5F5",
    "gray": "808080 696969 A9A9A9 D3D3D3 C0C0C0",
    "red": "FF0000 8B0000 DC143C 800000",
    "orange": "FFA500 FF8C00 FF7F50",
    "yellow": "FFFF00 FFD700",
    "green": "00FF00 008000 228B22 006400 90EE90 98FB98 9ACD32 2E8B57 556B2F 6B8E23 808000 2F4F2F 7FFF00",
    "teal": "008080 40E0D0 00FFFF 00CED1 5F9EA0",
    "blue": "0000FF 00008B 4169E1 87CEFA 87CEEB ADD8E6 1E90FF 191970 000080 4682B4 6495ED",
    "purple": "800080 9370DB 8A2BE2 4B0082 663399 9932CC",
    "pink": "FFC0CB FF69B4 FF1493 FFB6C1 FF00FF FA8072",
    "brown": "8B4513 D2B48C A0522D 654321 5C3317",
}
"""The colours of CSS that have a basic name in theirs or are plainly one, by that name."""

RED, BLUE, GREEN, WHITE = (200, 20, 30), (0, 0, 255), (0, 160, 40), (255, 255, 255)


def ground(colour: tuple[int, ...], width: int = 200, height: int = 150) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = np.empty((height, width, 3), np.uint8)
    pixels[:] = colour
    return pixels


def ball(pixels: NDArray[np.uint8], colour: tuple[int, ...], radius: float) -> NDArray[np.uint8]:
    """With a shaded ball in the middle: bright towards the upper left, dark at the lower right."""
    height, width, _ = pixels.shape
    y, x = np.mgrid[:height, :width]
    inside = np.hypot(x - width / 2, y - height / 2) < radius
    light = (1.1 - 0.35 * ((x - width / 2) + (y - height / 2)) / radius / 1.4)[..., None]
    shaded = (np.array(colour) * light).clip(0, 255).astype(np.uint8)
    pixels[inside] = shaded[inside]
    return pixels


def jpeg(pixels: NDArray[np.uint8], quality: int = 75) -> bytes:
    image = Image.new_from_array(pixels).copy(interpretation="srgb")
    return bytes(image.jpegsave_buffer(Q=quality))


@pytest.mark.parametrize(("name", "codes"), CSS.items())
def test_the_colours_of_css_have_the_names_that_they_have_there(name: str, codes: str) -> None:
    for code in codes.split():
        assert name_of(code) == name, code
        patch = ground(tuple(bytes.fromhex(code)))
        assert describe(shown(patch)).colours == (name,), code
        assert describe(open_picture(jpeg(patch))).colours == (name,), code


def test_the_names_are_those_that_the_column_filters_by() -> None:
    (column,) = (column for column in COLUMNS if column.name == "colour")
    assert {*NAMES, "coloronly", "monochrome"} == set(column.members)


def test_the_table_is_what_the_script_makes_of_the_survey() -> None:
    script = Path(__file__).parents[2] / "tools" / "build_colours.py"
    subprocess.run([sys.executable, script, "--check"], check=True)


def test_the_strongest_colour_comes_first_and_traces_are_left_out() -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[:60] = (255, 0, 0)
    pixels[60:97] = (0, 0, 255)
    pixels[97:] = (0, 255, 0)
    assert describe(shown(pixels)).colours == ("red", "blue")


@pytest.mark.parametrize("radius", [20, 40, 60])
def test_what_stands_on_white_gives_its_colour_and_white_stays_one(radius: float) -> None:
    for pixels in (ball(ground(WHITE), RED, radius), ball(ground((244, 243, 240)), RED, radius)):
        for data in (png(pixels), jpeg(pixels)):
            assert describe(open_picture(data)).colours == ("red", "white")
    assert name_of(describe(shown(ball(ground(WHITE), RED, radius))).accent_colour) == "red"


def test_what_fills_the_picture_leaves_no_white() -> None:
    assert describe(shown(ball(ground(WHITE, 150, 150), RED, 72))).colours == ("red",)


def test_a_coloured_ground_counts_after_what_stands_on_it() -> None:
    assert describe(shown(ball(ground(BLUE), GREEN, 40))).colours == ("green", "blue")


def test_a_speck_is_not_what_a_picture_shows() -> None:
    assert describe(shown(ball(ground(WHITE), RED, 5))).colours == ("white",)


def test_text_on_paper_is_white_and_dark() -> None:
    pixels = ground(WHITE)
    pixels[20:130:8, 20:180] = 0
    pixels[21:131:8, 20:180] = 0
    found = set(describe(shown(pixels)).colours)
    assert "white" in found
    assert found & {"black", "gray"}
    assert found <= {"white", "black", "gray"}


def test_transparent_pixels_have_no_colour() -> None:
    pixels = np.zeros((100, 100, 4), np.uint8)
    pixels[:30] = (0, 0, 255, 255)
    pixels[30:] = (255, 0, 0, 0)
    found = describe(shown(pixels))
    assert found.colours == ("blue",)
    assert found.accent_colour == "0000FF"


def test_a_picture_with_nothing_in_it_is_white() -> None:
    found = describe(shown(np.zeros((9, 9, 4), np.uint8)))
    assert found.colours == ("white",)
    assert found.monochrome
    assert found.accent_colour == "FFFFFF"


def grey_photo() -> NDArray[np.uint8]:
    """Soft shapes with grain, `(300, 400, 3)`."""
    random = np.random.default_rng(3)
    rows, columns = np.mgrid[0:300, 0:400]
    soft = 120 + 90 * np.sin(rows / 40) * np.cos(columns / 30) + random.normal(0, 6, (300, 400))
    return np.repeat(soft.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("quality", [20, 50, 90])
def test_a_grey_photo_is_black_and_white_however_it_was_compressed(quality: int) -> None:
    assert describe(open_picture(jpeg(grey_photo(), quality))).monochrome


def test_the_coloured_noise_of_a_scan_leaves_a_grey_photo_black_and_white() -> None:
    noise = np.random.default_rng(4).normal(0, 5, (300, 400, 3))
    scanned = (grey_photo() + noise).clip(0, 255).astype(np.uint8)
    assert describe(open_picture(jpeg(scanned))).monochrome


def test_a_slightly_warm_print_is_black_and_white_and_sepia_is_brown() -> None:
    grey = grey_photo()[..., 0].astype(np.float64)
    warm = np.stack([grey * 1.02 + 3, grey, grey * 0.97], axis=2).clip(0, 255).astype(np.uint8)
    assert describe(shown(warm)).monochrome
    # The usual sepia: Pillow's own way to colour a grey picture, from black over the tone to white.
    sepia = PIL.ImageOps.colorize(PIL.Image.fromarray(grey.astype(np.uint8)), "black", "white", mid="#9C7A4D")
    found = describe(shown(np.asarray(sepia)))
    assert not found.monochrome
    assert "brown" in found.colours


@pytest.mark.parametrize("radius", [4, 10, 30])
def test_a_coloured_thing_on_white_is_not_black_and_white_however_small(radius: float) -> None:
    assert not describe(shown(ball(ground(WHITE), RED, radius))).monochrome


def test_one_red_corner_is_not_black_and_white() -> None:
    pixels = grey_photo()
    assert describe(shown(pixels)).monochrome
    pixels[:60, :60] = RED
    assert not describe(shown(pixels)).monochrome


def test_the_accent_is_the_vivid_colour_on_a_dull_ground() -> None:
    pixels = np.full((100, 100, 3), 230, np.uint8)
    pixels[30:60, 30:60] = (0, 80, 178)
    assert describe(shown(pixels)).accent_colour == "0050B2"


@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.sampled_from([3, 4]))))
def test_every_picture_has_a_colour_once_and_an_accent(pixels: np.ndarray) -> None:
    found = describe(shown(pixels))
    assert 1 <= len(found.colours) == len(set(found.colours)) <= MAX_DOMINANT + 1
    assert set(found.colours) <= set(NAMES)
    assert len(bytes.fromhex(found.accent_colour)) == 3
