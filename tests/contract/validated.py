"""An application whose answers are judged by the published Swagger files on their way out."""

from __future__ import annotations

import gzip
import json
from functools import cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .swagger import Contract, present, root_of

FAULTS: list[str] = []
"""What was wrong with answers since somebody looked; an automatic fixture fails the test that caused it."""


class Validated:
    """Passes everything through, and notes in `FAULTS` what the Swagger files do not allow. Without the files: nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        judged = (
            present and scope["type"] == "http" and scope["method"] != "HEAD" and _of_the_api(scope["path"])
        )
        await self._app(scope, receive, _Judge(scope["path"], send) if judged else send)


class _Judge:
    """Judges one answer before its last part leaves, so that the caller cannot be faster."""

    def __init__(self, path: str, send: Send) -> None:
        self._path = path
        self._send = send
        self._status = 0
        self._encoding = b""
        self._linked = False
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = {name.lower(): value for name, value in message.get("headers", [])}
            self._encoding = headers.get(b"content-encoding", b"")
            self._linked = headers.get(b"content-type", b"").startswith(b"application/ld+json")
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                self._judge()
        await self._send(message)

    def _judge(self) -> None:
        body = gzip.decompress(self._body) if self._encoding == b"gzip" else self._body
        if self._status in (204, 304):
            return
        answer = json.loads(body)
        if self._linked:
            del answer["@context"]  # what JSON-LD is more than JSON, which alone the Swagger describes
        found = _contract().faults(self._path, self._status, answer)
        FAULTS.extend(f"{self._status} {self._path} {fault}" for fault in found)


def _of_the_api(path: str) -> bool:
    try:
        return bool(root_of(path)) and "/v7" in path
    except KeyError:
        return False


@cache
def _contract() -> Contract:
    return Contract()
