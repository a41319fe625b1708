"""An address as somebody gave it -> where to connect and what to ask there.

Read once: the parts below are what is looked up, checked, connected to and sent. No other reader sees the text, so none can
understand it differently.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urljoin

import httpx
import msgspec

from .errors import FetchError

LONGEST: Final = 2_048
"""Characters, as the v7 contract bounds an address (section 14 of the reference)."""

DEFAULT_PORTS: Final = {"http": 80, "https": 443}

BAD_PORTS: Final = frozenset(
    (
        *(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566),
        *(6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    )
)
"""Ports from 1024 that no browser asks, because another protocol lives there (Fetch standard, "port blocking")."""

_HOST: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_ENDS_IN_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
"""Hosts that resolvers read as a number, in some notation (URL standard, "ends in a number")."""


class Address(msgspec.Struct, frozen=True):
    """A web address in parts, all of them plain ASCII."""

    scheme: str
    host: str
    """A name in lower case, or a number without brackets."""
    port: int
    target: str
    """Path and query, as they are sent."""

    @property
    def authority(self) -> str:
        """As it is sent in `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_number(self) -> bool:
        return _is_number(self.host)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def read(text: str) -> Address:
    """The address in its parts.

    Raises:
        FetchError: `not an address` that is fetched.
    """
    if len(text) > LONGEST:
        raise _refused(f"it has more than {LONGEST:,} characters")
    if "\\" in text:
        raise _refused("a backslash in it must be written %5C")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise _refused("give it as https://example.org/picture.jpg") from error
    if url.scheme not in DEFAULT_PORTS:
        raise _refused("it must begin with http:// or https://")
    if url.userinfo:
        raise _refused("leave out the name and password before the @")
    return Address(
        scheme=url.scheme,
        host=_host(url.raw_host.decode("ascii")),
        port=_port(DEFAULT_PORTS[url.scheme] if url.port is None else url.port),
        target=url.raw_path.decode("ascii"),
    )


def follow(address: Address, location: str) -> Address:
    """Where a redirect leads.

    Raises:
        FetchError: `not an address` that is fetched.
    """
    try:
        return read(urljoin(str(address), location))
    except ValueError as error:
        raise _refused("it redirects to something that is no address") from error


def _host(host: str) -> str:
    name = host.removesuffix(".")
    if _is_number(name):
        return name
    if not _HOST.fullmatch(name) or _ENDS_IN_NUMBER.fullmatch(name):
        raise _refused("its host is neither a name nor a number written the usual way")
    return name


def _is_number(host: str) -> bool:
    try:
        return bool(ip_address(host)) and "%" not in host
    except ValueError:
        return False


def _port(port: int) -> int:
    """Below 1024 only the two of the web, so that nobody speaks HTTP to mail servers and the like through us."""
    usual = port in DEFAULT_PORTS.values() or 1024 <= port <= 65_535
    if not usual or port in BAD_PORTS:
        raise _refused(f"port {port} is not one of the web: use 80, 443 or one from 1024")
    return port


def _refused(why: str) -> FetchError:
    return FetchError("not an address", why)
