"""Keys: kept as digests, counted by month, shared by processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vizsla.state import Keys, State


@pytest.fixture
def keys(state: State) -> Keys:
    return state.keys


def only_id(keys: Keys) -> int:
    (key,) = keys.all()
    return key.id


def test_a_key_has_32_hexadecimal_digits_and_no_other_has_them(keys: Keys) -> None:
    made = {keys.create() for _ in range(20)}
    assert len(made) == 20
    assert all(len(secret) == 32 and set(secret) <= set("0123456789abcdef") for secret in made)


def test_the_digits_are_kept_nowhere(state: State, file: Path) -> None:
    secret = state.keys.create(name="mine")
    state.close()
    kept = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert b"mine" in kept
    assert secret.encode() not in kept
    assert bytes.fromhex(secret) not in kept


def test_the_digits_are_shown_once(keys: Keys) -> None:
    secret = keys.create(name="mine")
    assert secret not in repr(keys.all())
    assert secret not in repr(keys.find(secret))


def test_a_key_is_found_by_its_digits_in_either_case(keys: Keys) -> None:
    secret = keys.create(name="mine", tps=3, monthly=1000)
    keys.create(name="other")
    for digits in (secret, secret.upper()):
        key = keys.find(digits)
        assert key
        assert (key.name, key.tps, key.monthly, key.calls, key.revoked) == ("mine", 3, 1000, 0, None)
        assert key.hint == secret[:4]


@pytest.mark.parametrize("digits", ["", "0" * 32, "not a key", "'; DROP TABLE keys; --", "\0", "é" * 32])
def test_other_digits_find_nothing(keys: Keys, digits: str) -> None:
    keys.create()
    assert keys.find(digits) is None
    assert len(keys.all()) == 1


def test_keys_are_listed_in_the_order_of_their_making(keys: Keys) -> None:
    for name in ("b", "a", ""):
        keys.create(name=name)
    assert [(key.id, key.name) for key in keys.all()] == [(1, "b"), (2, "a"), (3, "")]


@pytest.mark.parametrize("by", ["id", "name", "digits"])
def test_a_key_is_revoked_by_id_name_or_digits(keys: Keys, by: str) -> None:
    secret, kept = keys.create(name="mine"), keys.create(name="other")
    key = keys.find(secret)
    assert key
    assert keys.revoke({"id": str(key.id), "name": "mine", "digits": secret}[by]) == 1
    revoked, other = keys.find(secret), keys.find(kept)
    assert revoked
    assert revoked.revoked is not None
    assert revoked.revoked >= key.created
    assert other
    assert other.revoked is None


def test_revoking_again_revokes_nothing(keys: Keys) -> None:
    keys.create(name="mine")
    assert keys.revoke("mine") == 1
    before = keys.all()
    assert keys.revoke("mine") == 0
    assert keys.all() == before


@pytest.mark.parametrize("which", ["", "2", "nobody", "9" * 18, "9" * 31, "9" * 400, "-1", "1.0", "٣"])
def test_what_names_no_key_revokes_none(keys: Keys, which: str) -> None:
    keys.create()
    assert keys.revoke(which) == 0
    assert keys.all()[0].revoked is None


def test_calls_add_up(keys: Keys) -> None:
    secret = keys.create()
    keys.create()
    for calls in (1, 5):
        keys.count({1: calls})
    keys.count({})
    key = keys.find(secret)
    assert key
    assert key.calls == 6
    assert [key.calls for key in keys.all()] == [6, 0]


def test_another_month_begins_with_no_calls(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.create()
    monkeypatch.setattr("vizsla.state.keys._month", lambda: "2026-11")
    keys.count({1: 7})
    monkeypatch.setattr("vizsla.state.keys._month", lambda: "2026-12")
    assert keys.all()[0].calls == 0
    keys.count({1: 2})
    assert keys.all()[0].calls == 2
    monkeypatch.setattr("vizsla.state.keys._month", lambda: "2026-11")
    assert keys.all()[0].calls == 7


def test_processes_share_keys_and_lose_no_call(keys: Keys, file: Path) -> None:
    secret = keys.create(name="shared")
    other = """
import sys
from pathlib import Path
from vizsla.state import State
keys = State(Path(sys.argv[1])).keys
assert keys.find(sys.argv[2]).name == "shared"
for _ in range(40):
    keys.count({1: 1})
keys.create(name="from there")
"""
    with subprocess.Popen([sys.executable, "-c", other, str(file), secret]) as process:
        for _ in range(40):
            keys.count({1: 1})
    assert process.returncode == 0
    assert [(key.name, key.calls) for key in keys.all()] == [("shared", 80), ("from there", 0)]


def test_a_revocation_by_another_process_is_seen_at_once(keys: Keys, file: Path) -> None:
    secret = keys.create()
    elsewhere = State(file)
    elsewhere.keys.revoke(secret)
    elsewhere.close()
    key = keys.find(secret)
    assert key
    assert key.revoked is not None


def test_keys_outlive_the_process(state: State, file: Path) -> None:
    secret = state.keys.create(name="mine")
    state.keys.count({only_id(state.keys): 3})
    state.close()
    again = State(file)
    key = again.keys.find(secret)
    again.close()
    assert key
    assert (key.name, key.calls) == ("mine", 3)


def test_calls_are_told_by_key_and_month(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        keys.create()
    for month, calls in (("2026-12", {1: 2, 3: 5}), ("2026-11", {1: 7})):
        monkeypatch.setattr("vizsla.state.keys._month", lambda month=month: month)
        keys.count(calls)
    assert keys.usage() == {1: {"2026-11": 7, "2026-12": 2}, 3: {"2026-12": 5}}
    assert list(keys.usage()[1]) == ["2026-11", "2026-12"]
