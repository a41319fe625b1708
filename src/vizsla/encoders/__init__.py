"""Encoders: pairs of towers that put pictures and words into one space. Opening one loads what it needs.

EncoderError            an encoder could not be opened
|__ UnknownEncoder      there is none of that name
|__ EncoderGone         there was one of that name in an earlier version
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import msgspec

if TYPE_CHECKING:
    from vizsla.encoders.onnx.reference import Reference
    from vizsla.encoders.seam import Encoder

BUNDLED = "bundled"
"""Opens the encoder that needs no download, whichever this version has."""

_MODULES = {
    BUNDLED: "vizsla.encoders.bundled.encoder",
    "bundled-3": "vizsla.encoders.bundled.encoder",
}
"""Names that can be asked for, and the module whose `open_bundled` opens each."""


_GONE = ("bundled-1", "bundled-2")
"""Encoders of earlier versions."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner may choose about encoders that are not bundled."""

    providers: tuple[str, ...] = ()
    """Execution providers of onnxruntime, such as `cuda`, the best first; none: the processor."""
    floor: float | None = None
    """`Encoder.floor`, in place of what is known of the model."""


_DEFAULT = Options()


class EncoderError(Exception):
    """An encoder cannot be opened or does not do; the message says what to do."""


class UnknownEncoder(EncoderError):
    """There is no encoder of this name; the message says which there are."""

    def __init__(self, name: str) -> None:
        from vizsla.encoders.onnx.models import MODELS

        super().__init__(
            f"there is no encoder {name!r}; choose one of: {', '.join((*_MODULES, *MODELS))}, a directory with a CLIP or "
            "SigLIP model in ONNX, or OWNER/REPOSITORY of the Hugging Face hub"
        )


class EncoderGone(EncoderError):
    """This version has no such encoder any more; the message says how to go on."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"this version of vizsla has no encoder {name!r} any more: choose {BUNDLED!r}, which is newer"
        )


def open_encoder(name: str = BUNDLED, *, options: Options = _DEFAULT) -> Encoder:
    """Open an encoder by name; what is not bundled is described in `vizsla.encoders.onnx.reference`.

    Raises:
        UnknownEncoder: there is none of that name.
        EncoderGone: there was one of that name in an earlier version.
        EncoderError: its files are missing or damaged, or cannot be had.
    """
    if name in _GONE:
        raise EncoderGone(name)
    if name in _MODULES:
        return cast("Encoder", import_module(_MODULES[name]).open_bundled())
    from vizsla.encoders.onnx.reference import read_reference

    reference = read_reference(name)
    if reference is None:
        raise UnknownEncoder(name)
    return _open_onnx(reference, options)


def _open_onnx(reference: Reference, options: Options) -> Encoder:
    if find_spec("tokenizers") is None:
        raise EncoderError(
            f"the encoder {reference.name} needs packages that are not installed: pip install 'vizsla[clip]'"
        )
    from vizsla.encoders.onnx.encoder import open_onnx

    return open_onnx(reference, options)
