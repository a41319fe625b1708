"""Encoders: pairs of towers that put pictures and words into one space. Opening one loads what it needs.

EncoderError            an encoder could not be opened
|__ UnknownEncoder      there is none of that name
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from vizsla.encoders.seam import Encoder

_MODULES = {
    "bundled": "vizsla.encoders.bundled.encoder",
    "bundled-1": "vizsla.encoders.bundled.encoder",
}
"""Names that can be asked for, and the module whose `open_bundled` opens each."""


class EncoderError(Exception):
    """An encoder cannot be opened or does not do; the message says what to do."""


class UnknownEncoder(EncoderError):
    """There is no encoder of this name; the message says which there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no encoder {name!r}; choose one of: {', '.join(_MODULES)}")


def open_encoder(name: str = "bundled") -> Encoder:
    """Open an encoder by name.

    Raises:
        UnknownEncoder: there is none of that name.
        EncoderError: its files are missing or damaged.
    """
    if name not in _MODULES:
        raise UnknownEncoder(name)
    return cast("Encoder", import_module(_MODULES[name]).open_bundled())
