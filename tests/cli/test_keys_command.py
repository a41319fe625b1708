from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vizsla.library import Library
from vizsla.settings import Settings

from .command import Call, error_of, vizsla


def test_a_new_key_is_32_hex_digits_and_nothing_else_is_printed(library: Path) -> None:
    done = vizsla("keys", "create", "--library", library, "--name", "one")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch("[0-9a-f]{32}\n", done.stdout)


def test_keys_are_listed_with_what_is_allowed_but_never_shown_again(library: Path, call: Call) -> None:
    options = ("--name", "shop", "--tps", "3", "--monthly", "1000")
    secret = call("keys", "create", "--library", library, *options).stdout.strip()
    listed = call("keys", "list", "--library", library).stdout
    assert re.fullmatch(
        rf"1  {secret[:4]}\.\.\.  shop  valid  \d{{4}}-\d\d-\d\d  0 calls this month, 0 in all  3/s  1,000/month\n",
        listed,
    )
    (as_json,) = json.loads(call("keys", "list", "--library", library, "--json").stdout)
    assert (as_json["name"], as_json["tps"], as_json["monthly"], as_json["revoked"]) == (
        "shop",
        3,
        1000,
        None,
    )
    written = b"".join(path.read_bytes() for path in library.rglob("*") if path.is_file())
    assert secret.encode() not in written
    assert bytes.fromhex(secret) not in written


def test_keys_are_listed_with_how_much_they_are_used(
    library: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    this_month = datetime.now(UTC).strftime("%Y-%m")
    for name in ("shop", "idle"):
        call("keys", "create", "--library", library, "--name", name)
    with Library(Settings(library=library)) as opened:
        opened.keys.count({1: 1234})
        monkeypatch.setattr("vizsla.state.keys._month", lambda: "2019-02")
        opened.keys.count({1: 5000})
        monkeypatch.undo()
    shop, idle = call("keys", "list", "--library", library).stdout.splitlines()
    assert "  1,234 calls this month, 6,234 in all" in shop
    assert "  0 calls this month, 0 in all" in idle
    shop, idle = json.loads(call("keys", "list", "--library", library, "--json").stdout)
    assert (shop["calls"], shop["calls_in_all"]) == (1234, 6234)
    assert shop["calls_by_month"] == {"2019-02": 5000, this_month: 1234}
    assert set(shop) == {
        *("id", "name", "hint", "created", "revoked", "tps", "monthly"),
        *("calls", "calls_in_all", "calls_by_month"),
    }
    assert (idle["calls"], idle["calls_in_all"], idle["calls_by_month"]) == (0, 0, {})


@pytest.mark.parametrize("by", ["number", "name", "key"])
def test_a_key_is_revoked_by_its_number_its_name_or_itself(library: Path, by: str, call: Call) -> None:
    secret = call("keys", "create", "--library", library, "--name", "shop").stdout.strip()
    which = {"number": "1", "name": "shop", "key": secret}[by]
    assert call("keys", "revoke", which, "--library", library).stderr == "1 revoked\n"
    with Library(Settings(library=library)) as opened:
        (key,) = opened.keys.all()
    assert key.revoked is not None
    assert error_of(call("keys", "revoke", which, "--library", library)) == (
        1,
        f"vizsla: there is no valid key {which!r}: see `vizsla keys list`",
    )


@pytest.mark.parametrize("command", [["create"], ["list"], ["revoke", "1"]])
def test_where_there_is_no_library_there_are_no_keys(
    library_directory: Path, command: list[str], call: Call
) -> None:
    code, message = error_of(call("keys", *command, "--library", library_directory))
    assert code == 1
    assert message == (
        f"vizsla: there is no library in {library_directory}: "
        "make one with `vizsla add FOLDER`, or name another with --library"
    )
    assert not library_directory.exists()


@pytest.mark.parametrize("wrong", [["--tps", "0"], ["--tps", "many"], ["--monthly", "9" * 30]])
def test_a_limit_that_is_none_is_wrong_usage(shared_library: Path, wrong: list[str], call: Call) -> None:
    code, message = error_of(call("keys", "create", "--library", shared_library, *wrong))
    assert code == 2
    assert wrong[0] in message
