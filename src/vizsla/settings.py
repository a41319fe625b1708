"""One typed settings object, filled from defaults, then a file, then the environment, then options.

The file is `vizsla.toml` in the library's directory, or the one that `VIZSLA_SETTINGS` names. Each field is read from
the environment as `VIZSLA_` and its name in capitals, the items of a list separated by commas.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin

import msgspec

from vizsla.wire import MARKETS

DEFAULT_LIBRARY = Path("vizsla-library")
IN_MEMORY: Final = "memory://"


class SettingsError(Exception):
    """A setting is unknown or has a wrong value; the message names it and where it came from."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything an owner can choose. URLs left out are places inside the library's directory."""

    library: Path = DEFAULT_LIBRARY
    encoder: str | None = None
    """What a new library is made with, default `bundled`; later the library remembers it. What `vizsla reencode` leads to;
    default: what the library is getting, or has."""
    encoder_floor: float | None = None
    """Inner product of a text and a picture below which they have nothing to do with each other, for an encoder that is
    not bundled; default: what is known of it."""
    providers: tuple[str, ...] = ()
    """Execution providers of onnxruntime for such an encoder, such as `cuda`, the best first; none: the processor."""
    store: str | None = None
    """SQLAlchemy URL of the truth; default SQLite `records.db`."""
    state: str | None = None
    """SQLAlchemy URL of keys, usage, asked queries and subsets; default SQLite `state.db`."""
    blobs: str | None = None
    """obstore URL of the thumbnails; default the directory `blobs`."""
    limits: str = IN_MEMORY
    """`limits` URL where requests per second are counted: `memory://`, or `redis://...` or `valkey://...` for several
    servers."""
    query_log: bool = True
    """Count what is asked, without who asks: trending and related searches are made of it."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8000
    workers: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0
    """Processes that answer requests; 0: one per core, but not more than four."""
    public_url: str | None = None
    """How the outside reaches the server; addresses in answers begin with it. Default: the `Host` header."""
    anonymous: bool = False
    """Answer without a key: for private networks."""
    originals: bool = True
    """Serve originals under `/content/` to whoever knows an image's id."""
    pages: bool = True
    """Serve the pages for people, without a key."""
    cors_origins: tuple[str, ...] | None = None
    """Origins such as `https://www.example.org` whose pages may call the API from a browser; `*`: all; none: no other.
    Default: all where a key is asked for, none where `anonymous`, so that no page can look into a private network."""
    compression: bool = True
    """Send JSON and HTML compressed to callers that take it."""
    access_log: bool = False
    """Log every request, not only those that failed. Neither keys nor query texts are logged."""
    max_upload_bytes: Annotated[int, msgspec.Meta(ge=1)] = 1_048_576
    """Larger pictures cannot be posted."""

    tls_certificate: Path | None = None
    """PEM file of the certificate and what leads to its root: serve HTTPS. Goes with `tls_key`."""
    tls_key: Path | None = None
    """PEM file of the certificate's key, without a password."""
    https_only: bool = False
    """Refuse plain HTTP, other than health checks."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose `X-Forwarded-Proto` and `X-Forwarded-For` are believed."""

    strict_markets: tuple[str, ...] = ()
    """Markets, such as `de-DE`, in which `safeSearch` is always `Strict`, whatever is asked."""

    fetch: bool = True
    """Fetch images that callers name by address; off: such calls are refused."""
    fetch_networks: tuple[str, ...] = ()
    """Networks, such as `10.0.0.0/8`, that may be fetched from although they are not public."""

    threads: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Decoding threads while adding; 0: one per core."""
    max_file_bytes: Annotated[int, msgspec.Meta(ge=1)] = 100_000_000
    """Larger files are not read."""
    max_pixels: Annotated[int, msgspec.Meta(ge=1)] = 1_000_000_000
    """Larger pictures are not decoded."""

    def __post_init__(self) -> None:
        for network in self.fetch_networks:
            _check_network(network)
        for market in self.strict_markets:
            if market not in MARKETS:
                raise ValueError(f"{market!r} is no market, write it as de-DE - at `$.strict_markets`")


def load(options: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from all places; an option that is `None` was not given.

    Raises:
        SettingsError: unknown name or wrong value, with where it stands.
    """
    env = os.environ if environment is None else environment
    chosen = {name: value for name, value in (options or {}).items() if value is not None}
    variables = _variables(env)
    library = Path(chosen.get("library") or variables.get("library") or DEFAULT_LIBRARY)
    named = env.get("VIZSLA_SETTINGS")
    file = Path(named or library / "vizsla.toml")
    if named and not file.exists():
        raise SettingsError(f"there is no file {named!r}, which VIZSLA_SETTINGS names")
    settings = Settings()
    for origin, values in ((str(file), _read(file)), ("the environment", variables), ("the options", chosen)):
        settings = _overlay(settings, values, origin)
    return settings


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """`VIZSLA_...` variables that are settings; empty ones count as absent."""
    fields = Settings.__struct_fields__
    return {name: value for name in fields if (value := environment.get(f"VIZSLA_{name.upper()}", ""))}


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read as TOML: {error}") from error


def _overlay(settings: Settings, values: Mapping[str, Any], origin: str) -> Settings:
    merged = msgspec.structs.asdict(settings) | {name: _listed(name, value) for name, value in values.items()}
    try:
        return msgspec.convert(merged, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except (msgspec.ValidationError, TypeError) as error:
        raise SettingsError(f"a setting from {origin} is wrong: {error}") from error


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple or any(_is_list(part) for part in get_args(kind))


_LISTS: Final = {field.name for field in msgspec.structs.fields(Settings) if _is_list(field.type)}


def _listed(name: str, value: Any) -> Any:
    """A list may be written as one text with commas, as in the environment, which knows nothing else."""
    if name in _LISTS and isinstance(value, str):
        return [part for item in value.split(",") if (part := item.strip())]
    return value


def _check_network(network: str) -> None:
    """Raises `ValueError`, in the words of msgspec, which says so of every other field."""
    try:
        ip_network(network)
    except ValueError as error:
        raise ValueError(f"{error}, write it as 10.0.0.0/8 - at `$.fetch_networks`") from error
