"""How answers are written: what every part of every answer has in common.

Each field of an answer is written once, for the server that encodes and the client that decodes. Names become
camelCase on the wire. Three kinds of fields, told by their default:

- `always(..)`, or made by a function: written in every answer, because documented or dereferenced by a published client;
- `= None`, or made by `list`: left out when there is nothing to say;
- all have a default, so that any answer decodes, also one of the service's older generations.

Source: the v7 reference, section 6; which fields clients need: checklist of "bing-sdks-and-samples", rows 6 and 7.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

_Value = TypeVar("_Value", str, int, float)
_Decoded = TypeVar("_Decoded", bound=msgspec.Struct)


def always(value: _Value) -> _Value:
    """A default that is written nevertheless: msgspec leaves out a default, but not what a function made."""
    made: _Value = msgspec.field(default_factory=lambda: value)
    return made


def empty() -> list[Any]:
    """An empty list that is written nevertheless: msgspec leaves out what `list` itself made."""
    return []


class Answer(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """Common to all parts of an answer. Unknown fields are ignored."""


_encoder: Final = msgspec.json.Encoder()


def encode(answer: msgspec.Struct) -> bytes:
    """The JSON of an answer: UTF-8, no byte order mark."""
    return _encoder.encode(answer)


def tolerant(kind: type[_Decoded]) -> Callable[[bytes], _Decoded]:
    """A reader of answers of a kind.

    Unknown fields are ignored, missing and null ones get their default, numbers may be strings. It raises
    `msgspec.DecodeError` if the body is not JSON, or is another answer.
    """
    decoder = msgspec.json.Decoder(kind, strict=False)

    def read(body: bytes) -> _Decoded:
        try:
            return _patient(decoder, kind, body)
        except (UnicodeDecodeError, RecursionError) as reason:
            raise msgspec.DecodeError(f"The body cannot be read: {reason}") from reason

    return read


def _patient(decoder: msgspec.json.Decoder[_Decoded], kind: type[_Decoded], body: bytes) -> _Decoded:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        return msgspec.convert(_without_nulls(msgspec.json.decode(body)), kind, strict=False)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [_without_nulls(entry) for entry in value if entry is not None]
    return value
