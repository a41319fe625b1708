from __future__ import annotations

import json
import shlex
import signal
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from vizsla.library import Library
from vizsla.settings import Settings
from vizsla.wire import decode_images

from .command import address_of, fail, running, serving, started, succeed

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


def test_the_demo_answers_puppies_with_dogs_first_and_nothing_twice(demo: tuple[Path, str]) -> None:
    answer = decode_images((demo[0] / "response.json").read_bytes())
    assert len({image.image_id for image in answer.value[:16]}) == 16
    with Library(Settings(library=demo[0] / "library")) as library:
        found = [library.store.find(image.image_id) for image in answer.value[:12]]
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


def test_a_second_demo_finds_its_library_and_works_behind_a_proxy_that_leads_nowhere(
    demo: tuple[Path, str], tmp_path: Path
) -> None:
    nowhere = "http://127.0.0.1:9"
    again = tmp_path / "again"
    library = ("--library", demo[0] / "library")
    succeed(
        *("demo", "--once", "--out", again, *library),
        HTTP_PROXY=nowhere,
        http_proxy=nowhere,
        ALL_PROXY=nowhere,
    )
    first, second = (
        [image.image_id for image in decode_images((out / "response.json").read_bytes()).value]
        for out in (demo[0], again)
    )
    assert first == second
    assert len(tiles(again / "grid.png")) == 16


def test_without_once_the_demo_goes_on_serving_until_it_is_told_to_stop(
    demo: tuple[Path, str], tmp_path: Path
) -> None:
    options = ("--library", demo[0] / "library", "--out", tmp_path, "--port", "0")
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


def test_a_demo_that_cannot_write_its_files_says_so(demo: tuple[Path, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    error = fail("demo", "--once", "--library", demo[0] / "library", "--out", tmp_path / "file")
    assert error == (
        1,
        f"vizsla: {tmp_path / 'file'} cannot be written: File exists; choose another with --out",
    )


def test_the_thumbnails_of_the_demo_are_pictures(demo: tuple[Path, str]) -> None:
    answer = decode_images((demo[0] / "response.json").read_bytes())
    with serving(demo[0] / "library", "--anonymous") as (address, _):
        images = httpx.get(f"{address}/v7.0/images/search", params={"q": "puppies"})
        for image in decode_images(images.content).value[:3]:
            thumbnail = httpx.get(image.thumbnail_url)
            with Image.open(BytesIO(thumbnail.content)) as picture:
                assert picture.size == (image.thumbnail.width, image.thumbnail.height)
    assert answer.total_estimated_matches >= 16
