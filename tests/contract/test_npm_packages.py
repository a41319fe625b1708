"""The published npm packages under Node: what their programs get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Served

from .javascript import Node

NEW = "@azure/cognitiveservices-imagesearch"
OLD = "azure-cognitiveservices-imagesearch"
IMAGE_SEARCH = (NEW, OLD)
VISUAL_SEARCH = "azure-cognitiveservices-visualsearch"
BING = "node-bing-api"

EVERYTHING = {
    "acceptLanguage": "de, en;q=0.5",
    "clientId": "00B4230B74496E7A13CC2C1475056FF4",
    "clientIp": "127.0.0.1",
    "location": "lat:47.6;long:-122.3;re:22",
    "userAgent": "a program of 2018",
    "countryCode": "US",
    "market": "en-US",
    "safeSearch": "Strict",
    "setLang": "en",
}

both = pytest.mark.parametrize("package", IMAGE_SEARCH)


def answers(
    node: Node, served: Served, package: str, *calls: tuple[Any, ...], key: str | None = None
) -> list[Any]:
    results = node.calls(package, served.address, served.key if key is None else key, *calls)
    assert [result.get("error") for result in results] == [None] * len(calls)
    return [result["answer"] for result in results]


def errors(node: Node, served: Served, package: str, *calls: tuple[Any, ...], key: str) -> list[Any]:
    results = node.calls(package, served.address, key, *calls)
    assert [result.get("answer") for result in results] == [None] * len(calls)
    return [result["error"] for result in results]


@both
def test_search_gives_what_the_package_documents(node: Node, served: Served, package: str) -> None:
    (answer,) = answers(node, served, package, ("search", "black cat"))
    assert answer["_type"] == "Images"
    assert answer["totalEstimatedMatches"] >= len(answer["value"]) == answer["nextOffset"] > 10
    assert isinstance(answer["queryExpansions"], list)
    assert isinstance(answer["pivotSuggestions"], list)
    assert answer["readLink"]
    for image in answer["value"]:
        for name in ("name", "webSearchUrl", "thumbnailUrl", "contentUrl", "hostPageUrl", "datePublished"):
            assert isinstance(image[name], str)
            assert image[name]
        for name in ("contentSize", "encodingFormat", "hostPageDisplayUrl", "imageInsightsToken"):
            assert isinstance(image[name], str)
            assert image[name]
        assert image["width"] > 0 < image["height"]
        assert image["thumbnail"]["width"] > 0 < image["thumbnail"]["height"]
        assert image["insightsMetadata"]["recipeSourcesCount"] == 0
        assert len(image["imageId"]) == 40
        assert len(image["accentColor"]) == 6


@both
def test_search_understands_every_option(node: Node, served: Served, package: str) -> None:
    """All that is known of an image, sent as filters, finds this image."""
    (answer,) = answers(node, served, package, ("search", "grey cat walking é&+", {"count": 1}))
    (image,) = answer["value"]
    size = int(image["contentSize"].removesuffix(" B"))
    options = {
        "aspect": "All",
        "count": 3,
        "freshness": "Day",
        "height": image["height"],
        "width": image["width"],
        "id": image["imageId"],
        "license": "Public",
        "maxFileSize": size,
        "minFileSize": size,
        "maxHeight": image["height"],
        "minHeight": image["height"],
        "maxWidth": image["width"],
        "minWidth": image["width"],
        "offset": 0,
        "size": "All",
    }
    calls = [
        ("search", "grey cat walking", options | EVERYTHING),
        ("search", "cat", {"color": "Monochrome", "imageType": "Photo", "imageContent": "Face"}),
    ]
    found, _ = answers(node, served, package, *calls)
    assert [one["imageId"] for one in found["value"]] == [image["imageId"]]


@both
def test_details_give_what_the_package_documents(node: Node, served: Served, package: str) -> None:
    (answer,) = answers(node, served, package, ("search", "grey cat walking", {"count": 1}))
    (image,) = answer["value"]
    token = {"insightsToken": image["imageInsightsToken"]}
    crop = {"cropLeft": 0.25, "cropTop": 0, "cropRight": 1, "cropBottom": 0.5, "cropType": "Rectangular"}
    everything, some, by_address = answers(
        node,
        served,
        package,
        ("details", "grey cat", token | {"modules": ["All"]} | EVERYTHING),
        ("details", "grey cat", token | {"modules": ["SimilarImages", "Tags"]} | crop),
        ("details", "grey cat", {"imageUrl": image["thumbnailUrl"], "modules": ["All", "Tags"]}),
    )
    assert everything["_type"] == "ImageInsights"
    assert everything["imageInsightsToken"]
    assert everything["bestRepresentativeQuery"]["text"]
    assert everything["pagesIncluding"]["value"][0]["hostPageUrl"]
    assert isinstance(everything["relatedSearches"]["value"], list)
    assert everything["visuallySimilarImages"]["value"][0]["thumbnailUrl"]
    assert everything["imageTags"]["value"][0]["name"]
    assert "pagesIncluding" not in some
    assert some["visuallySimilarImages"]["value"]
    assert by_address["visuallySimilarImages"]["value"]


@both
def test_trending_gives_what_the_package_documents(node: Node, served: Served, package: str) -> None:
    plain, asked = answers(node, served, package, ("trending",), ("trending", EVERYTHING))
    for answer in (plain, asked):
        assert answer["_type"] == "TrendingImages"
        assert answer["categories"]
        for category in answer["categories"]:
            assert category["title"]
            for tile in category["tiles"]:
                assert tile["query"]["text"]
                assert tile["query"]["webSearchUrl"]
                assert tile["image"]["thumbnail"]["width"] > 0
                assert tile["image"]["imageId"]


@both
def test_a_refusal_is_an_error_with_the_body(node: Node, served: Served, package: str) -> None:
    calls = [("search", "cat"), ("details", "cat", {"modules": ["All"]}), ("trending",)]
    for error in errors(node, served, package, *calls, key="0" * 32):
        assert error["statusCode"] == 401
        (told,) = error["body"]["errors"]
        assert (told["code"], told["subCode"]) == ("InvalidAuthorization", "AuthorizationMissing")
    (error,) = errors(node, served, package, ("search", "cat", {"safeSearch": "perhaps"}), key=served.key)
    assert error["statusCode"] == 400
    (told,) = error["body"]["errors"]
    assert (told["subCode"], told["parameter"]) == ("ParameterInvalidValue", "safeSearch")


@both
def test_too_many_calls_are_told(node: Node, served: Served, package: str) -> None:
    """These packages do not try again."""
    key = served.library.keys.create(tps=1)
    results = node.calls(package, served.address, key, *[("search", "cat", {"count": 1})] * 20)
    refused = [result["error"] for result in results if "error" in result]
    assert len(refused) > 0
    for error in refused:
        assert (error["statusCode"], error["body"]["errors"][0]["code"]) == (429, "RateLimitExceeded")


@both
def test_a_used_up_key_is_told(node: Node, served: Served, package: str) -> None:
    key = served.library.keys.create(monthly=1)
    first, second = node.calls(package, served.address, key, *[("search", "cat", {"count": 1})] * 2)
    assert first["answer"]["value"]
    assert second["error"]["statusCode"] == 403
    assert second["error"]["body"]["errors"][0]["code"] == "RateLimitExceeded"


def test_visual_search_gives_what_the_package_documents(node: Node, served: Served, picture: Path) -> None:
    crop = {"top": 0.1, "left": 0.1, "right": 0.9, "bottom": 0.9}
    (found,) = answers(node, served, NEW, ("search", "grey cat walking", {"count": 1}))
    token = found["value"][0]["imageInsightsToken"]
    requests: list[dict[str, Any]] = [
        {"image": {"file": str(picture)}},
        {"image": {"file": str(picture)}, "knowledgeRequest": "{}"},
        {
            "image": {"file": str(picture)},
            "knowledgeRequest": json.dumps({"imageInfo": {"cropArea": crop}}),
        },
        {"knowledgeRequest": json.dumps({"imageInfo": {"imageInsightsToken": token, "cropArea": crop}})},
        {"knowledgeRequest": json.dumps({"imageInfo": {"url": found["value"][0]["thumbnailUrl"]}})},
    ]
    calls = [("visualSearch", request | EVERYTHING) for request in requests]
    for answer in answers(node, served, VISUAL_SEARCH, *calls):
        assert answer["_type"] == "ImageKnowledge"
        assert "imageInsightsToken" in answer["image"]
        (default,) = [tag for tag in answer["tags"] if tag["displayName"] == ""]
        actions = {action["actionType"]: action for action in default["actions"]}
        assert actions["VisualSearch"]["_type"] == "ImageModuleAction"
        assert actions["VisualSearch"]["data"]["value"][0]["thumbnailUrl"]


def test_a_refused_visual_search_is_an_error_with_the_body(node: Node, served: Served, picture: Path) -> None:
    call = ("visualSearch", {"image": {"file": str(picture)}})
    (error,) = errors(node, served, VISUAL_SEARCH, call, key="0" * 32)
    assert error["statusCode"] == 401
    (error,) = errors(
        node, served, VISUAL_SEARCH, ("visualSearch", {"knowledgeRequest": "{}"}), key=served.key
    )
    assert error["statusCode"] == 400
    assert error["body"]["errors"][0]["code"] == "InvalidRequest"


@pytest.mark.parametrize("root", ["/bing/v7.0/", "/v7.0/", "/bing/v7.0/search"])
def test_node_bing_api_finds_images(node: Node, served: Served, root: str) -> None:
    """The last is the package's own default path, to which it appends without a slash.

    It waits for five seconds, in which a server that nobody has asked yet may still be opening its encoder.
    """
    answers(node, served, NEW, ("search", "cat"))
    calls = [
        ("images", "black cat"),
        ("images", "Ninja Turtles & é", {"top": 3, "skip": 0, "adult": "Strict", "market": "en-US"}),
        ("images", "black cat", {"top": 5, "imageFilters": "Size:Large+Color:Monochrome"}),
        ("images", "black cat", {"count": 5, "imageFilters": ""}),
    ]
    results = node.calls(BING, served.address + root, served.key, *calls)
    plain, split, filtered, empty = [result["answer"] for result in results]
    assert plain["_type"] == "Images"
    assert len(plain["value"]) > 10
    assert split["queryContext"]["originalQuery"].strip() == "Ninja Turtles"
    assert len(split["value"]) <= 3
    assert len(filtered["value"]) == len(empty["value"]) == 5


def test_node_bing_api_gets_the_body_of_a_refusal_as_message(node: Node, served: Served) -> None:
    (result,) = node.calls(BING, f"{served.address}/bing/v7.0/", "0" * 32, ("images", "cat"))
    assert '"AuthorizationMissing"' in result["error"]["message"]
