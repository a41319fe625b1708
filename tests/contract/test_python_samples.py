"""The published Python samples, call by call: what each reads must be there."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from conftest import Served

from .packages import IMAGE_SEARCH, VISUAL_SEARCH, Package
from .programs import KEY, ask, similar

image_packages = pytest.mark.parametrize("package", IMAGE_SEARCH, ids=lambda package: package.name)
visual_packages = pytest.mark.parametrize("package", VISUAL_SEARCH, ids=lambda package: package.name)


def get(served: Served, path: str, **params: str | int) -> requests.Response:
    response = requests.get(served.address + path, headers={KEY: served.key}, params=params, timeout=10)
    response.raise_for_status()
    return response


# cognitive-services-notebooks: BingImageSearchAPI.ipynb


def test_the_notebook_draws_its_grid_of_sixteen_thumbnails(served: Served) -> None:
    path = "/bing/v7.0/images/search"
    found = get(served, path, q="puppies", license="public", imageType="clipart").json()
    addresses = [image["thumbnailUrl"] for image in found["value"][:16]]
    assert len(addresses) == 16
    for address in addresses:
        thumbnail = requests.get(address, timeout=10)
        thumbnail.raise_for_status()
        assert Image.open(io.BytesIO(thumbnail.content)).size[0] > 0


# cognitive-services-REST-api-samples and bing-search-sdk-for-python: samples/rest


@pytest.mark.parametrize(
    ("path", "market"), [("/bing/v7.0/images/search", "en-US"), ("/v7.0/images/search", "en-us")]
)
def test_the_search_samples_print_headers_and_json(served: Served, path: str, market: str) -> None:
    response = get(served, path, q="puppies", mkt=market)
    assert {"BingAPIs-TraceId", "BingAPIs-Market", "X-MSEdge-ClientID"} <= set(response.headers)
    assert response.json()["value"][0]["contentUrl"]


def test_the_search_sample_prints_errors_as_json(served: Served) -> None:
    response = requests.get(f"{served.address}/v7.0/images/search", headers={KEY: "0" * 32}, timeout=10)
    assert response.status_code == 401
    assert response.json()["errors"][0]["message"]


def test_the_visual_search_sample_posts_a_picture_without_an_ending(served: Served, picture: Path) -> None:
    files = {"image": ("myfile", picture.read_bytes())}
    response = requests.post(
        f"{served.address}/bing/v7.0/images/visualsearch", headers={KEY: served.key}, files=files, timeout=30
    )
    response.raise_for_status()
    assert response.json()["image"]["imageInsightsToken"]


def test_the_visual_search_sample_delimits_its_parts_by_too_few_dashes(served: Served) -> None:
    """The boundary itself for the delimiter, and bare line feeds."""
    address = get(served, "/v7.0/images/search", q="grey cat walking").json()["value"][0]["thumbnailUrl"]
    boundary = "--example-boundary-1234"
    request = json.dumps({"imageInfo": {"url": address}})
    disposition = 'Content-Disposition: form-data; name="knowledgeRequest"'
    body = f"{boundary}\n{disposition}\n\n{request}\n{boundary}--\n"
    content_type = f"Content-Type: multipart/form-data;boundary={boundary}"
    answered = ask(
        served, "/v7.0/images/visualsearch?mkt=en-us", content_type, method="POST", body=body.encode()
    )
    assert similar(answered)


def test_the_visual_search_sample_does_not_tell_its_boundary(served: Served, picture: Path) -> None:
    prepared = requests.Request(
        "POST", served.address, files={"image": ("picture.jpg", picture.read_bytes())}
    ).prepare()
    assert isinstance(prepared.body, bytes)
    answered = ask(
        served,
        "/v7.0/images/visualsearch",
        "Content-Type: multipart/form-data",
        method="POST",
        body=prepared.body,
    )
    assert similar(answered)


# cognitive-services-python-sdk-samples, bing-search-sdk-for-python: samples/sdk


@image_packages
def test_the_image_samples_of_the_sdk_find_what_they_print(served: Served, package: Package) -> None:
    images = package.connected(served.address, served.key)
    found = images.search(query="canadian rockies")
    first = found.value[0]
    for read in (first.image_insights_token, first.thumbnail_url, first.content_url, first.web_search_url):
        assert read
    assert found.total_estimated_matches > 0
    assert found.next_offset > 0
    for pivot in found.pivot_suggestions:
        assert pivot.pivot
        for suggestion in pivot.suggestions[:1]:
            assert suggestion.text
            assert suggestion.web_search_url
    for expansion in found.query_expansions[:1]:
        assert expansion.text
        assert expansion.search_link


@image_packages
def test_the_filter_sample_of_the_sdk_is_answered(served: Served, package: Package) -> None:
    models, images = package.models, package.connected(served.address, served.key)
    gif = getattr(models.ImageType, "animated_gif", None) or models.ImageType.ANIMATED_GIF
    wide = getattr(models.ImageAspect, "wide", None) or models.ImageAspect.WIDE
    found = images.search(query="studio ghibli", image_type=gif, aspect=wide)
    assert isinstance(found.value, list)


@image_packages
def test_the_trending_sample_of_the_sdk_finds_what_it_prints(served: Served, package: Package) -> None:
    trending = package.connected(served.address, served.key).trending()
    first = trending.categories[0]
    assert first.title
    assert first.tiles[0].query.text
    assert first.tiles[0].query.web_search_url


@image_packages
def test_the_details_sample_of_the_sdk_finds_what_it_prints(served: Served, package: Package) -> None:
    """It reads four modules without looking whether they are there."""
    images = package.connected(served.address, served.key)
    first = images.search(query="dog").value[0]
    details = images.details(query="dog", insights_token=first.image_insights_token, modules=["All"])
    if details.best_representative_query:
        assert details.best_representative_query.text
    if details.image_caption:
        assert details.image_caption.caption
    for module in (
        details.pages_including,
        details.related_searches,
        details.visually_similar_images,
        details.image_tags,
    ):
        assert isinstance(module.value, list)
    assert details.pages_including.value[0].web_search_url
    assert details.visually_similar_images.value[0].web_search_url
    assert details.image_tags.value[0].name


CROP = {"top": 0.1, "left": 0.2, "right": 0.7, "bottom": 0.9}


@visual_packages
def test_the_visual_search_samples_of_the_sdk_find_what_they_print(
    served: Served, package: Package, picture: Path
) -> None:
    images = package.connected(served.address, served.key)
    image = get(served, "/v7.0/images/search", q="grey cat walking").json()["value"][0]
    site = {"filters": {"site": "www.bing.com"}}
    calls: list[tuple[bool, Any]] = [
        (True, {}),
        (True, {"imageInfo": {"cropArea": CROP}}),
        (False, {"imageInfo": {"url": image["thumbnailUrl"]}, "knowledgeRequest": site}),
        (False, {"imageInfo": {"imageInsightsToken": image["imageInsightsToken"], "cropArea": CROP}}),
        (False, {"imageInfo": {"url": image["thumbnailUrl"], "cropArea": CROP}, "knowledgeRequest": site}),
    ]
    for with_picture, request in calls:
        with picture.open("rb") as file:
            found = images.visual_search(
                image=file if with_picture else None, knowledge_request=json.dumps(request)
            )
        assert found.image.image_insights_token is not None
        assert found.tags[0].actions[0].action_type


# fastbook: search_images_bing


def test_fastbook_finds_addresses_of_images(served: Served) -> None:
    path = "/v7.0/images/search"
    found = get(served, path, q="grizzly bear", count=150, min_height=128, min_width=128).json()
    assert len(found["value"]) > 0
    assert all(image["contentUrl"] for image in found["value"])


def test_the_older_fastbook_pages_by_the_sdk(served: Served) -> None:
    images = IMAGE_SEARCH[0].connected(served.address, served.key)
    pages = [
        images.search(query="cat", min_height=128, min_width=128, count=30, offset=offset)
        for offset in (0, 30)
    ]
    assert all(image.content_url for page in pages for image in page.value)
    assert min(image.width for image in pages[0].value) >= 128
