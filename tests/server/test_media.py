"""Forms of an answer: JSON or JSON-LD, compressed or not."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Served
from vizsla.server.accepting import qualities
from vizsla.server.headers import wants_json_ld

from .shelf import KEY, Shelf, served_with

PATH = "/v7.0/images/search"


@pytest.mark.parametrize(
    ("accept", "linked"),
    [
        ("application/ld+json", True),
        ("Application/LD+JSON; profile=x", True),
        ("application/json;q=0.9, application/ld+json", True),
        ("application/ld+json, */*;q=0.1", True),
        ("application/ld+json, */*", True),
        ("", False),
        ("*/*", False),
        ("application/*", False),
        ("application/json", False),
        ("application/json, application/ld+json", False),
        ("application/ld+json;q=0.5, application/json", False),
        ("application/ld+json;q=0.5, */*", False),
        ("application/ld+json;q=0", False),
        ("application/ld+json;q=nan", False),
        ("text/html, application/json;q=0.9", False),
        (";;,q=,;q=1,application/ld+json", True),
    ],
)
def test_json_ld_is_for_those_who_ask_for_it_by_name(shelf: Shelf, accept: str, linked: bool) -> None:
    headers = {KEY: shelf.key, "Accept": accept}
    answer = httpx.get(f"{shelf.address}{PATH}?q=flag", headers=headers)
    kind = "application/ld+json" if linked else "application/json"
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert "Accept" in answer.headers["Vary"].split(", ")
    body = answer.json()
    assert ("@context" in body) == linked
    body.pop("@context", None)
    assert body == shelf.search("flag").json()


def test_json_ld_maps_its_types_to_those_of_schema_org(shelf: Shelf) -> None:
    headers = {KEY: shelf.key, "Accept": "application/ld+json"}
    body = httpx.get(f"{shelf.address}{PATH}?q=flag", headers=headers).json()
    assert body["@context"] == {"@vocab": "https://schema.org/", "_type": "@type"}


def test_errors_are_json_whatever_was_asked_for(shelf: Shelf) -> None:
    headers = {KEY: shelf.key, "Accept": "application/ld+json"}
    answer = httpx.get(f"{shelf.address}{PATH}", headers=headers)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.json()["_type"] == "ErrorResponse"


@given(st.text())
def test_any_accept_header_can_be_read(header: str) -> None:
    assert all(0 <= quality <= 1 for quality in qualities(header).values())
    wants_json_ld(header)


def asked(served: Served, coding: str | None, path: str = PATH) -> httpx.Response:
    headers = {KEY: served.key, "Accept-Encoding": coding or ""}
    return httpx.get(f"{served.address}{path}?q=red+dog+cat+bird", headers=headers)


@pytest.mark.parametrize("path", [PATH, "/images/search", "/"])
def test_json_and_html_are_compressed_for_those_who_take_it(served: Served, path: str) -> None:
    plain, packed = asked(served, None, path), asked(served, "gzip, deflate", path)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.text == plain.text
    assert int(packed.headers["Content-Length"]) * 3 < int(plain.headers["Content-Length"])
    for answer in (plain, packed):
        assert "Accept-Encoding" in ", ".join(answer.headers.get_list("Vary")).split(", ")


@pytest.mark.parametrize("coding", ["", "identity", "br", "gzip;q=0", "*;q=0", "deflate, zstd"])
def test_others_get_the_plain_form(served: Served, coding: str) -> None:
    answer = asked(served, coding)
    assert "Content-Encoding" not in answer.headers
    assert json.loads(answer.content)["value"]


def test_small_answers_pictures_and_files_are_sent_as_they_are(shelf: Shelf) -> None:
    for address in (
        f"{shelf.address}{PATH}",
        f"{shelf.address}/healthz",
        shelf.thumbnail("flag.jpg"),
        f"{shelf.address}/content/{shelf.id_of('ball.svg')}",
    ):
        assert "Content-Encoding" not in httpx.get(address).headers


def test_an_owner_may_switch_compression_off(served: Served) -> None:
    with served_with(served.library, compression=False) as address:
        answer = asked(Served(address, served.key, served.library), "gzip")
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
