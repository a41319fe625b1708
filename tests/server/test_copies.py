"""Copies of a picture in other sizes, formats and crops, over real HTTP."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from PIL import Image

from conftest import Served
from vizsla.gallery import gallery_directory
from vizsla.library import Choices

from .about_image import ASTRONAUT, Asking, action, ids, picture, smaller_copy
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


def test_of_copies_one_is_similar_to_another_picture(asking: Asking, shelf: Shelf) -> None:
    copies = {shelf.id_of(name) for name in COPIES}
    other = {"imageInfo": {"imageInsightsToken": f"mid_{shelf.id_of('flag.jpg')}"}}
    data = {"imageInsightsTokens": [f"mid_{shelf.id_of('disc.png')}"], "q": "red"}
    for asked in (other, other | {"knowledgeRequest": {"invokedSkillsRequestData": data}}):
        similar = action(asking.look(asked).json(), "VisualSearch")["data"]
        assert len(copies.intersection(ids(similar["value"]))) == 1
        assert similar["totalEstimatedMatches"] == len(similar["value"])


def page_of(shelf: Shelf, name: str) -> str:
    asked = {"view": "detailv2", "id": shelf.id_of(name), "q": "dog"}
    return httpx.get(f"{shelf.address}/images/search", params=asked, timeout=WAIT).text


def test_the_page_of_a_picture_leads_to_its_copies_the_largest_first(shelf: Shelf) -> None:
    with_copies, alone = page_of(shelf, "cropped.png"), page_of(shelf, "flag.jpg")
    told = with_copies[with_copies.index("Also here as") : with_copies.index("</dl>")]
    assert re.findall(r"id=(\w+)&amp;simid", told)[-1] == shelf.id_of("small.jpg")
    assert all(told.count(shelf.id_of(name)) == (name != "cropped.png") for name in COPIES)
    assert re.search(r"320 × 320 webp, \d+ kB</a>.*same\.webp", told)
    assert "Also here as" not in alone


def test_copies_that_are_not_for_everybody_are_not_told(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf:
        hidden = tmp_path / "hidden"
        hidden.mkdir()
        copyfile(shelf.folder / "flag.jpg", hidden / "hidden.jpg")
        copyfile(shelf.folder / "flag.jpg", shelf.folder / "told.jpg")
        add(shelf.library, hidden, Choices(adult="yes"))
        add(shelf.library, shelf.folder)
        html = page_of(shelf, "flag.jpg")
        assert "told.jpg" in html
        assert "hidden.jpg" not in html


# Copies that are posted


@pytest.fixture
def asking(shelf: Shelf) -> Asking:
    return Asking(Served(shelf.address, shelf.key, shelf.library))


def changed(kind: str) -> bytes:
    """A copy as there is none in the library."""
    with Image.open(next(gallery_directory().rglob("astronaut.jpg"))) as image:
        astronaut = image.convert("RGB")
    width, height = astronaut.size
    made = io.BytesIO()
    astronaut.crop((0, height // 20, width, height)).resize((150, 140)).save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_posted_copy_leads_to_all_copies_in_the_library(asking: Asking, shelf: Shelf, kind: str) -> None:
    answer = asking.post_details(changed(kind), modules="All").json()
    pages = answer["pagesIncluding"]["value"]
    assert set(ids(pages)) == {shelf.id_of(copy) for copy in COPIES}
    assert answer["imageInsightsToken"] == pages[0]["imageInsightsToken"]
    assert not set(ids(pages)) & set(ids(answer["visuallySimilarImages"]["value"]))
    assert answer == asking.details(insightsToken=answer["imageInsightsToken"], modules="All").json()


def test_a_visual_search_of_a_posted_copy_is_that_of_the_image_in_the_library(asking: Asking) -> None:
    answer = asking.look({}, changed("JPEG")).json()
    kinds = [one["actionType"] for one in answer["tags"][0]["actions"]]
    assert {"PagesIncluding", "MoreSizes", "ImageById"} <= set(kinds)
    assert len(action(answer, "PagesIncluding")["data"]["value"]) == len(COPIES)
    assert answer == asking.look({"imageInfo": answer["image"]}).json()


def test_a_region_of_a_posted_copy_is_looked_at_and_its_pages_are_those_of_the_whole(
    asking: Asking, shelf: Shelf
) -> None:
    sides = {"cal": "0.6", "cat": "0", "car": "1", "cab": "0.4"}
    answer = asking.post_details(smaller_copy(ASTRONAUT), modules="All", **sides).json()
    assert set(ids(answer["pagesIncluding"]["value"])) == {shelf.id_of(copy) for copy in COPIES}
    assert not set(ids(answer["visuallySimilarImages"]["value"])) & {shelf.id_of(copy) for copy in COPIES}


def test_what_is_posted_and_no_copy_has_no_pages(asking: Asking) -> None:
    for data in (picture(ASTRONAUT), smaller_copy("photographs/cameraman.jpg")):
        answer = asking.post_details(data, modules="All").json()
        assert answer["pagesIncluding"]["value"] == []
        assert answer["imageInsightsToken"].startswith("bcid_")


def test_copies_that_come_and_go_while_the_server_runs_are_followed(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf:
        asking = Asking(Served(shelf.address, shelf.key, shelf.library))

        def pages() -> list[str]:
            answer = asking.post_details(changed("JPEG"), modules="PagesIncluding").json()
            return ids(answer["pagesIncluding"]["value"])

        assert pages() == []
        fill(shelf.folder)
        add(shelf.library, shelf.folder)
        assert set(pages()) == {shelf.id_of(copy) for copy in COPIES}
        for copy in COPIES[1:]:
            shelf.library.remove(shelf.id_of(copy))
        assert pages() == [shelf.id_of(COPIES[0])]
        shelf.library.remove(shelf.id_of(COPIES[0]))
        assert pages() == []


# Counts


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
