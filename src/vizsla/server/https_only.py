"""HTTPS or nothing, if the owner wants it so."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from vizsla.wire import HttpNotAllowed

EXEMPT: Final = frozenset({"/healthz", "/readyz"})
"""Asked by machines beside the server, past the proxy that has the certificate."""


class HttpsOnly:
    """Refuses plain HTTP (v7 reference, section 1.3)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["scheme"] != "https" and scope["path"] not in EXEMPT:
            raise HttpNotAllowed
        await self._app(scope, receive, send)
