"""Colours are named as people name them."""

from __future__ import annotations

import numpy as np
import pytest
from analysed import shown

from vizsla.analyse.colour import describe, name_of


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("000000", "black"),
        ("FFFFFF", "white"),
        ("808080", "gray"),
        ("FF0000", "red"),
        ("FFA500", "orange"),
        ("FFFF00", "yellow"),
        ("00FF00", "green"),
        ("228B22", "green"),
        ("008080", "teal"),
        ("40E0D0", "teal"),
        ("0000FF", "blue"),
        ("4169E1", "blue"),
        ("87CEFA", "blue"),
        ("800080", "purple"),
        ("9370DB", "purple"),
        ("FFC0CB", "pink"),
        ("FF69B4", "pink"),
        ("8B4513", "brown"),
        ("D2B48C", "brown"),
        ("DC143C", "red"),
        ("2F4F2F", "green"),
        ("191970", "blue"),
    ],
)
def test_css_colours_have_the_name_that_css_gives_them(code: str, name: str) -> None:
    assert name_of(code) == name


def test_the_strongest_colour_comes_first_and_traces_are_left_out() -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[:60] = (255, 0, 0)
    pixels[60:97] = (0, 0, 255)
    pixels[97:] = (0, 255, 0)
    assert describe(shown(pixels)).colours == ("red", "blue")


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


def test_grey_levels_are_black_and_white_and_one_red_corner_is_not() -> None:
    pixels = np.repeat(np.linspace(0, 255, 100).astype(np.uint8)[None, :, None], 100, axis=0).repeat(
        3, axis=2
    )
    assert describe(shown(pixels)).monochrome
    pixels[:20, :20] = (200, 30, 30)
    assert not describe(shown(pixels)).monochrome


def test_the_accent_is_the_vivid_colour_on_a_dull_ground() -> None:
    pixels = np.full((100, 100, 3), 230, np.uint8)
    pixels[30:60, 30:60] = (0, 80, 178)
    assert describe(shown(pixels)).accent_colour == "0050B2"
