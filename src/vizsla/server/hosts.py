"""How callers reach us, so that our addresses in answers lead back."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request

from vizsla.search import Addresses

_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


class Hosts:
    """The base of our addresses: the owner's public URL, else the `Host` that the caller used.

    Args:
        public_url: `None`: not given.
    """

    def __init__(self, public_url: str | None) -> None:
        self._public = Addresses(public_url.rstrip("/")) if public_url else None

    def addresses(self, request: Request) -> Addresses:
        if self._public:
            return self._public
        host = request.headers.get("host", "")
        if not _HOST.fullmatch(host):
            server = request.scope.get("server") or ("127.0.0.1", None)
            host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
        return Addresses(f"{request.scope['scheme']}://{host}")
