"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

if TYPE_CHECKING:
    from vizsla.library import Library

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", metavar="DIR", help="The library; default VIZSLA_LIBRARY, else ./vizsla-library."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def open_library(library: Path | None, **options: object) -> Library:
    """The library that options, environment and file name."""
    from vizsla.library import Library
    from vizsla.settings import load

    return Library(load({"library": library, **options}))


def http_address(text: str | None) -> str | None:
    """Check an option that is an address."""
    if text and not _is_http(text):
        raise typer.BadParameter(f"{text!r} is not an address such as https://www.example.org/pictures")
    return text


def _is_http(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
