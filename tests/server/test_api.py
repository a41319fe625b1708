"""The v7 endpoint as a client meets it: over real HTTP."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from conftest import Served

from .shelf import KEY, Shelf, raw, raw_get

PATH = "/v7.0/images/search"


def refused(response: httpx.Response) -> dict[str, Any]:
    """The one error of an `ErrorResponse`."""
    body = response.json()
    assert body["_type"] == "ErrorResponse"
    (error,) = body["errors"]
    assert error["message"]
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    found: dict[str, Any] = error
    return found


def head_of(received: bytes) -> list[bytes]:
    return received.partition(b"\r\n\r\n")[0].split(b"\r\n")


def raw_search(shelf: Shelf, target: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    return raw_get(shelf.address, target, f"{KEY}: {shelf.key}".encode(), *headers, method=method)


def body_of(received: bytes) -> Any:
    return json.loads(received.partition(b"\r\n\r\n")[2])


# Answers


@pytest.mark.parametrize("prefix", ["/v7.0", "/bing/v7.0", "/v7", "/api/v7"])
def test_every_prefix_answers_alike(shelf: Shelf, prefix: str) -> None:
    headers, params = {KEY: shelf.key}, {"q": "flag"}
    response = httpx.get(f"{shelf.address}{prefix}/images/search", headers=headers, params=params)
    assert response.status_code == 200
    assert response.json() == shelf.search("flag").json()
    assert response.json()["value"][0]["name"] == "Striped flag"


def test_an_answer_is_json_without_a_byte_order_mark(shelf: Shelf) -> None:
    response = shelf.search()
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.content.startswith(b'{"_type":"Images"')


def test_headers_keep_their_capitals_on_the_wire(shelf: Shelf) -> None:
    names = {line.partition(b":")[0] for line in head_of(raw_search(shelf, b"/v7.0/images/search?q=dog"))}
    assert {b"BingAPIs-TraceId", b"BingAPIs-Market", b"X-MSEdge-ClientID"} <= names


def test_a_refusal_has_a_client_id_too(shelf: Shelf) -> None:
    names = {
        line.partition(b":")[0] for line in head_of(raw_get(shelf.address, b"/v7.0/images/search?q=dog"))
    }
    assert b"X-MSEdge-ClientID" in names
    assert b"BingAPIs-Market" not in names


@pytest.mark.parametrize(
    ("params", "language", "market"),
    [
        ({}, None, "en-US"),
        ({"mkt": "de-de"}, None, "de-DE"),
        ({"mkt": "xx-AT"}, None, "de-AT"),
        ({"cc": "CH"}, "fr;q=0.5, it", "fr-CH"),
        ({}, "ja", "ja-JP"),
    ],
)
def test_the_market_is_told(shelf: Shelf, params: dict[str, str], language: str | None, market: str) -> None:
    headers = {KEY: shelf.key, **({"Accept-Language": language} if language else {})}
    response = httpx.get(f"{shelf.address}{PATH}", params={"q": "dog", **params}, headers=headers)
    assert response.headers["BingAPIs-Market"] == market


def test_a_client_id_is_issued_and_echoed(shelf: Shelf) -> None:
    issued = [shelf.search().headers["X-MSEdge-ClientID"] for _ in range(2)]
    assert issued[0] != issued[1]
    assert all(re.fullmatch("[0-9A-F]{32}", one) for one in issued)
    for path in (PATH, "/nowhere"):
        headers = {KEY: shelf.key, "X-MSEdge-ClientID": issued[0]}
        response = httpx.get(f"{shelf.address}{path}", params={"q": "dog"}, headers=headers)
        assert response.headers["X-MSEdge-ClientID"] == issued[0]


@pytest.mark.parametrize("sent", ["short", "x" * 65, "<script>alert(1)", "a b c d e f g", "é" * 32])
def test_a_client_id_that_is_none_is_not_echoed(shelf: Shelf, sent: str) -> None:
    headers = {KEY: shelf.key, "X-MSEdge-ClientID": sent.encode("latin-1")}
    response = httpx.get(f"{shelf.address}{PATH}?q=dog", headers=headers)  # type: ignore[arg-type]
    assert re.fullmatch("[0-9A-F]{32}", response.headers["X-MSEdge-ClientID"])


def test_every_answer_has_a_trace_id_of_its_own(shelf: Shelf) -> None:
    ids = [shelf.search(count=count).headers["BingAPIs-TraceId"] for count in ("1", "1", "abc")]
    assert len(set(ids)) == 3


def test_head_has_the_headers_of_get_and_no_body(shelf: Shelf) -> None:
    head = raw_search(shelf, b"/v7.0/images/search?q=dog", method=b"HEAD")
    body = raw_search(shelf, b"/v7.0/images/search?q=dog").partition(b"\r\n\r\n")[2]
    assert head.endswith(b"\r\n\r\n")
    assert head_of(head)[0] == b"HTTP/1.1 200 OK"
    assert f"content-length: {len(body)}".encode() in head_of(head)


# What clients send


@pytest.mark.parametrize(
    ("query", "read"),
    [
        (b"canadian%20rockies+%C3%A9%26%2B", "canadian rockies é&+"),
        (b"caf%E9+dog", "caf\ufffd dog"),
        (b"%ED%A0%80dog", "\ufffd\ufffd\ufffddog"),
        (b"dog%00%0d%0aX-Evil:1", "dog\0\r\nX-Evil:1"),
        (b"dog;cat", "dog;cat"),
    ],
)
def test_a_query_of_any_bytes_is_read(shelf: Shelf, query: bytes, read: str) -> None:
    received = raw_search(shelf, b"/v7.0/images/search?q=" + query)
    assert head_of(received)[0] == b"HTTP/1.1 200 OK"
    assert not any(line.startswith(b"X-Evil") for line in head_of(received))
    assert body_of(received)["queryContext"]["originalQuery"] == read


@pytest.mark.parametrize("query", ["café".encode(), b"caf\xe9", b"dog\0"])
def test_a_query_that_is_not_escaped_is_refused(shelf: Shelf, query: bytes) -> None:
    assert head_of(raw_search(shelf, b"/v7.0/images/search?q=" + query))[0] == b"HTTP/1.1 400 Bad Request"


def test_what_clients_send_besides_is_ignored(shelf: Shelf) -> None:
    headers = {
        KEY: shelf.key,
        "Content-Type": "application/json; charset=utf-8",
        "Accept": "*/*",
        "X-BingApis-SDK": "True",
        "X-Search-Location": "lat:nonsense",
        "X-MSEdge-ClientIP": "not an address",
        "Cookie": "MUID=1",
    }
    params = {"q": "flag", "min_height": "128", "imageFilters": "", "license": "", "textDecorations": "x"}
    response = httpx.get(f"{shelf.address}{PATH}", headers=headers, params=params)
    assert response.status_code == 200
    assert response.json()["value"]


def test_names_and_values_are_read_in_any_case(shelf: Shelf) -> None:
    headers = {KEY.lower(): shelf.key}
    response = httpx.get(f"{shelf.address}{PATH}?Q=flag&LICENSE=share&imagetype=ANIMATEDGIF", headers=headers)
    assert response.status_code == 200
    assert response.json()["value"] == []


# Bad input


@pytest.mark.parametrize(
    ("params", "sub_code", "parameter"),
    [
        ({}, "ParameterMissing", "q"),
        ({"q": ""}, "ParameterMissing", "q"),
        ({"q": "dog", "count": "abc"}, "ParameterInvalidValue", "count"),
        ({"q": "dog", "count": "-1"}, "ParameterInvalidValue", "count"),
        ({"q": "dog", "offset": "-1"}, "ParameterInvalidValue", "offset"),
        ({"q": "dog", "license": "foo"}, "ParameterInvalidValue", "license"),
        ({"q": "dog", "color": "<b>"}, "ParameterInvalidValue", "color"),
    ],
)
def test_a_bad_parameter_is_named(
    shelf: Shelf, params: dict[str, str], sub_code: str, parameter: str
) -> None:
    response = httpx.get(f"{shelf.address}{PATH}", params=params, headers={KEY: shelf.key})
    error = refused(response)
    assert response.status_code == 400
    assert (error["code"], error["subCode"], error["parameter"]) == ("InvalidRequest", sub_code, parameter)
    assert error.get("value") == (None if parameter == "q" else params[parameter])


def test_count_0_is_an_empty_page_that_knows_the_total(shelf: Shelf) -> None:
    answer = shelf.search(count=0).json()
    assert answer["value"] == []
    assert answer["totalEstimatedMatches"] == 4


def test_count_9999_is_as_many_as_may_come(served: Served) -> None:
    headers = {KEY: served.key}
    params = {"q": "animal OR plant OR food OR vehicle OR flag OR sign OR people", "count": "9999"}
    answer = httpx.get(f"{served.address}{PATH}", params=params, headers=headers).json()
    assert answer["totalEstimatedMatches"] > 150
    assert len(answer["value"]) == answer["nextOffset"] == 150


@pytest.mark.parametrize("offset", [4, 5, 2**31 - 1])
def test_past_the_end_the_page_is_empty_and_leads_nowhere(shelf: Shelf, offset: int) -> None:
    response = shelf.search(offset=offset)
    answer = response.json()
    assert response.status_code == 200
    assert (answer["value"], answer["nextOffset"]) == ([], offset)
    assert answer["totalEstimatedMatches"] == 4


@pytest.mark.parametrize("path", [PATH, "/bing/v7.0/images/search", "/th", "/images/search", "/"])
def test_a_url_of_3000_characters_is_not_found(shelf: Shelf, path: str) -> None:
    response = httpx.get(f"{shelf.address}{path}?q={'x' * 3000}", headers={KEY: shelf.key})
    assert response.status_code == 404
    assert "2,048" in refused(response)["message"]


def test_a_url_of_2048_characters_is_answered_and_one_more_is_not(shelf: Shelf) -> None:
    start = f"{shelf.address}{PATH}?q="
    for length, status in ((2048, 200), (2049, 404)):
        url = start + "x" * (length - len(start))
        assert httpx.get(url, headers={KEY: shelf.key}).status_code == status


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/v7.0/images/search/", "/v7.0", "/bing/v7.0/images/nothing", "//", "/%00", "/..%2f.."],
)
def test_where_there_is_nothing_the_error_has_the_one_shape(shelf: Shelf, path: str) -> None:
    response = httpx.get(f"{shelf.address}{path}", headers={KEY: shelf.key})
    assert response.status_code == 404
    assert refused(response)["code"] == "InvalidRequest"


@pytest.mark.parametrize("path", [PATH, "/th", f"/content/{'0' * 40}", "/", "/images/search"])
def test_another_method_is_told_which_there_are(shelf: Shelf, path: str) -> None:
    response = httpx.post(f"{shelf.address}{path}?q=dog", headers={KEY: shelf.key})
    assert response.status_code == 405
    assert refused(response)["code"] == "InvalidRequest"
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("request_", [b"\x16\x03\x01\x02\0" * 20, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
def test_what_is_no_http_is_refused_and_the_next_is_answered(shelf: Shelf, request_: bytes) -> None:
    received = raw(shelf.address, request_)
    assert not received.startswith(b"HTTP/1.1 200")
    assert httpx.get(f"{shelf.address}/healthz").status_code == 200
