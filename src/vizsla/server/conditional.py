"""Conditional requests: whether the caller already has what it asks for (RFC 9110, section 13.1.2)."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request

_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def has(request: Request, etag: str) -> bool:
    """Whether `If-None-Match` names `etag`, strong or weak, perhaps among others."""
    return etag in _TAG.findall(_named(request))


def has_any(request: Request) -> bool:
    """Whether `If-None-Match` is `*`: anything that exists will do."""
    return _named(request).strip() == "*"


def _named(request: Request) -> str:
    return ",".join(request.headers.getlist("if-none-match"))
