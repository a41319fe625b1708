"""Every address in an answer leads back to where the caller found us, or to where the owner says."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from vizsla.server.hosts import Hosts
from vizsla.settings import SettingsError

from .shelf import KEY, Shelf, raw, served_with


def addresses(answer: Any) -> set[str]:
    """Everything in an answer that is an address of ours: those of picture owners stand in `example.org`."""
    found = set(re.findall(r'"(https?://[^"]*)"', json.dumps(answer)))
    return {address for address in found if "example.org" not in address.split("?")[0]}


def asked(address: str, key: str, host: str) -> tuple[httpx.Response, set[str]]:
    headers = {KEY: key, "Host": host}
    response = httpx.get(f"{address}/v7.0/images/search?q=flag+OR+disc+OR+ball", headers=headers)
    return response, addresses(response.json())


@pytest.mark.parametrize("host", ["pictures.local", "pictures.local:8080", "[::1]:8000", "10.1.2.3", "a_b:1"])
def test_addresses_follow_the_host_header(shelf: Shelf, host: str) -> None:
    response, found = asked(shelf.address, shelf.key, host)
    assert response.status_code == 200
    assert len(found) > 10
    assert all(address.startswith(f"http://{host}/") for address in found)


@pytest.mark.parametrize(
    "host",
    [
        'evil.example"><script>alert(1)</script>',
        "evil.example/path?",
        "user:password@evil.example",
        "evil.example#",
        "evil.example\\@good",
        "evil example",
        "a" * 254,
        "evil.example:99999999",
        "[evil]",
        "",
    ],
)
def test_a_hostile_host_header_does_not_get_in(shelf: Shelf, host: str) -> None:
    response, found = asked(shelf.address, shelf.key, host)
    if response.status_code == 200:
        assert found
        assert all(address.startswith(f"{shelf.address}/") for address in found)
    assert "evil" not in response.text
    assert "evil" not in str(response.headers)


def test_a_caller_of_http_1_0_without_a_host_is_answered(shelf: Shelf) -> None:
    request = f"GET /v7.0/images/search?q=picture HTTP/1.0\r\n{KEY}: {shelf.key}\r\n\r\n"
    head, _, body = raw(shelf.address, request.encode()).partition(b"\r\n\r\n")
    assert b"200 OK" in head.split(b"\r\n")[0]
    assert all(address.startswith(f"{shelf.address}/") for address in addresses(json.loads(body)))


@pytest.mark.parametrize(
    "public_url",
    ["https://pictures.example.com", "https://pictures.example.com/", "http://a.example.com/v/x/"],
)
def test_addresses_follow_the_public_url(shelf: Shelf, public_url: str) -> None:
    with served_with(shelf.library, public_url=public_url) as address:
        response, found = asked(address, shelf.key, "evil.example")
    assert response.status_code == 200
    assert len(found) > 10
    assert all(one.startswith(f"{public_url.rstrip('/')}/") for one in found)


def test_a_path_that_leads_nowhere_is_not_redirected(shelf: Shelf) -> None:
    headers = {KEY: shelf.key, "Host": "evil.example"}
    for path in ("/v7.0/images/search/", "/static", "/th/"):
        response = httpx.get(f"{shelf.address}{path}?q=dog", headers=headers)
        assert response.status_code == 404
        assert "Location" not in response.headers


@pytest.mark.parametrize(
    "public_url",
    [
        *("pictures.example.org", "ftp://pictures.example.org", "https://", "https://a b", "javascript:1"),
        *("https://user@a.example", "https://a.example/?x=1", "https://a.example/#x", "https://a.example;x"),
        *("https://ü.example", "https://a.example/'", "https://a.example\n", "https://[::1"),
    ],
)
def test_a_public_url_that_is_none_is_refused(public_url: str) -> None:
    with pytest.raises(SettingsError, match="public_url"):
        Hosts(public_url)
