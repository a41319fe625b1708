"""Results as a picture."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from conftest import Served
from vizsla.client import Client, draw, grid


def encoded(colour: tuple[int, ...], mode: str = "RGB", size: tuple[int, int] = (40, 30)) -> bytes:
    file = BytesIO()
    Pillow.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


def pixels(cell: Any) -> Any:
    return np.asarray(cell.images[0].get_array())


def test_a_grid_holds_the_first_sixteen_pictures(served: Served) -> None:
    with Client(served.address, served.key) as client:
        found = client.search("puppies")
        figure = grid(found, client=client)
    assert len(figure.axes) == 16
    shapes = [pixels(cell).shape[:2] for cell in figure.axes]
    assert shapes == [(image.thumbnail.height, image.thumbnail.width) for image in found.value[:16]]


def test_a_grid_takes_any_images_and_finds_its_server(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIZSLA_ENDPOINT", served.address)
    monkeypatch.setenv("VIZSLA_KEY", served.key)
    with Client() as client:
        figure = grid(client.images("cat", limit=3), 2, 2)
    assert [len(cell.images) for cell in figure.axes] == [1, 1, 1, 0]


def test_pictures_stand_row_by_row_and_as_they_are() -> None:
    figure = draw([encoded((200, 0, 0)), encoded((0, 200, 0, 0), "RGBA"), encoded((90,), "L", (7, 90))], 2, 2)
    assert figure.get_size_inches().tolist() == [4.0, 4.0]
    cells = [pixels(cell) for cell in figure.axes[:3]]
    assert [cell.shape for cell in cells] == [(30, 40, 4), (30, 40, 4), (90, 7, 4)]
    assert np.array_equal(cells[0][0, 0], [200, 0, 0, 255])
    assert cells[1][0, 0, 3] == 0
    assert not figure.axes[3].images


def test_a_grid_can_be_saved() -> None:
    file = BytesIO()
    draw([encoded((200, 0, 0))], 1, 1).savefig(file)
    assert Pillow.open(BytesIO(file.getvalue())).size == (200, 200)
