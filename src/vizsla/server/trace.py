"""Every answer can be told from every other, and found in the log."""

from __future__ import annotations

import logging
import time

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .headers import CLIENT_ID, TRACE_ID, client_id, trace_id

log = logging.getLogger("vizsla.access")

UNWATCHED = frozenset({"/healthz", "/readyz"})
"""Asked every few seconds by machines that read the answer: a failure there is not worth a line each time."""

LONGEST_PATH = 200
"""Characters of a path in the log."""


class Trace:
    """Gives every answer its headers of identity, and logs requests: those that failed, or all.

    Args:
        every: log also what went well.
    """

    def __init__(self, app: ASGIApp, *, every: bool) -> None:
        self._app = app
        self._every = every

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        started, status = time.perf_counter(), 0

        async def identified(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent = list(message.get("headers", ()))
                message = {**message, "headers": sent + identity(request, sent)}
            await send(message)

        try:
            await self._app(scope, receive, identified)
        finally:
            if self._every or _failed(request, status):
                log_request(request, status, time.perf_counter() - started)


def identity(request: Request, sent: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The trace id; the caller's id too, but not on what shared caches keep and give to others."""
    names: list[tuple[bytes, bytes]] = [(TRACE_ID, trace_id(request).encode())]
    if not any(name == b"cache-control" and value.startswith(b"public") for name, value in sent):
        names.append((CLIENT_ID, client_id(request).encode()))
    return names


def log_request(request: Request, status: int, seconds: float) -> None:
    """One line: method, path, status (0: the caller went away), milliseconds, trace id, key's number, reason.

    Never the key itself and never the query string: what people search for is theirs.
    """
    path = request.scope["raw_path"].decode("ascii", "backslashreplace")[:LONGEST_PATH]
    key = getattr(request.state, "key_id", None)
    log.log(
        logging.WARNING if status >= 500 else logging.INFO,
        "%s %s %d %.1f ms trace %s key %s %s",
        *(request.method, path, status, seconds * 1000, trace_id(request)),
        *("-" if key is None else key, getattr(request.state, "refused", "-")),
    )


def _failed(request: Request, status: int) -> bool:
    if status < 400 or request.scope["path"] in UNWATCHED:
        return False
    return not getattr(request.state, "logged", False)
