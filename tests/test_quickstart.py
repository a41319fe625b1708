"""The program that must run: the Quickstart, verbatim, over photographs without any text."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

from quickstart_cells import configured
from undistributed import Photo, needs_photos, photos

VIZSLA = (sys.executable, "-m", "vizsla")

SIDE = 24
"""Pixels a side at which pictures are compared: enough to tell 500 photographs apart, few enough to forgive scaling."""


@contextmanager
def serving(library: Path) -> Iterator[str]:
    """`vizsla serve` in a process of its own; the block gets its address."""
    command = [*VIZSLA, "serve", "--library", str(library), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            found = re.fullmatch(r"vizsla: listening on (http://\S+)\n", server.stdout.readline())
            assert found
            yield found[1]
        finally:
            server.terminate()
            assert server.wait(timeout=20) == 0


@pytest.fixture(scope="module")
def unnamed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Photo]]:
    """A folder of photographs whose names say nothing, and what each was."""
    folder = tmp_path_factory.mktemp("unnamed")
    names = {f"{number:04}.jpg": photo for number, photo in enumerate(photos(), 1)}
    for name, photo in names.items():
        shutil.copyfile(photo.path, folder / name)
    return folder, names


@pytest.fixture(scope="module")
def figure(unnamed: tuple[Path, dict[str, Photo]], tmp_path_factory: pytest.TempPathFactory) -> Image.Image:
    """What the cells draw, asking a library of the folder."""
    place = ("--library", str(tmp_path_factory.mktemp("quickstart") / "library"))
    subprocess.run([*VIZSLA, "add", str(unnamed[0]), "--licence", "cc0", *place], check=True)
    made = subprocess.run([*VIZSLA, "keys", "create", *place], check=True, stdout=subprocess.PIPE, text=True)
    with serving(Path(place[1])) as address:
        cells = configured(made.stdout.strip(), f"{address}/bing/v7.0/images/search")
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (drawn,) = [output for output in notebook.cells[-1].outputs if output.output_type == "display_data"]
    return Image.open(BytesIO(b64decode(drawn.data["image/png"]))).convert("RGB")


def tiles(figure: Image.Image) -> Iterator[Image.Image]:
    """The sixteen pictures of a figure, without the white around them."""
    width, height = figure.width / 4, figure.height / 4
    for row in range(4):
        for column in range(4):
            tile = figure.crop(
                (
                    round(column * width),
                    round(row * height),
                    round((column + 1) * width),
                    round((row + 1) * height),
                )
            )
            painted = tile.convert("L").point(lambda level: 255 * (level < 250)).getbbox()
            assert painted, f"nothing is drawn in row {row}, column {column}"
            yield tile.crop(painted)


def signature(picture: Image.Image) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX), np.float32).ravel()


@needs_photos
def test_the_quickstart_runs_verbatim_and_draws_sixteen_pictures_of_dogs(
    figure: Image.Image, unnamed: tuple[Path, dict[str, Photo]]
) -> None:
    shown = list(unnamed[1].values())
    known = np.stack([signature(Image.open(photo.path)) for photo in shown])
    distances = np.stack([np.abs(known - signature(tile)).mean(axis=1) for tile in tiles(figure)])
    recognised = distances.argmin(axis=1)
    assert (distances.min(axis=1) < 16).all(), "a drawn picture is none of the photographs"
    assert len(set(recognised.tolist())) == 16
    dogs = ["dog" in shown[index].words for index in recognised]
    assert sum(dogs) >= 14, dogs
