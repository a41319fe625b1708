"""One question and its answer, over a connection that stands."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpcore
import msgspec

from vizsla import __version__

from .address import Address
from .connection import broken_off, too_large
from .errors import FetchError

USER_AGENT = f"vizsla/{__version__}"
"""Who asks, so that the owner of a site can turn us away."""

CRUMB = 256
"""Bytes. Reading a part takes about as long however small it is, so a body of many smaller ones than this is not read on."""

CRUMBS = 1_024
"""Parts that may be smaller in any case: an answer that is written bit by bit."""

_PACKED = frozenset(("gzip", "x-gzip", "deflate"))
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    media_type: str
    body: bytes
    location: str | None
    """Where to ask instead; the rest says nothing then."""


def ask(stream: httpcore.NetworkStream, address: Address, *, accept: str, max_bytes: int) -> Answer:
    """One GET.

    Raises:
        FetchError: no answer of at most `max_bytes` came, or none with a good status.
    """
    with httpcore.HTTP11Connection(_origin(address), stream) as connection:
        with _as_web_server():
            response = connection.handle_request(_request(address, accept))
        headers = _headers(response)
        location = headers.get("location")
        if response.status in _REDIRECTS and location:
            return Answer(response.status, "", b"", location)
        if not 200 <= response.status < 300:
            detail = f"its server answered with status {response.status}; check the address"
            raise FetchError("not found", detail, response.status)
        body = _body(response, headers, max_bytes)
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answer(response.status, media_type, body, None)


def _origin(address: Address) -> httpcore.Origin:
    return httpcore.Origin(address.scheme.encode(), address.host.encode(), address.port)


def _request(address: Address, accept: str) -> httpcore.Request:
    url = httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target)
    headers = [
        ("Host", address.authority),
        ("User-Agent", USER_AGENT),
        ("Accept", accept),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
    return httpcore.Request("GET", url, headers=headers)


def _headers(response: httpcore.Response) -> dict[str, str]:
    """By name in lower case; the first of each. Addresses with other characters than ASCII are UTF-8, as browsers read them."""
    return {
        name.decode("ascii").lower(): value.decode("utf-8", "replace")
        for name, value in reversed(response.headers)
    }


@contextmanager
def _as_web_server() -> Iterator[None]:
    try:
        yield
    except httpcore.ProtocolError as error:
        raise FetchError(
            "not understood", "what answers there is no web server, or it hung up; check the address"
        ) from error


def _body(response: httpcore.Response, headers: dict[str, str], max_bytes: int) -> bytes:
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise too_large()
    assert isinstance(response.stream, Iterable)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    try:
        parts = _few(response.stream, CRUMBS + max_bytes // CRUMB)
        return _gathered(_unpacked(parts, encoding, max_bytes), max_bytes)
    except (httpcore.ProtocolError, zlib.error) as error:
        raise broken_off() from error


def _gathered(parts: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > max_bytes:
            raise too_large()
    return bytes(body)


def _few(parts: Iterable[bytes], most: int) -> Iterator[bytes]:
    for number, part in enumerate(parts):
        if number == most:
            raise FetchError("not understood", "its server sends the answer in crumbs")
        yield part


def _unpacked(parts: Iterable[bytes], encoding: str, max_bytes: int) -> Iterable[bytes]:
    """Some servers compress though they were asked not to."""
    if encoding in ("", "identity"):
        return parts
    if encoding not in _PACKED:
        raise FetchError("not understood", "its server packs the answer in a way that was not asked for")
    return _inflated(parts, max_bytes)


def _inflated(parts: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """At most one byte more than `max_bytes` at a time, however much is packed into a part."""
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    for part in parts:
        yield unpacker.decompress(part, max_bytes + 1)
        if unpacker.eof:
            return
    if not unpacker.eof:
        raise broken_off()
