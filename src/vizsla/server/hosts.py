"""How callers reach us, so that our addresses in answers lead back."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request

from vizsla.search import Addresses
from vizsla.settings import SettingsError

_HOST: Final = r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
_HOST_HEADER: Final = re.compile(_HOST)
_PUBLIC_URL: Final = re.compile(rf"https?://{_HOST}(?:/[\w.~%/-]*)?", re.ASCII)


class Hosts:
    """The base of our addresses: the owner's public URL, else the `Host` that the caller used.

    Args:
        public_url: `None`: not given.

    Raises:
        SettingsError: it is no http address.
    """

    def __init__(self, public_url: str | None) -> None:
        self._public = Addresses(_checked(public_url)) if public_url else None

    def addresses(self, request: Request) -> Addresses:
        if self._public:
            return self._public
        host = request.headers.get("host", "")
        if not _HOST_HEADER.fullmatch(host):
            host = _own(request)
        return Addresses(f"{request.scope['scheme']}://{host}")

    def homes(self, request: Request) -> frozenset[str]:
        """Beginnings of addresses that lead to this server, without their scheme, in lower case."""
        bases = {
            self.addresses(request).base.partition("://")[2],
            request.headers.get("host", ""),
            _own(request),
        }
        return frozenset(base.lower() for base in bases if base)


def _own(request: Request) -> str:
    """The address at which the request came in, for callers that do not say how they reached us."""
    host, port = request.scope["server"]
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}"


def _checked(public_url: str) -> str:
    if not _PUBLIC_URL.fullmatch(public_url):
        raise SettingsError(
            f"public_url {public_url!r} is not an address of a server: give it as https://pictures.example.org"
        )
    return public_url.rstrip("/")
