"""What is posted, read within bounds."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from vizsla.server import bodies, running
from vizsla.server.edge import middleware
from vizsla.server.errors import HANDLERS
from vizsla.settings import Settings

LIMIT = 100_000


async def length(request: Request) -> Response:
    """How many bytes were posted."""
    return PlainTextResponse(str(len(await bodies.read_body(request, LIMIT, seconds=0.5))))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server that only reads."""
    app = Starlette(
        routes=[Route("/", length, methods=["POST"])],
        middleware=middleware(Settings(), ("/",)),
        exception_handlers=HANDLERS,
    )
    with running(app) as address:
        yield address


def refused(answer: httpx.Response) -> tuple[int, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["code"]


def pieces(count: int) -> Iterator[bytes]:
    return (b"x" * 1000 for _ in range(count))


@pytest.mark.parametrize("size", [0, 1, 70_000, LIMIT])
def test_a_body_is_read_whole(address: str, size: int) -> None:
    assert httpx.post(address, content=b"x" * size).text == str(size)


def test_a_body_of_unknown_length_is_read_whole(address: str) -> None:
    assert httpx.post(address, content=pieces(100)).text == "100000"


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(address: str) -> None:
    assert refused(httpx.post(address, content=b"x" * (LIMIT + 1))) == (413, "InvalidRequest")
    assert refused(httpx.post(address, content=pieces(101))) == (413, "InvalidRequest")


def test_a_connection_can_be_used_on_after_a_body_that_was_too_large(address: str) -> None:
    with httpx.Client() as client:
        assert client.post(address, content=b"x" * (LIMIT + 1)).status_code == 413
        assert client.post(address, content=b"x").text == "1"


def test_what_announces_too_much_is_refused_before_it_is_sent(address: str) -> None:
    received = exchange(address, b"Content-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "sent", [b"Content-Length: 10\r\n\r\n12345", b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"]
)
def test_a_body_that_does_not_come_is_not_waited_for(address: str, sent: bytes) -> None:
    received = exchange(address, sent)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert json.loads(received.partition(b"\r\n\r\n")[2])["_type"] == "ErrorResponse"


def test_a_body_that_is_framed_wrongly_is_refused(address: str) -> None:
    received = exchange(address, b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n12345\r\n")
    assert received.startswith(b"HTTP/1.1 400 ")


def test_a_caller_that_goes_away_is_no_error(address: str, caplog: pytest.LogCaptureFixture) -> None:
    with connected(address) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
    assert httpx.post(address, content=b"x").text == "1"
    assert caplog.records == []


def test_all_bodies_together_have_a_bound_and_give_their_room_back(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "ROOM", LIMIT + 10)
    with connected(address) as other:
        other.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n" + b"x" * 69_000)
        busy = httpx.post(address, content=b"x" * LIMIT)
        while busy.status_code == 200:  # the other one's bytes have not been read yet
            busy = httpx.post(address, content=b"x" * LIMIT)
        assert refused(busy) == (503, "ServerError")
        assert busy.headers["Retry-After"] == "1"
        assert other.recv(65536).startswith(b"HTTP/1.1 408 ")
    assert httpx.post(address, content=b"x" * LIMIT).text == str(LIMIT)
    assert bodies._room._held == 0


def connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=30)


def exchange(address: str, sent: bytes) -> bytes:
    """The first of what a server answers to a POST with these headers and this beginning of a body."""
    with connected(address) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n" + sent)
        received = b""
        while b"}" not in received and (block := connection.recv(65536)):
            received += block
        return received
