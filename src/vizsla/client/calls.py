"""What both clients share: where to ask, what to send, how to read what comes back."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, TypedDict
from urllib.parse import urlsplit

import msgspec

from vizsla.wire import SEARCH_PARAMETERS, Image, Images, WireError, decode_error, decode_images

from .errors import UnexpectedAnswer

if TYPE_CHECKING:
    import httpx

DEFAULT_ENDPOINT: Final = "http://127.0.0.1:8000"
KEY_HEADER: Final = "Ocp-Apim-Subscription-Key"
SEARCH_PATH: Final = "/images/search"

_VERSION: Final = re.compile(r"/v7(?:\.0)?$", re.IGNORECASE)
_HEADERS: Final = {"User-Agent": "vizsla", "Accept-Encoding": "gzip, deflate"}


class SearchFilters(TypedDict, total=False):
    """Parameters of a search besides the query, in the spelling of Python; see `vizsla.wire.SearchParameters`."""

    count: int
    offset: int
    mkt: str
    cc: str
    set_lang: str
    safe_search: str
    id: str
    aspect: str
    color: str
    freshness: str
    height: int
    width: int
    min_height: int
    max_height: int
    min_width: int
    max_width: int
    min_file_size: int
    max_file_size: int
    image_content: str
    image_type: str
    license: str
    size: str


_WIRE_NAMES: Final = {row.field: row.name for row in SEARCH_PARAMETERS}


class Call(msgspec.Struct, frozen=True):
    """One GET."""

    url: str
    headers: dict[str, str]
    params: dict[str, str] | None = None
    """Instead of the address's own query, if given."""
    follow_redirects: bool = False
    """Only where no key is sent: it is not for whoever a server points to."""


class Calls:
    """Builds the calls to one endpoint.

    Args:
        endpoint: base address, with or without `/v7.0` or `/bing/v7.0`, or the search address itself. Default:
            `VIZSLA_ENDPOINT`, else `http://127.0.0.1:8000`.
        key: default `VIZSLA_KEY`, else none is sent. It goes to the search address only.

    Raises:
        ValueError: the endpoint is no http address, or the key holds what no key can.
    """

    def __init__(self, endpoint: str | None, key: str | None) -> None:
        self.search_url = search_url(endpoint or os.environ.get("VIZSLA_ENDPOINT") or DEFAULT_ENDPOINT)
        self._key = _key_header((key or os.environ.get("VIZSLA_KEY") or "").strip())

    def search(self, query: str, filters: Mapping[str, Any]) -> Call:
        unknown = filters.keys() - _WIRE_NAMES.keys()
        if unknown:
            raise TypeError(f"no such search parameter: {', '.join(sorted(unknown))}")
        given = {_WIRE_NAMES[name]: str(value) for name, value in filters.items() if value is not None}
        headers = {**_HEADERS, **self._key, "Accept": "application/json"}
        return Call(self.search_url, headers, {"q": query, **given})

    def content(self, image: Image) -> Call:
        return Call(image.content_url, _HEADERS, follow_redirects=True)

    def thumbnail(self, image: Image, width: int | None, height: int | None) -> Call:
        sides = "".join(f"&{name}={side}" for name, side in (("w", width), ("h", height)) if side is not None)
        return Call(image.thumbnail_url + sides, _HEADERS, follow_redirects=True)


def _key_header(key: str) -> dict[str, str]:
    if not (key.isascii() and key.isprintable()):
        raise ValueError("the key holds characters that no key has: copy it again")
    return {KEY_HEADER: key} if key else {}


def search_url(endpoint: str) -> str:
    """The address of image search below any form of endpoint that people paste.

    Raises:
        ValueError: it is no http address.
    """
    base = endpoint.strip().rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in base:
        raise ValueError(
            f"{endpoint!r} is not an endpoint: it must begin with http:// or https:// and name a host"
        )
    if base.endswith(SEARCH_PATH):
        return base
    return base + (SEARCH_PATH if _VERSION.search(base) else f"/v7.0{SEARCH_PATH}")


def read_images(response: httpx.Response) -> Images:
    """The answer of a search.

    Raises:
        WireError: the server refused.
        UnexpectedAnswer: it is no v7 answer.
    """
    try:
        return decode_images(read_bytes(response))
    except msgspec.DecodeError as error:
        raise UnexpectedAnswer(f"{response.url} does not answer as image search v7 does: {error}") from error


def read_bytes(response: httpx.Response) -> bytes:
    """The body.

    Raises:
        WireError: the server refused.
    """
    if response.status_code != 200:
        raise _refusal(response)
    return response.content


def _refusal(response: httpx.Response) -> WireError:
    wait = retry_after(response)
    return decode_error(
        response.status_code, response.content, retry_after=None if wait is None else round(wait)
    )


def retry_after(response: httpx.Response) -> float | None:
    """Seconds that the header `Retry-After` asks for: a number or a date (RFC 9110, section 10.2.3)."""
    value: str = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def next_offset(page: Images, offset: int) -> int | None:
    """Where the next page begins; `None` after the last."""
    following = page.next_offset
    return following if page.value and offset < following < page.total_estimated_matches else None
