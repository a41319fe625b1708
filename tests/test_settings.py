from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vizsla.settings import DEFAULT_LIBRARY, Settings, SettingsError, load


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default library is relative; no file of the machine may speak in these tests."""
    monkeypatch.chdir(tmp_path)


def file_in(library: Path, text: str | bytes) -> Path:
    library.mkdir(parents=True, exist_ok=True)
    file = library / "vizsla.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def refused(options: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load(options, environment or {})
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_without_anything_the_defaults_hold() -> None:
    assert load({}, {}) == Settings()
    assert load({}, {}).library == DEFAULT_LIBRARY


def test_each_place_is_overruled_by_the_next(tmp_path: Path) -> None:
    text = "port = 1\nhost = 'file'\nencoder = 'file'"
    environment = {"VIZSLA_PORT": "2", "VIZSLA_HOST": "environment"}
    file_in(DEFAULT_LIBRARY, text)
    settings = load({"port": 3}, environment)
    assert (settings.port, settings.host, settings.encoder) == (3, "environment", "file")
    assert settings.threads == Settings().threads


@pytest.mark.parametrize("by", ["option", "environment"])
def test_the_file_is_looked_for_in_the_library_that_was_chosen(tmp_path: Path, by: str) -> None:
    file_in(DEFAULT_LIBRARY, "port = 1")
    file_in(tmp_path / "other", "port = 2")
    other = str(tmp_path / "other")
    settings = load({"library": other}, {}) if by == "option" else load({}, {"VIZSLA_LIBRARY": other})
    assert settings.port == 2
    assert settings.library == tmp_path / "other"


def test_a_file_that_the_environment_names_is_read_instead(tmp_path: Path) -> None:
    file_in(DEFAULT_LIBRARY, "port = 1\nhost = 'library'")
    named = file_in(tmp_path / "etc", "port = 2")
    settings = load({}, {"VIZSLA_SETTINGS": str(named)})
    assert (settings.port, settings.host) == (2, Settings().host)


def test_a_named_file_that_is_not_there_is_an_error() -> None:
    assert "gone.toml" in refused({}, {"VIZSLA_SETTINGS": "gone.toml"})


def test_options_that_were_not_given_and_empty_variables_count_as_absent() -> None:
    assert load({"port": None, "library": None}, {"VIZSLA_HOST": "", "VIZSLA_SETTINGS": ""}) == Settings()


def test_variables_that_are_no_settings_are_left_alone() -> None:
    assert (
        load({}, {"VIZSLA_KEY": "k", "VIZSLA_ENDPOINT": "http://x", "PORT": "5", "vizsla_port": "5"})
        == Settings()
    )


def test_every_field_can_be_set_in_every_place() -> None:
    networks = ("10.0.0.0/8", "fd00::/8")
    other: dict[str, Any] = {
        field.name: {bool: not field.default, int: 7}.get(type(field.default), "/elsewhere")
        for field in msgspec.structs.fields(Settings)
        if field.name != "library"
    }
    other |= dict.fromkeys(("cors_origins", "trusted_proxies", "fetch_networks", "providers"), networks)
    other["encoder_floor"] = 0.3
    other["strict_markets"] = ("de-DE", "en-IN")
    paths = dict.fromkeys(("tls_certificate", "tls_key"), Path("/elsewhere"))
    expected = Settings(**other | paths)
    changed = msgspec.structs.asdict(expected).items() - msgspec.structs.asdict(Settings()).items()
    assert dict(changed) == other | paths
    assert load(other, {}) == expected
    written = {name: ",".join(v) if isinstance(v, tuple) else str(v) for name, v in other.items()}
    assert load({}, {f"VIZSLA_{name.upper()}": value for name, value in written.items()}) == expected
    file_in(
        DEFAULT_LIBRARY, "\n".join(f"{name} = {msgspec.json.encode(v).decode()}" for name, v in other.items())
    )
    assert load({}, {}) == expected


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_switches_are_words_or_digits_in_the_environment(text: str, value: bool) -> None:
    assert load({}, {"VIZSLA_ANONYMOUS": text}).anonymous is value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "eighty"),
        ("port", "-1"),
        ("port", "65536"),
        ("anonymous", "perhaps"),
        ("threads", "-1"),
        ("threads", "1.5"),
        ("max_file_bytes", "0"),
        ("max_pixels", "many"),
        ("fetch_networks", "home"),
        ("fetch_networks", "10.0.0.0/8, 10.0.0.1/8"),
        ("strict_markets", "de-DE, Bavaria"),
    ],
)
def test_a_bad_value_is_named_with_the_place_it_came_from(name: str, value: str) -> None:
    for message, place in (
        (refused({name: value}), "the options"),
        (refused({}, {f"VIZSLA_{name.upper()}": value}), "the environment"),
    ):
        assert f"`$.{name}`" in message
        assert place in message
    file = file_in(DEFAULT_LIBRARY, f"{name} = '{value}'")
    assert f"`$.{name}`" in refused()
    assert str(file) in refused()


@pytest.mark.parametrize("text", ["10.0.0.0/8,fd00::/8", " 10.0.0.0/8 , fd00::/8, "])
def test_a_list_is_separated_by_commas_where_there_are_no_lists(text: str) -> None:
    assert load({}, {"VIZSLA_FETCH_NETWORKS": text}).fetch_networks == ("10.0.0.0/8", "fd00::/8")


@pytest.mark.parametrize("value", ["5", "[5]", "{a = 1}", "['home']", "[['10.0.0.0/8']]"])
def test_a_list_of_something_else_is_an_error(value: str) -> None:
    file_in(DEFAULT_LIBRARY, f"fetch_networks = {value}")
    assert "`$.fetch_networks" in refused()


def test_a_bad_value_is_an_error_even_where_a_later_place_overrules_it() -> None:
    assert "the environment" in refused({"port": 1}, {"VIZSLA_PORT": "x"})


@pytest.mark.parametrize("value", ["5", "['a']", "true"])
def test_a_library_that_is_no_path_is_an_error(value: str) -> None:
    file_in(DEFAULT_LIBRARY, f"library = {value}")
    assert "`$.library`" in refused()


def test_an_unknown_name_is_an_error_that_names_it() -> None:
    assert "`prot`" in refused({"prot": 1})
    file = file_in(DEFAULT_LIBRARY, "prot = 1")
    assert "`prot`" in refused()
    assert str(file) in refused()


@pytest.mark.parametrize("content", [b"port = ", b"port = 1\nport = 2", b"\xff\xfe", b"host = 'a\0b'"])
def test_a_file_that_is_not_toml_is_an_error_that_names_it(content: bytes) -> None:
    file = file_in(DEFAULT_LIBRARY, content)
    message = refused()
    assert str(file) in message
    assert "TOML" in message


def test_a_folder_in_place_of_the_file_is_an_error() -> None:
    (DEFAULT_LIBRARY / "vizsla.toml").mkdir(parents=True)
    assert "vizsla.toml" in refused()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load({}, {}).port = 1  # type: ignore[misc]
