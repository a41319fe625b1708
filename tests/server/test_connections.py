"""Callers that are slow, many or talk nonsense, on plain sockets."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from vizsla.server import application, running
from vizsla.server.connections import Limits

from .shelf import KEY, Shelf, raw

PATH = b"/v7.0/images/search"
QUICK = Limits(head_seconds=0.3, stalled_seconds=0.3, connections=6)


@contextmanager
def served(shelf: Shelf, limits: Limits = QUICK) -> Iterator[str]:
    app = application(shelf.library)
    app.router.routes.append(Route("/endless", endless))
    with running(app, limits=limits) as address:
        yield address


async def endless(request: Request) -> Response:
    return PlainTextResponse(b"x" * 200_000_000)


def connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=30)


def rest_of(connection: socket.socket) -> bytes:
    """What comes until the server closes."""
    received = b""
    with suppress(ConnectionResetError):
        while block := connection.recv(65536):
            received += block
    return received


def refused(received: bytes) -> tuple[int, str]:
    """Status and message of an answer, which must be the one shape with its headers."""
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"BingAPIs-TraceId: " in head
    assert b"X-MSEdge-ClientID: " in head
    assert b"connection: close" in head.lower()
    answer = json.loads(body)
    assert answer["_type"] == "ErrorResponse"
    return int(head.split()[1]), answer["errors"][0]["message"]


# Slow


def test_who_sends_nothing_is_let_go(shelf: Shelf) -> None:
    with served(shelf) as address, connected(address) as connection:
        assert rest_of(connection) == b""


@pytest.mark.parametrize(
    "beginning", [b"G", b"GET /healthz HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: "]
)
def test_headers_that_do_not_come_are_not_waited_for(shelf: Shelf, beginning: bytes) -> None:
    with served(shelf) as address, connected(address) as connection:
        connection.sendall(beginning)
        assert refused(rest_of(connection))[0] == 408


def test_headers_that_come_drop_by_drop_are_not_waited_for(shelf: Shelf) -> None:
    with served(shelf) as address, connected(address) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        with pytest.raises(OSError):
            while True:
                connection.sendall(b"X-A: b\r\n")
                time.sleep(0.05)


def test_blank_lines_do_not_hold_a_connection(shelf: Shelf) -> None:
    with served(shelf) as address, connected(address) as connection, pytest.raises(OSError):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        while True:
            connection.sendall(b"\r\n")
            time.sleep(0.05)


def test_a_body_that_nobody_reads_does_not_hold_a_connection(shelf: Shelf) -> None:
    with served(shelf) as address, connected(address) as connection, pytest.raises(OSError):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)


def test_who_does_not_read_the_answer_is_let_go(shelf: Shelf) -> None:
    with served(shelf) as address, connected(address) as connection:
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(1)
        assert len(rest_of(connection)) < 200_000_000


def test_who_reads_slowly_but_reads_gets_all(shelf: Shelf) -> None:
    with served(shelf, QUICK._replace(stalled_seconds=1)) as address, connected(address) as connection:
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        received = 0
        while block := connection.recv(4_000_000):
            received += len(block)
            time.sleep(0.02)
        assert received > 200_000_000


def test_a_connection_is_kept_for_the_next_request_whenever_it_comes_in_time(shelf: Shelf) -> None:
    with served(shelf) as address, httpx.Client() as client:
        for _ in range(3):
            assert client.get(f"{address}/healthz").status_code == 200
            time.sleep(0.4)


# Many


def test_too_many_connections_are_told_to_come_again(shelf: Shelf) -> None:
    with served(shelf, QUICK._replace(head_seconds=60)) as address:
        held = [connected(address) for _ in range(QUICK.connections)]
        for connection in held:
            connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        with closing(connected(address)) as one_more:
            received = rest_of(one_more)
        assert refused(received)[0] == 503
        assert b"retry-after: 1\r\n" in received.lower()
        for connection in held:
            connection.sendall(b"Host: a\r\nConnection: close\r\n\r\n")
            assert rest_of(connection).startswith(b"HTTP/1.1 200 OK")
            connection.close()
        assert raw(address, b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 OK")


# Large


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % (b"x" * 10_000), 404),
        (b"GET /%s" % (b"x" * 1_000_000), 404),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: %s\r\nConnection: close\r\n\r\n" % (b"x" * 66_000), 431),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: %s" % (b"x" * 1_000_000), 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"X-A: b\r\n" * 100_000, 431),
    ],
)
def test_heads_are_bounded_also_while_they_come(shelf: Shelf, request_: bytes, status: int) -> None:
    with connected(shelf.address) as connection:
        with suppress(OSError):  # it may have answered before everything was sent
            connection.sendall(request_)
        if status == 404 and request_.endswith(b"\r\n\r\n"):
            assert connection.recv(65536).startswith(b"HTTP/1.1 404 ")
        elif request_.endswith(b"\r\n\r\n"):
            assert rest_of(connection).startswith(b"HTTP/1.1 431 ")
        else:
            received = rest_of(connection)
            assert not received or refused(received)[0] == status  # a reset may overtake the answer


# Odd


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (b"GET %s?q=%%zz%%f HTTP/1.1\r\nHost: a\r\n" % PATH, {401}),
        (b"GET /%zz HTTP/1.1\r\nHost: a\r\n", {404}),
        (b"GET /%00 HTTP/1.1\r\nHost: a\r\n", {404}),
        (b"GET /\0 HTTP/1.1\r\nHost: a\r\n", {400}),
        (b"GET /th?id=%00%0d%0a HTTP/1.1\r\nHost: a\r\n", {404}),
        (b"GET /content/%00%ff HTTP/1.1\r\nHost: a\r\n", {404}),
        (b"GET /static/%00 HTTP/1.1\r\nHost: a\r\n", {404}),
        (b"GET /static/..%2f..%2fapp.py HTTP/1.1\r\nHost: a\r\n", {404}),
        (b"GET /static/%s HTTP/1.1\r\nHost: a\r\n" % (b"x" * 1000), {404}),
        (b"GET http://other.example/healthz HTTP/1.1\r\nHost: a\r\n", {200}),
        (b"GET http://other.example HTTP/1.1\r\nHost: a\r\n", {200, 400, 404}),
        (b"GET http://[:::/x HTTP/1.1\r\nHost: a\r\n", {400}),
        (b"GET //evil.example/%2e%2e HTTP/1.1\r\nHost: a\r\n", {400, 404}),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n", {400, 404}),
        (b"CONNECT other.example:443 HTTP/1.1\r\nHost: a\r\n", {400, 404, 405}),
        (b"GET healthz HTTP/1.1\r\nHost: a\r\n", {400}),
        (b"GET /healthz HTTP/1.0\r\n", {200}),
        (b"GET /images/search?q=flag HTTP/1.0\r\n", {200}),
        (b"GET /healthz HTTP/1.1\r\n", {200, 400}),
        (b"GET /images/search?q=flag HTTP/1.1\r\nHost: a\r\nHost: b\r\n", {200, 400}),
        (b"GET /images/search?q=flag HTTP/1.1\r\nHost: <script>\r\n", {200}),
        (b"GET /images/search?q=flag HTTP/1.1\r\nHost: \xff\xfe\r\n", {200}),
        (b"GET %s HTTP/1.1\r\nHost: a\r\n%s: \xff\xfe\r\n" % (PATH, KEY.encode()), {401}),
        (b"GET %s HTTP/1.1\r\nHost: a\r\nAccept: \xff\r\nAccept-Encoding: \xff\r\n" % PATH, {401}),
        (b"GET %s HTTP/1.1\r\nHost: a\r\n%s: a\r\n%s: b\r\n" % (PATH, KEY.encode(), KEY.encode()), {401}),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: \0\r\n", {400}),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX A: b\r\n", {400}),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n", {200}),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n", {200}),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n", {400}),
        (b"BREW /healthz HTTP/1.1\r\nHost: a\r\n", {400}),
        (b"get /healthz HTTP/1.1\r\nHost: a\r\n", {400}),
    ],
)
def test_odd_requests_are_answered_or_refused_but_never_our_fault(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, request_: bytes, statuses: set[int]
) -> None:
    received = raw(shelf.address, request_ + b"Connection: close\r\n\r\n")
    status = int(received.split()[1])
    assert status in statuses
    if status >= 400:
        assert json.loads(received.partition(b"\r\n\r\n")[2])["_type"] == "ErrorResponse"
        assert b"BingAPIs-TraceId: " in received
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: +5\r\n\r\nabcde",
        b"Content-Length: 5, 5\r\n\r\nabcde",
        b"Content-Length: 99999999999999999999999\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b" Folded: yes\r\n\r\n",
    ],
)
def test_a_body_whose_end_two_servers_could_see_differently_is_refused(shelf: Shelf, framing: bytes) -> None:
    smuggled = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    received = raw(shelf.address, b"POST /healthz HTTP/1.1\r\nHost: a\r\n" + framing + smuggled)
    assert refused(received)[0] == 400
    assert received.count(b"HTTP/1.1 ") == 1


def test_what_was_asked_before_the_nonsense_is_answered_first(shelf: Shelf) -> None:
    search = b"GET %s?q=flag HTTP/1.1\r\nHost: a\r\n%s: %s\r\n\r\n" % (PATH, KEY.encode(), shelf.key.encode())
    received = raw(shelf.address, search + search + b"\0\0\0 nonsense\r\n\r\n")
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.count(b"HTTP/1.1 ") <= 3


def test_requests_that_follow_each_other_without_waiting_are_answered_in_order(shelf: Shelf) -> None:
    paths = [b"/healthz", b"/nowhere", b"/readyz"] * 20
    requests = b"".join(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path for path in paths)
    received = raw(shelf.address, requests + b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    statuses = [int(part.split()[0]) for part in received.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 200] * 20 + [200]


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=60),
    st.lists(
        st.tuples(
            st.sampled_from([b"Host", b"Accept", b"Range", b"If-None-Match", KEY.encode()]),
            st.binary(max_size=30),
        )
    ),
)
def test_no_bytes_are_our_fault(shelf: Shelf, target: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    received = raw(shelf.address, b"GET /" + target + b" HTTP/1.1\r\n" + lines + b"Connection: close\r\n\r\n")
    assert received.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3", b"HTTP/1.1 4")), received[:100]
