"""Response headers of the contract, and their capitals (v7 reference, section 3)."""

from __future__ import annotations

import re
import secrets
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

_CLIENT_ID: Final = re.compile(r"[0-9A-Za-z-]{8,64}")


class _Cased(bytes):
    """A header name that keeps its capitals: published samples compare them, the ASGI server would lower them."""

    def lower(self) -> bytes:
        return self


CLIENT_ID: Final = _Cased(b"X-MSEdge-ClientID")
TRACE_ID: Final = _Cased(b"BingAPIs-TraceId")
MARKET: Final = _Cased(b"BingAPIs-Market")

FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}
"""For what is named by its content: such an address never leads to anything else."""

JSON: Final = "application/json; charset=utf-8"


def api_response(request: Request, body: bytes, *, status: int = 200, market: str | None = None) -> Response:
    """An answer of the API with its identifying headers."""
    response = Response(body, status, media_type=JSON)
    names = [(CLIENT_ID, client_id(request)), (TRACE_ID, trace_id(request))]
    if market:
        names.append((MARKET, market))
    response.raw_headers.extend((name, value.encode("ascii")) for name, value in names)
    return response


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """Names and values of the query string, in the order sent; bytes that are not UTF-8 become U+FFFD."""
    query: bytes = request.scope["query_string"]
    return parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")


def client_id(request: Request) -> str:
    """The caller's own id, if it sent a sensible one, else a new one."""
    sent = request.headers.get("x-msedge-clientid", "")
    return sent if _CLIENT_ID.fullmatch(sent) else secrets.token_hex(16).upper()


def trace_id(request: Request) -> str:
    """One id per request, for the answer and the log."""
    if not hasattr(request.state, "trace_id"):
        request.state.trace_id = secrets.token_hex(16).upper()
    found: str = request.state.trace_id
    return found
