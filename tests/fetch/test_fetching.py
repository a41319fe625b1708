"""What a fetch brings, from servers that behave."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from vizsla import __version__
from vizsla.fetch import Fetcher, FetchError, FetchRules
from vizsla.settings import Settings

from .fetching import LIMIT, LOCAL, Hosts, fetched, refused
from .servers import Talk, answers, by_path, redirects, says, server

PICTURE = bytes(range(256)) * 100


def test_the_bytes_come_with_what_the_server_claims() -> None:
    with server(answers(PICTURE, "Content-Type: Image/PNG; charset=x")) as served:
        got = fetched(served.url("/a%20b.png?x=1#part"))
    assert got.body == PICTURE
    assert (got.status, got.media_type, got.url) == (200, "image/png", served.url("/a%20b.png?x=1"))


def test_an_address_is_sent_as_it_is_spelled_on_the_wire() -> None:
    with server(answers(b"x")) as served:
        fetched(f"HTTP://127.0.0.1.:{served.port}/ä b/../c d?q=ü")
    assert served.asked[0].startswith(b"GET /c%20d?q=%C3%BC HTTP/1.1\r\n")


def test_a_server_learns_who_asks_and_nothing_else() -> None:
    with server(answers(b"x", "Set-Cookie: a=b")) as served, Fetcher(LOCAL) as fetcher:
        for _ in range(2):
            fetcher.get(served.url("/x"), max_bytes=LIMIT, accept="image/png")
    expected = (
        f"GET /x HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        f"User-Agent: vizsla/{__version__}\r\n"
        "Accept: image/png\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )
    assert served.asked == [expected.encode()] * 2


@pytest.mark.parametrize(
    "talk",
    [
        answers(PICTURE),
        says(b"HTTP/1.1 200 OK\r\n\r\n", PICTURE),
        says(b"HTTP/1.0 200 OK\r\n\r\n", PICTURE),
        says(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6400\r\n" + PICTURE + b"\r\n0\r\n\r\n",
        ),
        says(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", PICTURE),
        answers(gzip.compress(PICTURE), "Content-Encoding: GZIP"),
        answers(zlib.compress(PICTURE), "Content-Encoding: deflate"),
        answers(PICTURE, "Content-Encoding: identity"),
    ],
)
def test_a_body_is_read_however_it_is_framed_or_packed(talk: Talk) -> None:
    with server(talk) as served:
        assert fetched(served.url()).body == PICTURE


def test_a_body_may_be_exactly_as_large_as_was_allowed() -> None:
    for talk in (answers(PICTURE), answers(gzip.compress(PICTURE), "Content-Encoding: gzip")):
        with server(talk) as served:
            assert fetched(served.url(), max_bytes=len(PICTURE)).body == PICTURE
            assert refused(served.url(), max_bytes=len(PICTURE) - 1).reason == "too large"


@pytest.mark.parametrize("status", ["301 A", "302 B", "303 C", "307 D", "308 E"])
@pytest.mark.parametrize(
    "location", ["/end", "end?", "//127.0.0.1:{port}/end", "http://127.0.0.1:{port}/end"]
)
def test_redirects_are_followed(status: str, location: str) -> None:
    def start(peer: socket.socket, request: bytes) -> None:
        redirects(location.format(port=served.port), status)(peer, request)

    with server(by_path(start=start, end=answers(b"x"))) as served:
        assert fetched(served.url("/start")).url.rstrip("?") == served.url("/end")


def test_a_location_in_utf8_is_followed() -> None:
    start = says("HTTP/1.1 302 Found\r\nLocation: /ä b\r\nContent-Length: 0\r\n\r\n".encode())
    with server(by_path(start=start, **{"%C3%A4%20b": answers(b"x")})) as served:
        assert fetched(served.url("/start")).body == b"x"


@pytest.mark.parametrize("status", [204, 304, 400, 401, 404, 429, 500, 503])
def test_another_status_than_a_good_one_is_told(status: int) -> None:
    with server(answers(b"", status=f"{status} X")) as served:
        if status == 204:
            assert fetched(served.url()).body == b""
            return
        error = refused(served.url())
    assert (error.reason, error.status) == ("not found", status)
    assert str(status) in error.detail
    assert len(served.asked) == 1


def test_a_redirect_that_leads_nowhere_is_not_found() -> None:
    with server(answers(b"", status="302 Found")) as served:
        assert refused(served.url()).status == 302


def test_a_name_is_looked_up_once_and_asked_for_by_name() -> None:
    hosts = Hosts({"pictures.example": [["127.0.0.1"]]})
    with server(answers(b"x")) as served:
        fetched(served.url("/x", "Pictures.EXAMPLE."), lookup=hosts)
    assert hosts.asked == ["pictures.example"]
    assert f"\r\nHost: pictures.example:{served.port}\r\n".encode() in served.asked[0]


def test_a_name_in_another_script_is_looked_up_as_names_are_written_on_the_wire() -> None:
    hosts = Hosts({"xn--bcher-kva.example": [["127.0.0.1"]]})
    with server(answers(b"x")) as served:
        fetched(served.url("/x", "BÜCHER.example"), lookup=hosts)
    assert hosts.asked == ["xn--bcher-kva.example"]


def test_the_system_looks_names_up() -> None:
    with server(answers(b"x")) as served:
        rules = FetchRules(networks=("127.0.0.0/8", "::1/128"), seconds=30)
        assert fetched(served.url(host="localhost"), rules).body == b"x"


def test_the_next_number_is_tried_if_nothing_answers_at_the_first() -> None:
    with server(answers(b"x")) as served:
        hosts = Hosts({"two.example": [["127.0.0.9", "127.0.0.1"]]})
        assert fetched(served.url(host="two.example"), lookup=hosts).body == b"x"


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(answers(b"proxy")) as proxy, server(answers(b"x")) as served:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        monkeypatch.delenv("no_proxy", raising=False)
        assert fetched(served.url()).body == b"x"


def test_one_fetcher_serves_several_threads() -> None:
    paths = {f"p{n}": answers(str(n).encode() * 1000) for n in range(40)}
    with server(by_path(**paths)) as served, Fetcher(LOCAL) as fetcher, ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: fetcher.get(served.url(f"/p{n}"), max_bytes=LIMIT).body, range(40)))
    assert got == [str(n).encode() * 1000 for n in range(40)]


def test_no_more_is_fetched_at_once_than_the_rules_say() -> None:
    under_way, most, lock = [0], [0], threading.Lock()

    def talk(peer: socket.socket, request: bytes) -> None:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        threading.Event().wait(0.02)
        with lock:
            under_way[0] -= 1
        answers(b"x")(peer, request)

    rules = FetchRules(networks=LOCAL.networks, at_once=3, seconds=30)
    with server(talk) as served, Fetcher(rules) as fetcher, ThreadPoolExecutor(12) as pool:
        got = list(pool.map(lambda _: fetcher.get(served.url(), max_bytes=LIMIT).status, range(24)))
    assert got == [200] * 24
    assert most[0] <= 3


def test_whoever_waits_long_for_a_turn_is_told_so() -> None:
    let_go = threading.Event()

    def talk(peer: socket.socket, request: bytes) -> None:
        let_go.wait(5)

    rules = FetchRules(networks=LOCAL.networks, at_once=1, seconds=4)
    with server(talk) as served, Fetcher(rules) as fetcher, ThreadPoolExecutor(1) as pool:
        first = pool.submit(fetcher.get, served.url(), max_bytes=LIMIT)
        while not served.asked:
            threading.Event().wait(0.01)
        with pytest.raises(FetchError) as caught:
            fetcher.get(served.url(), max_bytes=LIMIT)
        let_go.set()
        assert first.exception()
    assert caught.value.reason == "busy"
    assert len(served.asked) == 1


def test_the_owner_may_switch_fetching_off() -> None:
    with server(answers(b"x")) as served:
        rules = FetchRules.of(Settings(fetch=False, fetch_networks=("127.0.0.0/8",)))
        assert refused(served.url(), rules).reason == "off"
    assert served.asked == []


def test_the_owner_may_name_networks() -> None:
    with server(answers(b"x")) as served:
        rules = FetchRules.of(Settings(fetch_networks=("127.0.0.0/8",)))
        assert fetched(served.url(), rules).body == b"x"


def test_a_closed_fetcher_fetches_no_more() -> None:
    fetcher = Fetcher(LOCAL)
    fetcher.close()
    with pytest.raises(RuntimeError, match="closed"):
        fetcher.get("http://127.0.0.1/", max_bytes=1)


def test_a_network_that_is_none_is_found_at_once() -> None:
    with pytest.raises(ValueError, match="home"):
        Fetcher(FetchRules(networks=("home",)))
