"""Which pages of other origins may call the API."""

from __future__ import annotations

import httpx
import pytest

from vizsla.library import Library
from vizsla.server import application
from vizsla.settings import Settings, SettingsError

from .shelf import KEY, Shelf, served_with

PATH = "/v7.0/images/search"
ORIGIN = "https://www.example.org"

SENT_BY_CLIENTS = (
    "ocp-apim-subscription-key,x-msedge-clientid,x-msedge-clientip,x-search-location,accept,accept-language,content-type,"
    "pragma,x-bingapis-sdk,x-bingapis-sdk-client,x-ms-client-request-id,x-ms-useragent,traceparent"
)


def preflight(address: str, *, origin: str = ORIGIN, method: str = "GET") -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": SENT_BY_CLIENTS,
    }
    return httpx.options(f"{address}{PATH}?q=flag", headers=headers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_browser_may_send_what_clients_send_and_asks_without_a_key(shelf: Shelf, method: str) -> None:
    answer = preflight(shelf.address, method=method)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == SENT_BY_CLIENTS
    assert method in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert int(answer.headers["Access-Control-Max-Age"]) > 600
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "BingAPIs-TraceId" in answer.headers


def test_a_method_that_there_is_not_is_told_in_the_one_shape(shelf: Shelf) -> None:
    answer = preflight(shelf.address, method="DELETE")
    assert answer.status_code == 400
    assert "method" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        (f"{PATH}?q=flag", True, 200),
        (f"{PATH}?q=flag", False, 401),
        (PATH, True, 400),
        (f"{PATH}?q={'x' * 3000}", True, 404),
        ("/v7.0/images/nothing", True, 404),
        ("/bing/v7.0/images/search?q=flag", True, 200),
    ],
)
def test_a_page_can_read_answers_and_refusals_and_their_headers(
    shelf: Shelf, path: str, key: bool, status: int
) -> None:
    headers = {"Origin": ORIGIN, **({KEY: shelf.key} if key else {})}
    answer = httpx.get(f"{shelf.address}{path}", headers=headers)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"X-MSEdge-ClientID", "BingAPIs-TraceId", "BingAPIs-Market", "Retry-After"} <= set(exposed)


def test_a_page_can_read_that_it_calls_too_often(shelf: Shelf) -> None:
    headers = {"Origin": ORIGIN, KEY: shelf.library.keys.create(tps=1)}
    answers = [httpx.get(f"{shelf.address}{PATH}?q=flag", headers=headers) for _ in range(5)]
    (refused, *_) = (answer for answer in answers if answer.status_code == 429)
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.headers["Retry-After"] == "1"


def test_pages_for_people_are_not_for_pages_of_others(shelf: Shelf) -> None:
    for path in ("/", "/images/search?q=flag", f"/content/{shelf.id_of('flag.jpg')}"):
        answer = httpx.get(f"{shelf.address}{path}", headers={"Origin": ORIGIN})
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_thumbnails_are_for_all_pages(shelf: Shelf) -> None:
    answer = httpx.get(shelf.thumbnail("flag.jpg"), headers={"Origin": ORIGIN})
    assert answer.headers.get_list("Access-Control-Allow-Origin") == ["*"]


def test_without_keys_no_page_of_another_origin_can_look_into_the_library(shelf: Shelf) -> None:
    with served_with(shelf.library, anonymous=True) as address:
        assert "Access-Control-Allow-Origin" not in preflight(address).headers
        answer = httpx.get(f"{address}{PATH}?q=flag", headers={"Origin": ORIGIN})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_owner_may_name_origins(shelf: Shelf) -> None:
    with served_with(
        shelf.library, cors_origins=(ORIGIN, "http://localhost:3000"), anonymous=True
    ) as address:
        named, other = preflight(address), preflight(address, origin="https://evil.example")
        read = [
            httpx.get(f"{address}{PATH}?q=flag", headers={"Origin": origin})
            for origin in ("http://localhost:3000", "https://evil.example")
        ]
    assert named.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert (other.status_code, other.headers.get("Access-Control-Allow-Origin")) == (400, None)
    assert [answer.headers.get("Access-Control-Allow-Origin") for answer in read] == [
        "http://localhost:3000",
        None,
    ]
    assert "Origin" in read[0].headers["Vary"]


def test_an_owner_may_let_no_page_in(shelf: Shelf) -> None:
    with served_with(shelf.library, cors_origins=()) as address:
        answer = preflight(address)
    assert answer.status_code == 204
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    "origin", ["www.example.org", "https://www.example.org/", "https://*.example.org", ""]
)
def test_what_is_no_origin_is_told_at_the_start(shelf: Shelf, origin: str) -> None:
    settings = Settings(library=shelf.library.directory, cors_origins=(origin,))
    with Library(settings) as library, pytest.raises(SettingsError, match="is not an origin such as"):
        application(library)
