"""Smaller answers for callers that take them so."""

from __future__ import annotations

import zlib
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .accepting import qualities

LEVEL: Final = 1
"""Of zlib; 6 takes several times as long for a tenth less: `python -m benchmarks.compression`."""

LEAST_BYTES: Final = 1_000
"""What fits into one packet gains nothing."""

TYPES: Final = (b"application/json", b"application/ld+json", b"text/html")
"""Pictures are compressed already; the few other files are small."""

_GZIP: Final = 16 + zlib.MAX_WBITS


class Compression:
    """Compresses JSON and HTML that is sent in one piece."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = qualities(Headers(scope=scope).get("accept-encoding", "")).get("gzip", 0) > 0
        held: Message | None = None

        async def compressed(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _can_be(message):
                held = message
                return
            if held:
                start, held = held, None
                start, message = _pair(start, message, taken=taken)
                await send(start)
            await send(message)

        await self._app(scope, receive, compressed)


def gzip(body: bytes) -> bytes:
    """What `gzip` means as a `Content-Encoding`."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(body) + packer.flush()


def _can_be(start: Message) -> bool:
    headers = dict(start.get("headers", ()))
    return (
        headers.get(b"content-type", b"").startswith(TYPES)
        and int(headers.get(b"content-length", 0)) >= LEAST_BYTES
        and b"content-encoding" not in headers
    )


def _pair(start: Message, body: Message, *, taken: bool) -> tuple[Message, Message]:
    """Both messages of an answer; caches learn in any case that there is another form."""
    headers = [*start["headers"], (b"vary", b"Accept-Encoding")]
    if not taken or body.get("more_body"):
        return {**start, "headers": headers}, body
    packed = gzip(body["body"])
    headers = [pair for pair in headers if pair[0] != b"content-length"]
    headers += [(b"content-encoding", b"gzip"), (b"content-length", str(len(packed)).encode())]
    return {**start, "headers": headers}, {**body, "body": packed}
