from __future__ import annotations

import json
import shlex
import shutil
import signal
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from vizsla.gallery import gallery_directory
from vizsla.library import Library
from vizsla.wire import decode_images

from .command import Call, address_of, error_of, running, started, succeed


@pytest.fixture(scope="module")
def demo(gallery: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The directory of `vizsla demo --once` over a gallery that is already in the library, and what it printed.

    It is behind a proxy that leads nowhere, as it may well be.
    """
    out, nowhere = tmp_path_factory.mktemp("demo") / "out put", "http://127.0.0.1:9"
    proxies = {"HTTP_PROXY": nowhere, "http_proxy": nowhere, "ALL_PROXY": nowhere}
    return out, succeed("demo", "--once", "--library", gallery, "--out", out, **proxies)


SAMPLE = {
    *("webSearchUrl", "name", "thumbnailUrl", "datePublished", "contentUrl", "hostPageUrl", "contentSize"),
    *("encodingFormat", "hostPageDisplayUrl", "width", "height", "thumbnail.width", "thumbnail.height"),
    *("imageInsightsToken", "insightsMetadata.recipeSourcesCount", "imageId", "accentColor"),
    *("insightsMetadata.pagesIncludingCount", "insightsMetadata.availableSizesCount"),
    "insightsMetadata.bestRepresentativeQuery.text",
    "insightsMetadata.bestRepresentativeQuery.displayText",
    "insightsMetadata.bestRepresentativeQuery.webSearchUrl",
}
"""Fields of the image in the sample answer of the v7 reference, section 6.1."""

SAMPLE_ANSWER = {
    *("_type", "instrumentation", "readLink", "webSearchUrl", "totalEstimatedMatches", "nextOffset", "value"),
}


def leaves(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {leaf for name, part in value.items() for leaf in leaves(part, f"{path}.{name}".lstrip("."))}
    assert value not in (None, ""), path
    return {path}


def test_the_first_image_of_the_demo_has_every_field_of_the_sample_answer(demo: tuple[Path, str]) -> None:
    answer = json.loads((demo[0] / "response.json").read_bytes())
    assert answer.keys() >= SAMPLE_ANSWER
    assert leaves(answer["value"][0]) >= SAMPLE


def test_the_demo_answers_puppies_with_dogs_first_and_nothing_twice(
    demo: tuple[Path, str], gallery_library: Library
) -> None:
    answer = decode_images((demo[0] / "response.json").read_bytes())
    assert len({image.image_id for image in answer.value[:16]}) == 16
    found = [gallery_library.store.find(image.image_id) for image in answer.value[:12]]
    said = [f"{stored.record.title} {' '.join(stored.record.tags)}".lower() for stored in found if stored]
    assert all("dog" in text or "pup" in text for text in said), said
    assert len(said) == 12


def test_the_grid_of_the_demo_shows_sixteen_different_pictures(demo: tuple[Path, str]) -> None:
    assert len(tiles(demo[0] / "grid.png")) == 16


def tiles(grid: Path) -> set[bytes]:
    """The different cells of a 4 by 4 grid that have something drawn in them."""
    with Image.open(grid) as picture:
        picture.load()
    assert picture.format == "PNG"
    pixels = np.asarray(picture.convert("RGB"))
    height, width = pixels.shape[0] // 4, pixels.shape[1] // 4
    cells = [
        pixels[row * height : (row + 1) * height, column * width : (column + 1) * width]
        for row in range(4)
        for column in range(4)
    ]
    return {cell.tobytes() for cell in cells if (cell < 250).any()}


def test_the_demo_prints_where_its_files_are_and_a_command_that_keeps_it_serving(
    demo: tuple[Path, str],
) -> None:
    out, printed = demo
    answer, grid, command = printed.splitlines()
    assert answer == f"The answer: {out / 'response.json'}"
    assert grid == f"The grid:   {out / 'grid.png'}"
    with running([*shlex.split(command), "--port", "0"]) as process:
        address = address_of(process.stdout)
        assert httpx.get(f"{address}/images/search", params={"q": "puppies"}).status_code == 200


def test_a_demo_makes_its_library_from_nothing_and_a_second_one_finds_it(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(gallery_directory() / "dogs-and-puppies", tmp_path / "dogs")
    monkeypatch.setattr("vizsla.gallery.gallery_directory", lambda: tmp_path / "dogs")
    answers = []
    for _ in range(2):
        done = call("demo", "--once", "--out", tmp_path / "out")
        assert done.returncode == 0, done.stderr
        assert f"18 pictures are in {tmp_path}/out/library" in done.stderr
        answer = decode_images((tmp_path / "out" / "response.json").read_bytes())
        answers.append([image.image_id for image in answer.value])
        assert len(tiles(tmp_path / "out" / "grid.png")) == len(set(answers[-1]))
    assert answers[0] == answers[1]
    assert answers[0]


def test_without_once_the_demo_goes_on_serving_until_it_is_told_to_stop(
    gallery: Path, tmp_path: Path
) -> None:
    options = ("--library", gallery, "--out", tmp_path, "--port", "0")
    with started("demo", *options) as process:
        assert process.stdout
        said = dict(process.stdout.readline().strip().split(":", 1) for _ in range(5))
        said = {name: value.strip() for name, value in said.items()}
        page = httpx.get(said["The page"])
        assert page.status_code == 200
        answer = httpx.get(said["The API"], headers={"Ocp-Apim-Subscription-Key": said["The key"]})
        assert decode_images(answer.content).value
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_demo_that_cannot_write_its_files_says_so(gallery: Path, tmp_path: Path, call: Call) -> None:
    (tmp_path / "file").write_text("in the way")
    error = error_of(call("demo", "--once", "--library", gallery, "--out", tmp_path / "file"))
    assert error == (
        1,
        f"vizsla: {tmp_path / 'file'} cannot be written: File exists; choose another with --out",
    )
