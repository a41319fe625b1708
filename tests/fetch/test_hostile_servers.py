"""Servers that mean harm, or do it anyway: each fetch ends, in bounds, and says why."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest

from vizsla.fetch import Fetcher, FetchError, FetchRules

from .fetching import LIMIT, LOCAL, Hosts, fetched, refused
from .servers import Served, Talk, answers, by_path, for_ever, redirects, says, server

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10]
"""The beginning of a packed body; blocks as they are (RFC 1951, section 3.2.4) may follow."""
HURRIED = FetchRules(networks=LOCAL.networks, seconds=0.5)

TOO_MUCH: dict[str, Talk] = {
    "a length beyond what is allowed": answers(b"", length=LIMIT + 1),
    "a body without end": for_ever(OK + b"\r\n", b"x" * 65_536),
    "chunks without end": for_ever(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "a chunk without end": for_ever(CHUNKED + b"fffffffffff\r\n", b"x" * 65_536),
    "chunks that say much about little": for_ever(
        CHUNKED, b"400;%b\r\n%b\r\n" % (b"e" * 8_000, b"x" * 1_024)
    ),
    "interim answers without end": for_ever(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000),
    "a packed body without end": for_ever(PACKED, b"\x00\xff\xff\x00\x00" + b"x" * 65_535),
}

NO_SENSE: dict[str, Talk] = {
    "another protocol": says(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "nothing at all": says(),
    "half a header": says(OK + b"Content-Ty"),
    "a header without end": for_ever(OK + b"X: ", b"y" * 65_536),
    "headers without end": for_ever(OK, b"X: y\r\n" * 10_000),
    "a negative length": says(OK + b"Content-Length: -5\r\n\r\n", b"hello"),
    "a length of many digits": says(OK, b"Content-Length: " + b"9" * 30 + b"\r\n\r\n"),
    "two lengths": says(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", b"hello!"),
    "a protocol of its own": says(b"HTTQ/1.1 200 OK\r\n\r\n"),
    "crumbs without end": for_ever(CHUNKED, b"1\r\nx\r\n" * 10_000),
    "a packing that was not asked for": answers(b"x", "Content-Encoding: br"),
    "packing twice": answers(b"x", "Content-Encoding: gzip, gzip"),
}

BROKEN: dict[str, Talk] = {
    "less than it claims": answers(b"hello", length=6),
    "a chunk cut short": says(CHUNKED + b"10\r\nhello"),
    "no last chunk": says(CHUNKED + b"5\r\nhello\r\n"),
    "no chunks": says(CHUNKED + b"hello"),
    "packed, cut short": answers(gzip.compress(b"hello" * 99)[:-9], "Content-Encoding: gzip"),
    "packed, but not so": answers(b"hello", "Content-Encoding: gzip"),
}

TOO_SLOW: dict[str, Talk] = {
    "silence": lambda peer, request: time.sleep(2),
    "a drip of headers": for_ever(OK, b"X: y\r\n", 0.05),
    "a drip of one header": for_ever(OK + b"X: ", b"y", 0.05),
    "a drip of a body": for_ever(OK + b"\r\n", b"x", 0.05),
    "a drip of chunks": for_ever(CHUNKED, b"1\r\nx\r\n", 0.05),
    "a drip of interim answers": for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    "a drip of packed nothing": for_ever(PACKED, b"\x00\x00\x00\xff\xff", 0.05),
}


@pytest.mark.parametrize("talk", TOO_MUCH.values(), ids=TOO_MUCH)
def test_more_than_was_allowed_is_not_read(talk: Talk) -> None:
    with server(talk) as served:
        assert refused(served.url(), FetchRules(networks=LOCAL.networks, seconds=60)).reason == "too large"


@pytest.mark.parametrize("talk", NO_SENSE.values(), ids=NO_SENSE)
def test_what_is_not_http_is_not_understood(talk: Talk) -> None:
    with server(talk) as served:
        assert refused(served.url()).reason == "not understood"


@pytest.mark.parametrize("talk", BROKEN.values(), ids=BROKEN)
def test_a_part_is_not_taken_for_the_whole(talk: Talk) -> None:
    with server(talk) as served:
        assert refused(served.url()).reason == "unreachable"


@pytest.mark.parametrize("talk", TOO_SLOW.values(), ids=TOO_SLOW)
def test_a_drip_ends_when_the_time_is_over(talk: Talk) -> None:
    with server(talk) as served:
        assert refused(served.url(), HURRIED).reason == "too slow"


def test_redirects_share_one_time() -> None:
    def talk(peer: socket.socket, request: bytes) -> None:
        time.sleep(0.3)
        redirects("/again")(peer, request)

    with server(talk) as served:
        assert refused(served.url(), HURRIED).reason == "too slow"
    assert len(served.asked) < 4


def test_a_connection_that_is_never_accepted_ends_when_the_time_is_over() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), _filled(port):
            assert refused(f"http://127.0.0.1:{port}/", HURRIED).reason == "too slow"


def _filled(port: int) -> socket.socket:
    """One more in the queue of a server that accepts nobody; the next finds no place."""
    waiting = socket.socket()
    waiting.setblocking(False)
    waiting.connect_ex(("127.0.0.1", port))
    return waiting


@pytest.fixture
def stuck() -> Iterator[Callable[[str], list[str]]]:
    """A resolver that answers when the test is over."""
    over = threading.Event()

    def lookup(host: str) -> list[str]:
        over.wait(60)
        return ["127.0.0.1"]

    yield lookup
    over.set()


def test_looking_up_a_name_ends_when_the_time_is_over(stuck: Callable[[str], list[str]]) -> None:
    assert refused("http://slow.example/", HURRIED, lookup=stuck).reason == "too slow"


def test_names_that_are_given_up_hold_no_more_threads_than_the_rules_say(
    stuck: Callable[[str], list[str]],
) -> None:
    asked: list[str] = []

    def lookup(host: str) -> list[str]:
        asked.append(host)
        return stuck(host)

    rules = FetchRules(networks=LOCAL.networks, seconds=0.1, at_once=2)
    with Fetcher(rules, lookup=lookup) as fetcher:
        for _ in range(5):
            with pytest.raises(FetchError, match="too slow"):
                fetcher.get("http://slow.example/", max_bytes=1)
    assert len(asked) == 2


@pytest.mark.parametrize(("packing", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_bomb_is_not_unpacked(packing: str, pack: Callable[[bytes], bytes]) -> None:
    with server(answers(pack(bytes(100_000_000)), f"Content-Encoding: {packing}")) as served:
        fetched_before = refused(served.url())  # what is loaded on first use does not count
        tracemalloc.start()
        try:
            assert refused(served.url()).reason == fetched_before.reason == "too large"
            assert tracemalloc.get_traced_memory()[1] < 5 * LIMIT
        finally:
            tracemalloc.stop()


def test_what_follows_a_packed_body_is_left_alone() -> None:
    with server(answers(gzip.compress(b"x") + b"y" * 1_000, "Content-Encoding: gzip")) as served:
        assert fetched(served.url()).body == b"x"


def test_more_than_it_claims_is_not_read() -> None:
    with server(answers(b"hello, and more", length=5)) as served:
        assert fetched(served.url()).body == b"hello"


def test_a_server_that_answers_before_it_was_asked_is_heard() -> None:
    with server(answers(b"x"), reads=False) as served:
        assert fetched(served.url()).body == b"x"


def test_redirects_end() -> None:
    with server(redirects("/again")) as served:
        assert refused(served.url()).reason == "redirected too often"
    assert len(served.asked) == LOCAL.redirects + 1


LEADS_NOWHERE = {
    "http://10.0.0.1/": "no public address",
    "http://169.254.169.254/latest/meta-data/": "no public address",
    "http://[::1]/": "no public address",
    "//192.168.0.1/": "no public address",
    "http://inside.example/": "no public address",
    "file:///etc/passwd": "not an address",
    "ftp://127.0.0.1/": "not an address",
    "javascript:alert(1)": "not an address",
    "http://a:b@127.0.0.1/": "not an address",
    "http://2130706433/": "not an address",
    "http://127.0.0.1:22/": "not an address",
    "http://[::1": "not an address",
    "/\x01": "not an address",
    "http://127.0.0.1\\@good.example/": "not an address",
    "/" + "x" * 3_000: "not an address",
}


@pytest.mark.parametrize("to", LEADS_NOWHERE)
def test_a_redirect_leads_only_where_callers_may_go_themselves(to: str) -> None:
    hosts = Hosts({"inside.example": [["10.0.0.7"]]})
    with server(redirects(to)) as served:
        error = refused(served.url(), lookup=hosts)
    assert error.reason == LEADS_NOWHERE[to]
    assert "10.0.0.7" not in str(error)
    assert "inside" not in str(error)
    assert len(served.asked) == 1


def test_a_redirect_to_the_same_name_is_checked_again() -> None:
    hosts = Hosts({"turning.example": [["127.0.0.1"], ["10.0.0.1"]]})
    with server(redirects("/again")) as served:
        assert refused(served.url(host="turning.example"), lookup=hosts).reason == "no public address"
    assert hosts.asked == ["turning.example"] * 2
    assert len(served.asked) == 1


def test_what_failed_is_not_tried_again() -> None:
    def once(talk: Talk) -> Served:
        with server(talk) as served:
            refused(served.url(), HURRIED)
        return served

    for talk in (says(), answers(b"", status="503 X"), answers(b"x", length=9), TOO_SLOW["silence"]):
        assert len(once(talk).asked) == 1


def test_nothing_answers_where_nobody_listens() -> None:
    with server(says()) as served:
        pass
    assert refused(served.url()).reason == "unreachable"


def test_redirects_lead_from_one_server_to_the_next() -> None:
    with server(answers(b"x")) as last, server(by_path(a=redirects(last.url("/z")))) as first:
        assert fetched(first.url("/a")).url == last.url("/z")
    assert (len(first.asked), len(last.asked)) == (1, 1)
