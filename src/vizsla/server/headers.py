"""Response headers of the contract, and their capitals (v7 reference, section 3)."""

from __future__ import annotations

import re
import secrets
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from .accepting import qualities

_CLIENT_ID: Final = re.compile(r"[0-9A-Za-z-]{8,64}")


class _Cased(bytes):
    """A header name that keeps its capitals: published samples compare them, the ASGI server would lower them."""

    def lower(self) -> bytes:
        return self


CLIENT_ID: Final = _Cased(b"X-MSEdge-ClientID")
TRACE_ID: Final = _Cased(b"BingAPIs-TraceId")
MARKET: Final = _Cased(b"BingAPIs-Market")

EXPOSED: Final = (
    "X-MSEdge-ClientID",
    "BingAPIs-TraceId",
    "BingAPIs-Market",
    "BingAPIs-SessionId",
    "Retry-After",
)
"""What a page of another origin may read of an answer."""

FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}
"""For what is named by its content: such an address never leads to anything else."""

FRESH: Final = {"Cache-Control": "private, max-age=0", "Vary": "Accept"}
"""For answers of the API: they belong to the caller's key, and the library may change at any time."""

JSON: Final = "application/json; charset=utf-8"
JSON_LD: Final = "application/ld+json; charset=utf-8"

CONTEXT: Final = b'{"@context":{"@vocab":"https://schema.org/","_type":"@type"},'
"""What makes an answer JSON-LD: its types and most of its fields have schema.org's names."""


def api_response(request: Request, body: bytes, *, status: int = 200, market: str | None = None) -> Response:
    """An answer of the API: JSON, or with success JSON-LD for callers who ask for it by name.

    Args:
        body: an object as JSON, not empty.
    """
    linked = status == 200 and wants_json_ld(request.headers.get("accept", ""))
    content, media_type = (CONTEXT + body[1:], JSON_LD) if linked else (body, JSON)
    response = Response(content, status, media_type=media_type, headers=FRESH)
    if market:
        response.raw_headers.append((MARKET, market.encode("ascii")))
    return response


def wants_json_ld(accept: str) -> bool:
    """Whether an `Accept` header names JSON-LD, and plain JSON is not as welcome."""
    asked = qualities(accept)
    linked = asked.get("application/ld+json", 0.0)
    if "application/json" in asked:
        return linked > asked["application/json"]
    return linked > 0 and linked >= max(asked.get("application/*", 0.0), asked.get("*/*", 0.0))


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
