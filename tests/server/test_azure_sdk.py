"""The published Python SDK of the service (azure-cognitiveservices-search-imagesearch 2.0.1), with our address."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import httpx
import pytest
from msrest.authentication import CognitiveServicesCredentials

from .shelf import Shelf

sdk: Any = import_module("azure.cognitiveservices.search.imagesearch")
models: Any = sdk.models

IMAGE_STRINGS = (
    *("web_search_url", "name", "thumbnail_url", "date_published", "content_url", "host_page_url"),
    *("content_size", "encoding_format", "host_page_display_url", "image_insights_token", "image_id"),
    "accent_color",
)


@pytest.fixture
def search(shelf: Shelf) -> Iterator[Any]:
    with client(shelf.address, shelf.key) as made:
        yield made.images.search


def client(address: str, key: str) -> Any:
    return sdk.ImageSearchClient(address, CognitiveServicesCredentials(key))


def test_every_typed_field_of_the_answer_arrives(search: Any) -> None:
    answer = search(query="flag ball picture")
    assert type(answer) is models.Images
    assert isinstance(answer.read_link, str)
    assert isinstance(answer.web_search_url, str)
    assert answer.total_estimated_matches == 4
    assert answer.next_offset == 4
    assert answer.query_expansions == answer.pivot_suggestions == []
    assert len(answer.value) == 4
    assert answer.additional_properties["currentOffset"] == 0
    assert answer.additional_properties["queryContext"] == {"originalQuery": "flag ball picture"}


def test_every_typed_field_of_every_image_arrives(shelf: Shelf, search: Any) -> None:
    images = search(query="flag ball picture").value
    sent = shelf.search("flag ball picture").json()["value"]
    for image, told in zip(images, sent, strict=True):
        assert type(image) is models.ImageObject
        for name in IMAGE_STRINGS:
            wire = image._attribute_map[name]["key"]
            assert getattr(image, name) == told[wire] != ""
        assert (image.width, image.height) == (told["width"], told["height"])
        assert type(image.thumbnail) is models.ImageObject
        assert {"width": image.thumbnail.width, "height": image.thumbnail.height} == told["thumbnail"]
        insights = image.insights_metadata
        assert type(insights) is models.ImagesImageMetadata
        assert insights.recipe_sources_count == 0
        assert insights.additional_properties["availableSizesCount"] == 1
        best = insights.additional_properties["bestRepresentativeQuery"]
        assert best["text"] == best["displayText"] != ""


def test_every_parameter_of_the_sdk_is_understood(search: Any) -> None:
    everything = {
        "aspect": "Wide",
        "color": "ColorOnly",
        "country_code": "US",
        "count": 3,
        "freshness": "Day",
        "height": 632,
        "id": "0" * 40,
        "image_content": "Face",
        "image_type": "Photo",
        "license": "Share",
        "market": "en-US",
        "max_file_size": 10**6,
        "max_height": 10_000,
        "max_width": 10_000,
        "min_file_size": 1,
        "min_height": 1,
        "min_width": 1,
        "offset": 0,
        "safe_search": "Strict",
        "size": "All",
        "set_lang": "en",
        "width": 948,
        "accept_language": "en",
        "client_id": "0" * 32,
        "client_ip": "127.0.0.1",
        "location": "lat:47.6;long:-122.3;re:22",
    }
    assert search(query="canadian rockies é&+", **everything).value == []
    del everything["image_content"], everything["image_type"]
    found = search(query="flag é&+", **everything).value
    assert [image.name for image in found] == ["Striped flag"]


def test_pages_follow_each_other(search: Any) -> None:
    met, offset = [], 0
    while images := (page := search(query="flag ball picture dog", count=3, offset=offset)).value:
        met += [image.image_id for image in images]
        offset = page.next_offset
    assert len(met) == len(set(met)) == page.total_estimated_matches == 4


def test_a_thumbnail_of_the_sdks_answer_is_there(search: Any) -> None:
    for image in search(query="flag").value:
        assert httpx.get(f"{image.thumbnail_url}&w=100").status_code == 200


def test_a_wrong_key_arrives_as_the_sdks_error(shelf: Shelf) -> None:
    with client(shelf.address, "0" * 32) as made, pytest.raises(models.ErrorResponseException) as raised:
        made.images.search(query="dog")
    (error,) = raised.value.error.errors
    assert raised.value.response.status_code == 401
    assert (error.code, error.sub_code) == ("InvalidAuthorization", "AuthorizationMissing")
    assert error.message
    assert error.more_details


def test_a_bad_parameter_arrives_as_the_sdks_error(search: Any) -> None:
    with pytest.raises(models.ErrorResponseException) as raised:
        search(query="dog", license="foo")
    (error,) = raised.value.error.errors
    assert raised.value.response.status_code == 400
    assert (error.code, error.sub_code) == ("InvalidRequest", "ParameterInvalidValue")
    assert (error.parameter, error.value) == ("license", "foo")


def test_too_many_calls_are_tried_again_by_the_sdk(shelf: Shelf) -> None:
    """It waits for `Retry-After`, which is why that is short."""
    with client(shelf.address, shelf.library.keys.create(tps=1)) as made:
        for _ in range(2):
            assert made.images.search(query="flag").value
