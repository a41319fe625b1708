"""What goes wrong on the way: tried again where that helps, told where it does not."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from vizsla.client import NoAnswer, UnexpectedAnswer
from vizsla.client.calls import retry_after
from vizsla.client.http import LONGEST_WAIT, pause
from vizsla.wire import Image, NotFound, RateLimited, ServerError, WireError

from .conftest import Connect
from .services import Reply, answer, service

FINE = Reply(body=answer(1, total=1, next_offset=1))
BUSY = Reply(429, b'{"_type":"ErrorResponse","errors":[{"code":"RateLimitExceeded","message":"Slow down."}]}')


def after(value: str, status: int = 429) -> Reply:
    return Reply(status, BUSY.body, {"Retry-After": value})


def test_who_is_told_to_wait_waits_and_asks_again(connect: Connect) -> None:
    with service(after("1"), FINE) as there:
        started = time.monotonic()
        assert connect(there.address).search("dog").value
        assert time.monotonic() - started >= 1.0
    assert len(there.asked) == 2


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_be_gone_a_moment_later_is_tried_again(connect: Connect, status: int) -> None:
    with service(Reply(status), Reply(status), FINE) as there:
        assert connect(there.address).search("dog").value
    assert len(there.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 500, 501])
def test_what_will_not_change_is_asked_once(connect: Connect, status: int) -> None:
    with service(Reply(status, headers={"Retry-After": "0"})) as there, pytest.raises(WireError) as raised:
        connect(there.address).search("dog")
    assert raised.value.status == status
    assert len(there.asked) == 1


def test_tries_are_bounded(connect: Connect) -> None:
    with service(after("0")) as there:
        with pytest.raises(RateLimited, match="Slow down") as raised:
            connect(there.address).search("dog")
        assert raised.value.retry_after == 0
        assert len(there.asked) == 4
        with pytest.raises(RateLimited):
            connect(there.address, retries=0).search("dog")
        assert len(there.asked) == 5


@pytest.mark.usefixtures("impatient")
def test_a_server_that_stays_unavailable_is_its_error(connect: Connect) -> None:
    with service(Reply(503, b"<h1>down</h1>")) as there, pytest.raises(ServerError, match="503"):
        connect(there.address, retries=1).search("dog")
    assert len(there.asked) == 2


@pytest.mark.parametrize("value", [str(int(LONGEST_WAIT) + 1), "999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_waits_longer_than_is_bearable(connect: Connect, value: str) -> None:
    with service(after(value)) as there, pytest.raises(RateLimited) as raised:
        connect(there.address).search("dog")
    assert raised.value.retry_after is not None
    assert raised.value.retry_after > LONGEST_WAIT
    assert len(there.asked) == 1


def told(value: str) -> float | None:
    return retry_after(httpx.Response(429, headers={"Retry-After": value}))


def test_the_time_to_wait_is_a_number_or_a_date() -> None:
    assert told("3") == 3.0
    soon = told(format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True))
    assert soon is not None
    assert 15 < soon <= 20
    assert told("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-1", "1.5", "inf", "9" * 400, "Mon, 99 Foo 2020", "1 Jan 99999999999999999999 0:0:0 GMT"],
)
def test_a_time_that_is_none_is_none(value: str) -> None:
    assert told(value) is None


def test_waits_grow_and_are_spread() -> None:
    lost = NoAnswer("x")
    for attempt in (1, 2, 3):
        waits = {pause(attempt, lost) for _ in range(20)}
        assert len(waits) > 1
        assert all(wait and 0.25 * 2 ** (attempt - 1) <= wait <= 0.5 * 2 ** (attempt - 1) for wait in waits)


@pytest.mark.usefixtures("impatient")
def test_a_connection_that_breaks_is_tried_again(connect: Connect) -> None:
    with service(Reply(0), FINE) as there:
        assert connect(there.address).search("dog").value
    assert len(there.asked) == 2


@pytest.mark.usefixtures("impatient")
def test_where_no_server_is_there_is_no_answer(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(NoAnswer, match=f"{address}.*VIZSLA_ENDPOINT") as raised:
        connect(address, "secret").search("dog")
    assert isinstance(raised.value.__cause__, httpx.ConnectError)
    assert "secret" not in str(raised.value)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_says_nothing_is_not_waited_for_for_ever(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(NoAnswer, match="is the server running"):
            connect(address, timeout=0.05, retries=1).search("dog")


@pytest.mark.parametrize(
    "body",
    [b"", b"<!doctype html>", b"[]", b"null", b'{"_type":"News","value":[]}', b'{"value":3}', b"\xff\xfe{}"],
)
def test_what_is_no_v7_answer_is_unexpected(connect: Connect, body: bytes) -> None:
    with service(Reply(body=body)) as there, pytest.raises(UnexpectedAnswer, match="image search v7"):
        connect(there.address).search("dog")


def test_a_server_of_something_else_has_nothing_there(connect: Connect) -> None:
    with service(Reply(404, b"<h1>Not Found</h1>")) as there, pytest.raises(NotFound, match="404"):
        connect(there.address).search("dog")


@pytest.mark.parametrize(
    "address", ["", "/th?id=1", "file:///etc/passwd", "http://", "http://a.example:port/", "ftp://a.example/"]
)
def test_a_picture_whose_address_is_none_is_unexpected(connect: Connect, address: str) -> None:
    image = Image(thumbnail_url=address, content_url=address)
    client = connect("http://127.0.0.1:1")
    for ask in (client.thumbnail, client.content):
        with pytest.raises(UnexpectedAnswer, match="cannot be used"):
            ask(image)


def test_redirects_that_do_not_end_are_unexpected(connect: Connect) -> None:
    with service(Reply(302, headers={"Location": "/again"})) as there, pytest.raises(UnexpectedAnswer):
        connect(there.address).content(Image(content_url=there.address))
