"""How long an address and how large the headers may be."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from vizsla.wire import MAX_URL_LENGTH, HeadTooLarge, UrlTooLong

MAX_HEADERS: Final = 65_536
"""Bytes of names and values: what common servers and proxies take at most."""


class HeadLimit:
    """Refuses longer ones, before anything reads them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if _url_length(scope) > MAX_URL_LENGTH:
                raise UrlTooLong
            if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS:
                raise HeadTooLarge(MAX_HEADERS)
        await self._app(scope, receive, send)


def _url_length(scope: Scope) -> int:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    parts = (scope["scheme"], "://", host, scope["raw_path"], "?", scope["query_string"])
    return sum(map(len, parts))
