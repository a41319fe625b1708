"""Which pages of other origins may call the API from a browser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from vizsla.settings import Settings, SettingsError
from vizsla.wire import FAULTS, InvalidRequest

from .headers import EXPOSED, JSON

METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")

REMEMBERED_SECONDS: Final = 7200
"""How long a browser need not ask again; Chromium's upper bound."""

_ORIGIN: Final = re.compile(r"\*|null|https?://[A-Za-z0-9.\[\]:_-]+")


class Cors(CORSMiddleware):
    """CORS below some paths, also for what is refused there; elsewhere browsers keep other origins out.

    Cookies are never taken, so that a page of any origin can do no more than the key that it has.

    Args:
        paths: beginnings of paths.
    """

    def __init__(self, app: ASGIApp, *, origins: Sequence[str], paths: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=["*"],
            expose_headers=EXPOSED,
            max_age=REMEMBERED_SECONDS,
        )
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._paths):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Nothing, or why not; for that the base class has texts."""
        answer = super().preflight_response(request_headers)
        headers = {name: value for name, value in answer.headers.items() if not name.startswith("content-")}
        if answer.status_code == 200:
            return Response(status_code=204, headers=headers)
        error = InvalidRequest(FAULTS["Malformed"], message=bytes(answer.body).decode())
        return Response(error.encode(), error.status, media_type=JSON, headers=headers)


def origins_of(settings: Settings) -> tuple[str, ...]:
    """The origins that the owner named, or the default.

    Without keys the default is none: else any page that somebody on a private network visits could look into the library.

    Raises:
        SettingsError: something named is no origin.
    """
    if settings.cors_origins is None:
        return () if settings.anonymous else ("*",)
    for origin in settings.cors_origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(f"cors_origins: {origin!r} is not an origin such as https://www.example.org")
    return settings.cors_origins
