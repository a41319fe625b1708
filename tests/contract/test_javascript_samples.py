"""The published samples in JavaScript for Node and for browsers, request by request: what each reads must be there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import Served

from .programs import KEY, ask, similar

PAGE = "http://localhost:8080"


def test_the_node_sample_reads_the_query_back(served: Served) -> None:
    answer = ask(served, "/bing/v7.0/images/search?q=puppies&mkt=en-US").json
    assert answer["queryContext"]["originalQuery"] == "puppies"


def test_the_node_quickstart_reads_the_first_image(served: Served) -> None:
    answer = ask(served, "/bing/v7.0/images/search?q=tropical%20ocean").json
    assert len(answer["value"]) > 0
    for field in ("imageInsightsToken", "thumbnailUrl", "webSearchUrl"):
        assert answer["value"][0][field]


def test_the_node_sdk_sample_counts_what_may_be_empty(served: Served) -> None:
    answer = ask(served, "/bing/v7.0/images/search?q=canadian%20rockies").json
    assert len(answer["pivotSuggestions"]) >= 0
    assert len(answer["queryExpansions"]) >= 0
    token = answer["value"][0]["imageInsightsToken"].replace("*", "%2A")
    details = ask(served, f"/bing/v7.0/images/details?insightsToken={token}&modules=All&q=degas").json
    for field in ("pagesIncluding", "relatedSearches", "visuallySimilarImages", "imageTags"):
        assert len(details[field]["value"]) >= 0


def test_the_single_page_app_may_ask_from_a_browser(served: Served) -> None:
    wanted = {"ocp-apim-subscription-key", "x-msedge-clientid", "accept"}
    for path in ("/bing/v7.0/images/search?q=dog", "/v7.0/images/visualsearch"):
        answered = ask(
            served,
            path,
            f"Origin: {PAGE}",
            "Access-Control-Request-Method: GET",
            f"Access-Control-Request-Headers: {','.join(sorted(wanted))}",
            method="OPTIONS",
            key="",
        )
        headers = {name.lower(): value for name, value in answered.headers.items()}
        assert answered.status in (200, 204)
        assert headers["access-control-allow-origin"] in ("*", PAGE)
        allowed = {name.strip().lower() for name in headers["access-control-allow-headers"].split(",")}
        assert wanted <= allowed
        assert "GET" in headers["access-control-allow-methods"]


def test_the_single_page_app_draws_its_results(served: Served) -> None:
    query = "q=animals&mkt=en-US&SafeSearch=strict&freshness=month&aspect=all&color=&count=25&offset=0"
    answered = ask(
        served,
        f"/bing/v7.0/images/search?{query}",
        "Accept: application/json",
        f"Origin: {PAGE}",
        "X-MSEdge-ClientID: 00B4230B74496E7A13CC2C1475056FF4",
    )
    headers = {name.lower(): value for name, value in answered.headers.items()}
    answer = answered.json
    assert headers["access-control-allow-origin"] in ("*", PAGE)
    exposed = headers["access-control-expose-headers"].lower()
    assert "x-msedge-clientid" in exposed
    assert "bingapis-traceid" in exposed
    assert headers["x-msedge-clientid"] == "00B4230B74496E7A13CC2C1475056FF4"
    assert answer["_type"] == "Images"
    assert answer["nextOffset"] == len(answer["value"]) == 25
    assert answer["totalEstimatedMatches"] >= 25
    for image in answer["value"]:
        assert image["name"]
        assert image["hostPageDisplayUrl"]
        assert image["contentUrl"]
        assert image["hostPageUrl"]
        assert "?" in image["thumbnailUrl"]
        width = max(round(120 * image["thumbnail"]["width"] / image["thumbnail"]["height"]), 120)
        thumbnail = image["thumbnailUrl"].removeprefix(served.address)
        assert ask(served, f"{thumbnail}&h=120&w={width}", key="").status == 200
    for related in answer["relatedSearches"]:
        assert related["text"]
        assert related["displayText"]


def test_the_single_page_app_shows_what_went_wrong(served: Served) -> None:
    answered = ask(
        served, "/bing/v7.0/images/search?q=dog", "Accept: application/json", f"Origin: {PAGE}", key="0" * 32
    )
    headers = {name.lower(): value for name, value in answered.headers.items()}
    assert answered.status == 401
    assert headers["access-control-allow-origin"] in ("*", PAGE)
    assert answered.json["errors"][0]["code"] == "InvalidAuthorization"


@pytest.mark.parametrize("extra", ["", "\r\n"])
def test_the_visual_search_page_draws_its_results(served: Served, extra: str) -> None:
    token = ask(served, "/v7.0/images/search?q=grey+cat+walking").json["value"][0]["imageInsightsToken"]
    boundary = "boundary_ABC123DEF456"
    request = json.dumps({"imageInfo": {"imageInsightsToken": token}})
    disposition = 'Content-Disposition: form-data; name="knowledgeRequest"'
    body = f"--{boundary}\r\n{disposition}\r\n\r\n{request}\r\n{extra}--{boundary}--\r\n"
    answered = ask(
        served,
        "/bing/v7.0/images/visualsearch",
        f"Content-Type: multipart/form-data; boundary={boundary}",
        f"Origin: {PAGE}",
        method="POST",
        body=body.encode(),
    )
    assert similar(answered)


def test_the_upload_page_posts_what_a_browser_makes_of_a_form(served: Served, picture: Path) -> None:
    boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
    head = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="image"; filename="grey cat (1).png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    body = head.encode() + picture.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    answered = ask(
        served,
        "/bing/v7.0/images/visualsearch?mkt=en-us&safesearch=moderate",
        f"Content-Type: multipart/form-data; boundary={boundary}",
        f"Origin: {PAGE}",
        method="POST",
        body=body,
    )
    assert similar(answered)
    assert KEY not in answered.headers
