"""Who may ask, how often."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from vizsla.server.admission import Admission, _seconds_to_next_month
from vizsla.state import Keys, State, StateError
from vizsla.wire import Forbidden, QuotaExceeded, Unauthorized

from .shelf import KEY, Shelf, raw_get, served_with

SEARCH = b"/v7.0/images/search?q=dog&count=1"

PATIENCE = 10
"""Seconds that a test waits for what ought to happen within one."""


def ask(address: str, *keys: str) -> httpx.Response:
    headers = [(KEY, key) for key in keys]
    return httpx.get(f"{address}/v7.0/images/search?q=dog&count=1", headers=headers)


def until(status: int, address: str, key: str) -> httpx.Response:
    """Ask until the answer has this status."""
    end = time.monotonic() + PATIENCE
    while (response := ask(address, key)).status_code != status:
        assert time.monotonic() < end
        time.sleep(0.05)
    return response


def both_shapes(response: httpx.Response) -> tuple[dict[str, Any], dict[str, Any]]:
    """The error as the service told it, and as its gateway did."""
    body = response.json()
    assert body["_type"] == "ErrorResponse"
    return body["errors"][0], body["error"]


@pytest.mark.parametrize("keys", [(), ("",), ("0" * 32,), ("not a key",), ("x" * 10_000,)])
def test_without_a_valid_key_nobody_is_answered(shelf: Shelf, keys: tuple[str, ...]) -> None:
    response = ask(shelf.address, *keys)
    error, gateway = both_shapes(response)
    assert response.status_code == 401
    assert (error["code"], error["subCode"]) == ("InvalidAuthorization", "AuthorizationMissing")
    assert gateway["code"] == "401"
    assert gateway["message"].startswith("Access denied due to invalid subscription key")


@pytest.mark.parametrize("key", [b"", b"   ", b"\xe9" * 32, b"\xff\xfe", b"'; DROP TABLE keys; --"])
def test_a_key_of_any_bytes_is_refused(shelf: Shelf, key: bytes) -> None:
    received = raw_get(shelf.address, SEARCH, KEY.encode() + b":" + key)
    assert received.startswith(b"HTTP/1.1 401 ")


def test_a_key_is_asked_for_before_anything_else_is_looked_at(shelf: Shelf) -> None:
    assert httpx.get(f"{shelf.address}/v7.0/images/search?count=abc").status_code == 401


def test_two_keys_are_one_too_many(shelf: Shelf) -> None:
    response = ask(shelf.address, shelf.key, shelf.library.keys.create())
    error, gateway = both_shapes(response)
    assert response.status_code == 401
    assert error["subCode"] == "AuthorizationRedundancy"
    assert gateway["code"] == "401"


def test_a_key_in_capitals_or_between_spaces_is_the_same(shelf: Shelf) -> None:
    received = raw_get(shelf.address, SEARCH, f"{KEY}:  {shelf.key.upper()} \t".encode())
    assert received.startswith(b"HTTP/1.1 200 ")


def test_a_new_key_is_valid_at_once(shelf: Shelf) -> None:
    assert ask(shelf.address, shelf.library.keys.create()).status_code == 200


def test_a_revoked_key_is_soon_refused(shelf: Shelf) -> None:
    key = shelf.library.keys.create()
    assert ask(shelf.address, key).status_code == 200
    shelf.library.keys.revoke(key)
    response = until(403, shelf.address, key)
    error, gateway = both_shapes(response)
    assert (error["code"], error["subCode"]) == ("InsufficientAuthorization", "AuthorizationDisabled")
    assert gateway["code"] == "403"


def test_more_calls_a_second_than_allowed_are_too_many(shelf: Shelf) -> None:
    key = shelf.library.keys.create(tps=1)
    with httpx.Client(headers={KEY: key}) as client:
        url = f"{shelf.address}/v7.0/images/search?q=dog&count=0"
        responses = [client.get(url) for _ in range(20)]
    refused = [response for response in responses if response.status_code == 429]
    assert {response.status_code for response in responses} == {200, 429}
    assert all(response.headers["Retry-After"] == "1" for response in refused)
    assert refused[0].json()["errors"][0]["code"] == "RateLimitExceeded"
    assert "error" not in refused[0].json()
    until(200, shelf.address, key)


def test_the_calls_of_a_month_are_used_up(shelf: Shelf) -> None:
    key = shelf.library.keys.create(monthly=3)
    assert [ask(shelf.address, key).status_code for _ in range(5)] == [200, 200, 200, 403, 403]
    response = ask(shelf.address, key)
    error, gateway = both_shapes(response)
    assert error["code"] == "RateLimitExceeded"
    assert gateway["message"].startswith("Out of call volume quota")
    assert response.headers["Retry-After"] == "1"
    told = r"Out of call volume quota\. Quota will be replenished in [0-9]{1,2}\.[0-9]{2}:[0-9]{2}:[0-9]{2}\."
    assert re.fullmatch(told, response.json()["errors"][0]["message"])
    assert re.fullmatch(told, response.json()["error"]["message"])


def test_calls_are_written_down_and_refused_ones_are_not(shelf: Shelf) -> None:
    key = shelf.library.keys.create(name="counted", monthly=4)
    for _ in range(6):
        ask(shelf.address, key)
    end = time.monotonic() + PATIENCE
    while (found := shelf.library.keys.find(key)) and found.calls < 4:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert found
    assert found.calls == 4
    assert ask(shelf.address, key).status_code == 403


def test_for_everybody_if_the_owner_says_so(shelf: Shelf) -> None:
    with served_with(shelf.library, anonymous=True) as address:
        for keys in ((), ("0" * 32,), ("a", "b")):
            assert ask(address, *keys).status_code == 200


# The rules without a server


def request(key: str) -> Request:
    return Request({"type": "http", "headers": [(KEY.lower().encode(), key.encode())]})


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    state = State(tmp_path / "state.db")
    yield state.keys
    state.close()


def test_what_cannot_be_written_stays_counted(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    key = keys.create(monthly=3)
    admission = Admission(keys, "memory://", anonymous=False)
    admission.admit(request(key))
    with monkeypatch.context() as patch:
        patch.setattr(keys, "count", full)
        with pytest.raises(StateError):
            admission.flush()
    admission.admit(request(key))
    admission.flush()
    admission.flush()
    assert keys.all()[0].calls == 2
    admission.admit(request(key))
    with pytest.raises(QuotaExceeded):
        admission.admit(request(key))


def full(calls: object) -> None:
    raise StateError("the disk is full")


def test_a_key_is_believed_for_a_second_only(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("vizsla.server.admission.time.monotonic", lambda: now[0])
    key = keys.create()
    admission = Admission(keys, "memory://", anonymous=False)
    admission.admit(request(key))
    keys.revoke(key)
    now[0] += 0.99
    admission.admit(request(key))
    now[0] += 0.02
    with pytest.raises(Forbidden):
        admission.admit(request(key))


def test_keys_that_never_were_take_no_memory(keys: Keys) -> None:
    admission = Admission(keys, "memory://", anonymous=False)
    for number in range(50):
        with pytest.raises(Unauthorized):
            admission.admit(request(f"{number:032}"))
    assert admission._remembered == {}


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), 2),
        (datetime(2026, 11, 30, 0, 0, 0, tzinfo=UTC), 86_401),
        (datetime(2028, 2, 1, 0, 0, 0, 1, tzinfo=UTC), 29 * 86_400),
    ],
)
def test_a_month_ends_when_the_next_begins(now: datetime, seconds: int) -> None:
    assert _seconds_to_next_month(now) == seconds
