"""Where a client asks, and who gets to see its key."""

from __future__ import annotations

import pytest

from vizsla.client import Client
from vizsla.client.calls import search_url
from vizsla.wire import Image, WireError

from .conftest import Connect
from .services import Reply, answer, service

SEARCH = "http://127.0.0.1:8000/v7.0/images/search"


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        ("http://127.0.0.1:8000", SEARCH),
        ("http://127.0.0.1:8000/", SEARCH),
        (" http://127.0.0.1:8000\n", SEARCH),
        ("http://127.0.0.1:8000/v7.0", SEARCH),
        ("http://127.0.0.1:8000/v7.0/", SEARCH),
        (SEARCH, SEARCH),
        (f"{SEARCH}/", SEARCH),
        ("https://h.example/bing/v7.0", "https://h.example/bing/v7.0/images/search"),
        ("https://h.example/bing/v7.0/images/search", "https://h.example/bing/v7.0/images/search"),
        ("https://h.example/v7", "https://h.example/v7/images/search"),
        ("https://v7.example", "https://v7.example/v7.0/images/search"),
        ("https://h.example/vizsla", "https://h.example/vizsla/v7.0/images/search"),
        ("HTTPS://H.example", "HTTPS://H.example/v7.0/images/search"),
        ("http://[::1]:8000", "http://[::1]:8000/v7.0/images/search"),
    ],
)
def test_an_endpoint_may_be_given_in_every_form_that_people_paste(endpoint: str, address: str) -> None:
    assert search_url(endpoint) == address


@pytest.mark.parametrize(
    "endpoint",
    ["127.0.0.1:8000", "localhost", "ftp://h.example", "http://", "https:///x", "http://a b", "http://[x"],
)
def test_what_is_no_endpoint_is_refused(connect: Connect, endpoint: str) -> None:
    with pytest.raises(ValueError):
        connect(endpoint)


@pytest.mark.parametrize("key", ["a\nb", "schlüssel", "a\0b", "a\r\nHost: evil"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(connect: Connect, key: str) -> None:
    with pytest.raises(ValueError, match="the key holds") as raised:
        connect("http://127.0.0.1:8000", key)
    assert key not in str(raised.value)


def test_endpoint_and_key_come_from_the_environment(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service(Reply(body=answer())) as there:
        monkeypatch.setenv("VIZSLA_ENDPOINT", there.address)
        monkeypatch.setenv("VIZSLA_KEY", " from-the-environment\n")
        connect().search("dog")
        connect(f"{there.address}/bing/v7.0", "given").search("dog")
    assert [(asked.path.partition("?")[0], asked.key) for asked in there.asked] == [
        ("/v7.0/images/search", "from-the-environment"),
        ("/bing/v7.0/images/search", "given"),
    ]


def test_without_a_key_none_is_sent(connect: Connect) -> None:
    with service(Reply(body=answer())) as there:
        connect(there.address).search("dog")
    assert there.asked[0].key is None


def test_without_an_endpoint_it_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIZSLA_ENDPOINT", raising=False)
    with Client() as client:
        assert client._calls.search_url == SEARCH


def test_a_key_goes_to_no_host_of_pictures_and_along_no_redirect(connect: Connect) -> None:
    picture = Reply(body=b"picture")
    with service(picture) as last, service(Reply(302, headers={"Location": f"{last.address}/2"})) as first:
        client = connect("http://127.0.0.1:1", "secret")
        image = Image(thumbnail_url=f"{first.address}/th?id=1", content_url=f"{first.address}/1.jpg")
        assert client.thumbnail(image, width=10) == b"picture"
        assert client.content(image) == b"picture"
    asked = first.asked + last.asked
    assert [one.path for one in asked] == ["/th?id=1&w=10", "/1.jpg", "/2", "/2"]
    assert [one.key for one in asked] == [None] * 4
    assert not any("secret" in str(one.headers) for one in asked)


def test_a_search_follows_no_redirect(connect: Connect) -> None:
    with service(Reply(body=answer())) as other:
        elsewhere = Reply(302, headers={"Location": other.address})
        with service(elsewhere) as there, pytest.raises(WireError) as raised:
            connect(there.address, "secret").search("dog")
    assert raised.value.status == 302
    assert other.asked == []
