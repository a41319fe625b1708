"""Copies of a picture in other sizes, formats and crops, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from PIL import Image

from vizsla.gallery import gallery_directory

from .shelf import KEY, Shelf, add
from .shelf import shelf as opened

COPIES = ("small.jpg", "worse.jpg", "cropped.png", "same.webp")
"""Each but the second and the last in a size of its own."""


WAIT = 60
"""Seconds: the first question makes the encoder get ready, on a machine that may be busy."""


def fill(folder: Path) -> None:
    with Image.open(next(gallery_directory().rglob("astronaut.jpg"))) as image:
        picture = image.convert("RGB")
    width, height = picture.size
    picture.resize((width // 2, height // 2)).save(folder / "small.jpg")
    picture.save(folder / "worse.jpg", quality=30)
    picture.save(folder / "same.webp")
    edges = (width // 20, height // 20, width - width // 20, height - height // 20)
    picture.crop(edges).save(folder / "cropped.png")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with opened(tmp_path_factory.mktemp("copies")) as shelf:
        fill(shelf.folder)
        add(shelf.library, shelf.folder)
        shelf.library.index()
        yield shelf


def details(shelf: Shelf, name: str) -> dict[str, Any]:
    response = httpx.get(
        f"{shelf.address}/v7.0/images/details",
        params={"id": shelf.id_of(name)},
        headers={KEY: shelf.key},
        timeout=WAIT,
    )
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize("name", COPIES)
def test_every_copy_leads_to_all_of_them_and_counts_them(shelf: Shelf, name: str) -> None:
    pages = details(shelf, name)["pagesIncluding"]["value"]
    assert pages[0]["imageId"] == shelf.id_of(name)
    assert {page["imageId"] for page in pages} == {shelf.id_of(copy) for copy in COPIES}
    for page in pages:
        counts = page["insightsMetadata"]
        assert (counts["pagesIncludingCount"], counts["availableSizesCount"]) == (4, 3)


def test_copies_share_their_simid_and_keep_their_own_thumbnails(shelf: Shelf) -> None:
    pages = details(shelf, COPIES[0])["pagesIncluding"]["value"]
    simids = {parse_qs(urlsplit(page["webSearchUrl"]).query)["simid"][0] for page in pages}
    (simid,) = simids
    assert all(f"*simid_{simid}*" in page["imageInsightsToken"] for page in pages)
    assert len({page["thumbnailUrl"] for page in pages}) == len(COPIES)


def test_copies_are_not_what_is_similar(shelf: Shelf) -> None:
    similar = details(shelf, COPIES[0])["visuallySimilarImages"]["value"]
    assert not {image["imageId"] for image in similar} & {shelf.id_of(copy) for copy in COPIES}


def test_visual_search_tells_how_many_more_sizes_there_are(shelf: Shelf) -> None:
    token = details(shelf, "small.jpg")["imageInsightsToken"]
    response = httpx.post(
        f"{shelf.address}/v7.0/images/visualsearch",
        files={"knowledgeRequest": (None, json.dumps({"imageInfo": {"imageInsightsToken": token}}))},
        headers={KEY: shelf.key},
        timeout=WAIT,
    )
    actions = {action["actionType"]: action for action in response.json()["tags"][0]["actions"]}
    assert actions["MoreSizes"]["image"]["insightsMetadata"]["availableSizesCount"] == 3
    assert len(actions["PagesIncluding"]["data"]["value"]) == len(COPIES)
