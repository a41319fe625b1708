"""The published samples in .NET, Java, Ruby, PHP and curl, request by request: what each reads must be there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Served

from .programs import Answered, ask, default_tag, service_headers, similar

VISUAL_SEARCH = "/v7.0/images/visualsearch"


def first_image(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = ask(served, "/v7.0/images/search?q=grey+cat+walking").json["value"][0]
    return found


def post(served: Served, path: str, content_type: str, body: bytes, *headers: str) -> Answered:
    return ask(served, path, f"Content-Type: {content_type}", *headers, method="POST", body=body)


# .NET


def test_the_net_quickstart_reads_what_it_casts(served: Served) -> None:
    answered = ask(served, "/v7.0/images/search?q=hummingbird&mkt=en-us")
    assert service_headers(answered)["X-MSEdge-ClientID"]
    assert type(answered.json["nextOffset"]) is int
    for image in answered.json["value"]:
        for field in ("thumbnailUrl", "contentUrl", "hostPageDisplayUrl", "imageInsightsToken"):
            assert isinstance(image[field], str)
        assert type(image["thumbnail"]["width"]) is type(image["width"]) is int
        assert type(image["thumbnail"]["height"]) is type(image["height"]) is int
        assert isinstance(image.get("hostPageDomainFriendlyName", ""), str)


@pytest.mark.parametrize(
    ("target", "key", "status", "field"),
    [
        ("/v7.0/images/search?q=dog", "0" * 32, 401, "error"),
        ("/v7.0/images/search?mkt=en-us", None, 400, "errors"),
        ("/v7.0/images/search?q=dog&count=-1", None, 400, "errors"),
    ],
)
def test_the_net_quickstart_reads_errors_in_either_shape(
    served: Served, target: str, key: str | None, status: int, field: str
) -> None:
    """It looks for the client id before anything else, then for `error`, then for `errors` and the trace."""
    answered = ask(served, target, key=key)
    assert answered.status == status
    assert service_headers(answered)["X-MSEdge-ClientID"]
    told = answered.json[field]
    error = told if field == "error" else told[0]
    assert error["code"]
    assert error["message"]
    if field == "errors":
        assert service_headers(answered)["BingAPIs-TraceId"]


@pytest.mark.parametrize(
    "boundary", ["boundary_8/21/2019 4:06:13 PM", "batch_2c0ea3b4-7f1c-4e0a-9b5d-0a1b2c3d4e5f"]
)
def test_the_net_visual_search_quickstart_writes_in_its_own_manner(served: Served, boundary: str) -> None:
    """Quoted boundaries with spaces and colons, names without quotes, keys in Pascal case, a real boolean."""
    request = {
        "ImageInfo": {"ImageInsightsToken": first_image(served)["imageInsightsToken"], "Url": None, "CropArea": None},
        "KnowledgeRequest": {"Filters": None, "InvokedSkillsRequestData": {"EnableEntityData": True}},
    }  # fmt: skip
    body = (
        f"--{boundary}\r\nContent-Disposition: form-data; name=knowledgeRequest\r\n\r\n"
        f"{json.dumps(request)}\r\n--{boundary}--\r\n"
    )
    content_type = f'multipart/form-data; boundary="{boundary}"'
    assert similar(post(served, VISUAL_SEARCH, content_type, body.encode()))


def test_the_net_visual_search_sample_sends_a_windows_path_and_an_empty_line(
    served: Served, picture: Path
) -> None:
    boundary = "batch_2c0ea3b4-7f1c-4e0a-9b5d-0a1b2c3d4e5f"
    head = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="image"; filename="C:\\Users\\me\\Pictures\\cat.png"\r\n\r\n'
    )
    body = head.encode() + picture.read_bytes() + f"\r\n\r\n--{boundary}--\r\n".encode()
    answered = post(served, "/bing" + VISUAL_SEARCH, f"multipart/form-data; boundary={boundary}", body)
    assert first_image(served)["imageId"] in _ids(default_tag(answered)["PagesIncluding"])


def test_the_net_sdk_sends_parts_with_unquoted_names(served: Served, picture: Path) -> None:
    boundary = "1e2f3a4b-5c6d-4e7f-8a9b-0c1d2e3f4a5b"
    head = (
        f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Disposition: form-data; name=knowledgeRequest\r\n\r\n{}\r\n"
        f"--{boundary}\r\nContent-Type: application/octet-stream\r\n"
        "Content-Disposition: form-data; name=image; filename=C:\\cat.png; filename*=utf-8''C%3A%5Ccat.png\r\n\r\n"
    )
    body = head.encode() + picture.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    assert similar(post(served, VISUAL_SEARCH, f'multipart/form-data; boundary="{boundary}"', body))


@pytest.mark.parametrize(
    ("modules", "fields"),
    [
        ("All", {"pagesIncluding", "relatedSearches", "visuallySimilarImages", "imageTags"}),
        ("SimilarImages", {"visuallySimilarImages"}),
    ],
)
def test_the_net_samples_upload_a_file_for_its_details(
    served: Served, picture: Path, modules: str, fields: set[str]
) -> None:
    """`WebClient.UploadFile`: the part is called `file`, there is no query, and a header of no use."""
    boundary = "---------------------8d6f3b1a2c4e5f0"
    head = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="file"; filename="cat.png"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + picture.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    target = f"/bing/v7.0/images/details?modules={modules}"
    answered = post(
        served, target, f"multipart/form-data; boundary={boundary}", body, "ContentType: multipart/form-data"
    )
    assert answered.status == 200
    assert answered.json["_type"] == "ImageInsights"
    assert fields <= set(answered.json)
    assert len(answered.json["visuallySimilarImages"]["value"]) > 1


def test_the_net_samples_print_headers_by_their_capitals_and_the_first_image(served: Served) -> None:
    answered = ask(served, "/bing/v7.0/images/search?q=tropical%20ocean")
    assert set(service_headers(answered)) >= {"BingAPIs-TraceId", "BingAPIs-Market", "X-MSEdge-ClientID"}
    assert answered.json["value"][0]["name"]
    assert answered.json["value"][0]["webSearchUrl"]


def test_the_net_sdk_escapes_the_comma_of_modules(served: Served) -> None:
    token = first_image(served)["imageInsightsToken"].replace("*", "%2A")
    target = f"/v7.0/images/details?insightsToken={token}&modules=All%2CBRQ&q=degas"
    answered = ask(served, target, "X-BingApis-SDK: true")
    assert answered.status == 200
    assert answered.json["bestRepresentativeQuery"]["text"]


# Java, Ruby, PHP, curl


def test_the_java_sample_sends_spaces_as_plus(served: Served) -> None:
    headers = (
        "Content-Type: application/json; charset=utf-8",
        "User-Agent: Java/11.0.2",
        "Accept: text/html, */*; q=.2",
    )
    answered = ask(served, "/bing/v7.0/images/search?q=tropical+ocean", *headers)
    assert answered.json["queryContext"]["originalQuery"] == "tropical ocean"
    assert answered.json["totalEstimatedMatches"] > 0
    assert answered.json["value"][0]["thumbnailUrl"]
    assert service_headers(answered)["BingAPIs-TraceId"]


def test_the_java_visual_search_sample_posts_a_picture(served: Served, picture: Path) -> None:
    boundary = "q8Yx0LCTdwXUcHdO6A_3k3T7JZOe1K5h"
    head = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="image"; filename="cat.png"\r\n'
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    )
    body = head.encode() + picture.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    assert similar(post(served, "/bing" + VISUAL_SEARCH, f"multipart/form-data; boundary={boundary}", body))


def test_the_ruby_sample_leaves_the_ampersand_as_it_is(served: Served) -> None:
    answered = ask(served, "/bing/v7.0/images/search?q=cats%20&%20dogs", "Accept: */*", "User-Agent: Ruby")
    assert answered.json["queryContext"]["originalQuery"].strip() == "cats"
    assert answered.json["totalEstimatedMatches"] > 0
    assert answered.json["value"][0]["thumbnailUrl"]


def test_the_php_sample_speaks_http_1_0_and_sends_nothing_else(served: Served) -> None:
    answered = ask(served, "/bing/v7.0/images/search?q=tropical+ocean", version="1.0")
    assert answered.status == 200
    assert set(service_headers(answered)) >= {"BingAPIs-TraceId", "BingAPIs-Market", "X-MSEdge-ClientID"}
    assert answered.json["value"]


def test_the_curl_examples_are_answered(served: Served) -> None:
    answered = ask(
        served,
        "/v7.0/images/search?q=sailing+dinghies&mkt=en-us&safeSearch=strict&freshness=week",
        "User-Agent: curl/8.4.0",
        "Accept: */*",
        "X-MSEdge-ClientID: 00B4230B74496E7A13CC2C1475056FF4",
        "X-Search-Location: lat:47.60357;long:-122.3295;re:100",
    )
    assert answered.json["_type"] == "Images"
    boundary = "------------------------d74496d66958873e"
    request = json.dumps({"imageInfo": {"url": first_image(served)["thumbnailUrl"]}})
    disposition = 'Content-Disposition: form-data; name="knowledgeRequest"'
    body = f"--{boundary}\r\n{disposition}\r\n\r\n{request}\r\n--{boundary}--\r\n"
    content_type = f"multipart/form-data; boundary={boundary}"
    assert similar(post(served, VISUAL_SEARCH, content_type, body.encode()))


def _ids(action: dict[str, Any]) -> list[str]:
    return [image["imageId"] for image in action["data"]["value"]]
