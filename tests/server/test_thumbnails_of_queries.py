"""`/th?q=..`: the picture that stands for a query."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from PIL import Image

from .shelf import Shelf
from .shelf import shelf as opened


def get(shelf: Shelf, q: str, more: str = "", **headers: str) -> httpx.Response:
    return httpx.get(f"{shelf.address}/th", params=[("q", q), *parse_qsl(more)], headers=headers)


def first(shelf: Shelf, q: str, **params: str) -> str:
    return str(shelf.search(q, **params).json()["value"][0]["thumbnailUrl"])


@pytest.mark.parametrize("q", ["flag", "striped  flag", "drawn ball", '"drawn ball"', "lives elsewhere"])
def test_a_query_is_shown_by_its_first_picture(shelf: Shelf, q: str) -> None:
    response = get(shelf, q, "pid=Api&mkt=en-US&adlt=moderate&t=1")
    assert response.status_code == 200
    assert response.content == httpx.get(first(shelf, q)).content


def test_it_comes_in_the_size_that_is_asked_for(shelf: Shelf) -> None:
    response = get(
        shelf, "striped flag", "w=120&h=120&c=1&rs=1&qlt=90&cb=1&dpr=1.3&pid=InlineBlock&cc=IN&setlang=en"
    )
    assert Image.open(BytesIO(response.content)).size == (156, 156)


def test_it_is_kept_for_a_while_only(shelf: Shelf) -> None:
    headers = get(shelf, "striped flag").headers
    assert headers["Cache-Control"] == "public, max-age=600"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["ETag"] == httpx.get(first(shelf, "striped flag")).headers["ETag"]


def test_who_has_the_picture_is_told_so(shelf: Shelf) -> None:
    tag = get(shelf, "striped flag", "w=100").headers["ETag"]
    response = get(shelf, "striped flag", "w=100", **{"If-None-Match": f"W/{tag}"})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["Cache-Control"] == "public, max-age=600"
    assert get(shelf, "drawn ball", "w=100", **{"If-None-Match": tag}).status_code == 200


def test_an_id_goes_before_a_query(shelf: Shelf) -> None:
    address = shelf.thumbnail("flag.jpg")
    assert httpx.get(f"{address}&q=drawn+ball").content == httpx.get(address).content


@pytest.mark.parametrize("value", ["strict", "Moderate", "OFF", ""])
def test_safe_search_is_read_in_any_case(shelf: Shelf, value: str) -> None:
    assert get(shelf, "striped flag", f"adlt={value}").status_code == 200


def test_what_was_removed_stands_for_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf:
        name = "flag.jpg"
        query = "striped OR flag OR ball"
        before = get(shelf, query).headers["ETag"]
        shelf.library.remove(shelf.id_of(name))
        answers = [get(shelf, query, f"w={width}") for width in (100, 101)]
        assert [answer.status_code for answer in answers] == [404, 200]
        assert before.strip('"') not in answers[1].headers["ETag"]
        assert dict(parse_qsl(urlsplit(first(shelf, query)).query))["id"] in answers[1].headers["ETag"]


def test_a_query_without_a_picture_is_not_found(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf:
        shelf.library.remove(str(shelf.folder))
        response = get(shelf, "flag")
        assert response.status_code == 404
        assert response.json()["_type"] == "ErrorResponse"
        assert "public" not in response.headers["Cache-Control"]
