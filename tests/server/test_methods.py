"""`HEAD` and `OPTIONS`, wherever there is something."""

from __future__ import annotations

import httpx
import pytest

from .shelf import KEY, Shelf

SEARCHES = [
    "/v7.0/images/search",
    "/bing/v7.0/images/search",
    "/v7/images/search",
    "/api/v7/images/search",
    "/bing/v7.0/searchimages/search",
]


def test_node_bing_api_finds_the_search_where_it_looks(shelf: Shelf) -> None:
    found = httpx.get(f"{shelf.address}/bing/v7.0/searchimages/search?q=flag", headers={KEY: shelf.key})
    assert found.json()["value"][0]["name"] == "Striped flag"


@pytest.mark.parametrize("path", [*SEARCHES, "/", "/images/search", "/healthz", "/readyz", "/openapi.json"])
def test_head_has_the_headers_of_get_and_no_body(shelf: Shelf, path: str) -> None:
    for coding in ("gzip", "identity"):
        headers = {KEY: shelf.key, "Accept-Encoding": coding}
        get, head = (
            httpx.request(method, f"{shelf.address}{path}?q=flag", headers=headers)
            for method in ("GET", "HEAD")
        )
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
        assert head.headers.keys() == get.headers.keys()


def test_head_counts_as_a_call(shelf: Shelf) -> None:
    key = shelf.library.keys.create(monthly=1)
    url = f"{shelf.address}{SEARCHES[0]}?q=flag"
    assert [httpx.head(url, headers={KEY: key}).status_code for _ in range(2)] == [200, 403]


@pytest.mark.parametrize(
    "path",
    [*SEARCHES, "/th", f"/content/{'0' * 40}", "/", "/images/search", "/healthz", "/static/style.css"],
)
def test_options_names_the_methods_and_needs_no_key(shelf: Shelf, path: str) -> None:
    answer = httpx.options(f"{shelf.address}{path}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v7.0/images/details", "GET, HEAD, OPTIONS, POST"),
        ("/v7.0/images/trending", "GET, HEAD, OPTIONS"),
        ("/bing/v7.0/images/visualsearch", "OPTIONS, POST"),
        ("/bingcustomsearch/v7.0/images/search", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_name_also_what_is_posted(shelf: Shelf, path: str, methods: str) -> None:
    answer = httpx.options(f"{shelf.address}{path}")
    assert (answer.status_code, answer.headers["Allow"]) == (204, methods)


def test_where_there_is_nothing_there_are_no_options(shelf: Shelf) -> None:
    assert httpx.options(f"{shelf.address}/nowhere").status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_another_method_is_told_which_there_are_in_a_fixed_order(shelf: Shelf, method: str) -> None:
    answer = httpx.request(method, f"{shelf.address}{SEARCHES[0]}?q=flag")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
