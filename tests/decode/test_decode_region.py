"""Regions of pictures, for encoders."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from vizsla.decode import open_picture
from vizsla.encoders.seam import InputGeometry

CROP, SQUASH = InputGeometry(side=60, fit="crop"), InputGeometry(side=60, fit="squash")


def quarters(side: int, format_: str = "PNG") -> bytes:
    """Four colours, one in each quarter: red, green, blue, black."""
    image = Image.new("RGB", (side, side))
    half = side // 2
    for place, colour in (((0, 0), "#f00"), ((half, 0), "#0f0"), ((0, half), "#00f")):
        image.paste(colour, (*place, place[0] + half, place[1] + half))
    made = io.BytesIO()
    image.save(made, format_)
    return made.getvalue()


@pytest.mark.parametrize("geometry", [CROP, SQUASH])
@pytest.mark.parametrize("format_", ["PNG", "BMP", "WEBP", "GIF", "TIFF"])
def test_a_region_shows_itself_alone(geometry: InputGeometry, format_: str) -> None:
    picture = open_picture(quarters(400, format_), detail=2)
    for region, colour in (
        ((0.0, 0.0, 0.45, 0.45), (255, 0, 0)),
        ((0.55, 0.0, 1.0, 0.45), (0, 255, 0)),
        ((0.0, 0.55, 0.45, 1.0), (0, 0, 255)),
        ((0.55, 0.55, 1.0, 1.0), (0, 0, 0)),
    ):
        square = picture.square(geometry, region)
        assert square.shape == (60, 60, 3)
        assert np.abs(square.reshape(-1, 3).mean(axis=0) - colour).max() < 12


def test_a_region_is_kept_in_the_detail_that_is_asked_for() -> None:
    data = quarters(2000)
    usual, close, closest = (open_picture(data, detail=detail) for detail in (1, 3, 1e9))
    assert usual.kept.shape[1] == 474
    assert close.kept.shape[1] == pytest.approx(3 * 474, abs=2)
    assert closest.kept.shape[1] <= 2000
    assert (closest.width, closest.height) == (usual.width, usual.height)


@pytest.mark.parametrize(
    "region", [(0.0, 0.0, 1e-9, 1e-9), (0.999999, 0.999999, 1.0, 1.0), (0.5, 0.0, 0.5000001, 1.0)]
)
def test_the_smallest_region_has_a_pixel(region: tuple[float, float, float, float]) -> None:
    assert open_picture(quarters(10), detail=1e9).square(CROP, region).shape == (60, 60, 3)


def test_a_turned_picture_is_cut_upright() -> None:
    image = Image.open(io.BytesIO(quarters(100)))
    exif = Image.Exif()
    exif[0x0112] = 6  # what is stored at the left is at the top
    made = io.BytesIO()
    image.save(made, "PNG", exif=exif)
    square = open_picture(made.getvalue()).square(CROP, (0.0, 0.0, 0.4, 0.4))
    assert np.abs(square.reshape(-1, 3).mean(axis=0) - (0, 0, 255)).max() < 12
