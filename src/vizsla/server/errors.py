"""Where what went wrong becomes an answer."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from vizsla.wire import FAULTS, InvalidRequest, MethodNotAllowed, NotFound, WireError

from .headers import api_response


def refusal(request: Request, error: WireError) -> Response:
    """The answer to a request that failed; why it failed is kept for the log."""
    request.state.refused = " ".join(
        filter(None, (error.error.code, error.error.sub_code, error.error.parameter))
    )
    response = api_response(request, error.encode(), status=error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _wire_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, WireError)
    return refusal(request, error)


async def _http_error(request: Request, error: Exception) -> Response:
    """What the router raises."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return refusal(request, NotFound())
    if error.status_code == 405:
        return _other_method(request, error)
    return refusal(request, InvalidRequest(FAULTS["Malformed"], more_details=error.detail))


def _other_method(request: Request, error: HTTPException) -> Response:
    """`OPTIONS` is answered at every address with the methods that there are; others are refused with them."""
    named = (error.headers or {}).get("Allow", "GET, HEAD")
    allow = {"Allow": ", ".join(sorted({*named.split(", "), "OPTIONS"}))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allow)
    response = refusal(request, MethodNotAllowed())
    response.headers.update(allow)
    return response


# Coroutines: Starlette takes anything else to a thread and back, which costs more than the answer.
HANDLERS: dict[type[Exception] | int, ExceptionHandler] = {
    WireError: _wire_error,
    HTTPException: _http_error,
}
