"""Settings by option, environment and file, as commands see them; wrong ones end in one clear line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from library.pictures import make_many
from vizsla.settings import Settings

from .command import Call, error_of, serving


def test_the_library_is_named_by_option_else_environment_else_it_is_beside_you(
    shared_library: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(*options: str | Path) -> str:
        said: str = json.loads(call("status", "--json", *options).stdout)["library"]
        return said

    default = tmp_path / "vizsla-library"
    default.symlink_to(shared_library)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIZSLA_LIBRARY", raising=False)
    assert found() == "vizsla-library"
    monkeypatch.setenv("VIZSLA_LIBRARY", str(default))
    assert found() == str(default)
    assert found("--library", shared_library) == str(shared_library)


def test_settings_of_the_file_hold_unless_the_environment_says_otherwise(library: Path, call: Call) -> None:
    (library / "vizsla.toml").write_text('anonymous = true\npublic_url = "https://file.example"\n')
    with serving(library, VIZSLA_PUBLIC_URL="https://variable.example") as (address, _):
        answer = json.loads(call("search", "picture", "--endpoint", address, "--json").stdout)
    assert answer["value"][0]["thumbnailUrl"].startswith("https://variable.example/th?")


WRONG = {
    "encoder": "no-such-encoder",
    "encoder_floor": "high",
    "workers": "-1",
    "store": "no database",
    "state": "no database",
    "blobs": "no-such-scheme://bucket",
    "limits": "no-such-scheme://",
    "host": "no such host",
    "port": "70000",
    "public_url": "nowhere",
    "anonymous": "perhaps",
    "originals": "perhaps",
    "pages": "perhaps",
    "threads": "-1",
    "max_file_bytes": "some",
    "max_pixels": "-5",
    "max_upload_bytes": "0",
    "query_log": "perhaps",
    "fetch": "perhaps",
    "fetch_networks": "10.0.0.0/99",
    "strict_markets": "nowhere",
    "cors_origins": "example.org",
    "compression": "perhaps",
    "access_log": "perhaps",
    "tls_certificate": "no-such-file",
    "tls_key": "no-such-file",
    "https_only": "perhaps",
    "trusted_proxies": "nobody",
}


def test_every_setting_that_can_be_wrong_is_tried() -> None:
    untried = {"library", "providers"}  # of the second the bundled encoder asks nothing
    assert WRONG.keys() | untried == set(Settings.__struct_fields__)


@pytest.mark.parametrize("setting", WRONG)
def test_a_wrong_setting_in_the_environment_is_told_in_one_line(
    shared_library: Path, tmp_path: Path, call: Call, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = (make_many(tmp_path / "photos", 1), "--library", tmp_path / "fresh")
    command = {
        "encoder": ("add", *fresh),
        "blobs": ("add", *fresh),
        "state": ("keys", "list", "--library", shared_library),
    }.get(setting, ("serve", "--library", shared_library))
    monkeypatch.setenv(f"VIZSLA_{setting.upper()}", WRONG[setting])
    code, message = error_of(call(*command))
    assert code in (1, 2)
    assert WRONG[setting] in message or setting in message, message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("port = ", "cannot be read as TOML"),
        ("\xff", "port"),
        ("prot = 8000", "prot"),
        ('port = "many"', "port"),
        ("port = [8000]", "port"),
        ("[library]", "library"),
    ],
)
def test_a_wrong_settings_file_is_named(library: Path, call: Call, content: str, says: str) -> None:
    file = library / "vizsla.toml"
    file.write_bytes(content.encode("latin-1"))
    code, message = error_of(call("status", "--library", library))
    assert code == 1
    assert str(file) in message
    assert says in message or content == "\xff"


def test_a_settings_file_that_is_named_must_exist(
    shared_library: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIZSLA_SETTINGS", "/no/such/file.toml")
    code, message = error_of(call("status", "--library", shared_library))
    assert code == 1
    assert "/no/such/file.toml" in message


@pytest.mark.parametrize(
    "command", [["add", "{photos}"], ["status"], ["search", "dog"], ["serve"], ["check"]]
)
def test_a_library_that_is_a_file_is_told(photos: Path, call: Call, command: list[str]) -> None:
    file = photos / "picture-000.png"
    arguments = [part.format(photos=photos) for part in command]
    code, message = error_of(call(*arguments, "--library", file))
    assert code == 1
    assert str(file) in message
