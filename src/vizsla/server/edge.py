"""What every request passes on its way in, and every answer on its way out."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from vizsla.settings import Settings, SettingsError

from .compression import Compression
from .cors import Cors, origins_of
from .failures import Failures
from .head_limit import HeadLimit
from .https_only import HttpsOnly
from .trace import Trace


def middleware(settings: Settings, api: tuple[str, ...]) -> list[Middleware]:
    """From the outermost to the innermost.

    Whatever is refused or fails further in is answered by `Failures`, and that answer still gets the headers of `Cors` and
    `Trace`: without the former, browsers would hide from a page why its call was refused.

    Args:
        api: beginnings of the paths of the API.

    Raises:
        SettingsError: origins or proxies are none.
    """
    proxies, origins = _networks(settings.trusted_proxies), origins_of(settings)
    stack = [
        (True, Middleware(Trace, every=settings.access_log)),
        (bool(origins), Middleware(Cors, origins=origins, paths=api)),
        (True, Middleware(Failures)),
        (bool(proxies), Middleware(ProxyHeadersMiddleware, trusted_hosts=proxies)),
        (settings.compression, Middleware(Compression)),
        (settings.https_only, Middleware(HttpsOnly)),
        (True, Middleware(HeadLimit)),
    ]
    return [each for wanted, each in stack if wanted]


def _networks(trusted: Sequence[str]) -> list[str]:
    try:
        return [str(ip_network(text)) for text in trusted]
    except ValueError as error:
        raise SettingsError(
            f"trusted_proxies: {error}; name addresses or networks such as 10.0.0.0/8"
        ) from None
