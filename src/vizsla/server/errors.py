"""The one place where what went wrong becomes an answer."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from vizsla.wire import (
    MAX_URL_LENGTH,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    ServerError,
    UrlTooLong,
    WireError,
)

from .headers import api_response, trace_id

log = logging.getLogger("vizsla")


def _wire_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, WireError)
    response = api_response(request, error.encode(), status=error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(request: Request, error: Exception) -> Response:
    """What the router raises."""
    assert isinstance(error, HTTPException)
    kinds: dict[int, WireError] = {404: NotFound(), 405: MethodNotAllowed()}
    response = _wire_error(
        request, kinds.get(error.status_code) or InvalidRequest.invalid("", "", error.detail)
    )
    response.headers.update(error.headers or {})
    return response


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("%s %r failed (trace %s)", request.method, request.url.path, trace_id(request), exc_info=error)
    return _wire_error(request, ServerError())


HANDLERS: dict[type[Exception] | int, ExceptionHandler] = {
    WireError: _wire_error,
    HTTPException: _http_error,
    Exception: _unexpected,
}


class UrlLimit:
    """Refuses URLs that are longer than the contract allows, before anything reads them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _url_length(scope) > MAX_URL_LENGTH:
            await _wire_error(Request(scope), UrlTooLong())(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _url_length(scope: Scope) -> int:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    parts = (scope["scheme"], "://", host, scope["raw_path"], "?", scope["query_string"])
    return sum(map(len, parts))
