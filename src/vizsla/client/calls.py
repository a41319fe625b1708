"""What both clients share: where to ask, how to ask, how to read what comes back, when to ask again."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypedDict

import httpx
import msgspec

from vizsla.wire import SEARCH_PARAMETERS, Image, Images, WireError, decode_error, decode_images

from .errors import NoAnswer, UnexpectedAnswer

DEFAULT_ENDPOINT: Final = "http://127.0.0.1:8000"
KEY_HEADER: Final = "Ocp-Apim-Subscription-Key"
SEARCH_PATH: Final = "/images/search"

TRY_AGAIN: Final = frozenset((429, 502, 503, 504))
"""Statuses that may be gone a moment later."""

LONGEST_WAIT: Final = 30.0
"""Seconds; a server that asks for more gets its error raised instead."""

FIRST_WAIT: Final = 0.5
"""Seconds before the second try, if the server asks for none; doubled each time."""


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


class Calls:
    """Builds requests and reads answers for one endpoint.

    Args:
        endpoint: base address, with or without `/v7.0` or `/bing/v7.0`, or the search address itself. Default:
            `VIZSLA_ENDPOINT`, else `http://127.0.0.1:8000`.
        key: default `VIZSLA_KEY`, else none is sent. It goes to the search address only.
        timeout: seconds.
    """

    def __init__(self, endpoint: str | None, key: str | None, timeout: float) -> None:
        self.search_url = search_url(endpoint or os.environ.get("VIZSLA_ENDPOINT") or DEFAULT_ENDPOINT)
        key = key or os.environ.get("VIZSLA_KEY")
        self._key = {KEY_HEADER: key} if key else {}
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    def search(self, query: str, filters: Mapping[str, Any]) -> httpx.Request:
        unknown = filters.keys() - _WIRE_NAMES.keys()
        if unknown:
            raise TypeError(f"no such search parameter: {', '.join(sorted(unknown))}")
        given = {_WIRE_NAMES[name]: str(value) for name, value in filters.items() if value is not None}
        headers = {**_HEADERS, **self._key, "Accept": "application/json"}
        return httpx.Request(
            "GET", self.search_url, params={"q": query, **given}, headers=headers, extensions=self._extensions
        )

    def download(self, url: str) -> httpx.Request:
        return httpx.Request("GET", url, headers=_HEADERS, extensions=self._extensions)


_HEADERS: Final = {"User-Agent": "vizsla", "Accept-Encoding": "gzip, deflate"}


def search_url(endpoint: str) -> str:
    """The address of image search below any form of endpoint that people paste.

    Raises:
        ValueError: it is no http address.
    """
    base = endpoint.strip().rstrip("/")
    if not base.lower().startswith(("http://", "https://")):
        raise ValueError(f"{endpoint!r} is not an endpoint: it must begin with http:// or https://")
    if base.endswith(SEARCH_PATH):
        return base
    return base + (SEARCH_PATH if base.rpartition("/")[2].startswith("v7") else f"/v7.0{SEARCH_PATH}")


def read_images(response: httpx.Response) -> Images:
    """The answer of a search.

    Raises:
        WireError: the server refused.
        UnexpectedAnswer: it is no v7 answer.
    """
    if response.status_code != 200:
        raise _refusal(response)
    try:
        return decode_images(response.content)
    except msgspec.DecodeError as error:
        raise UnexpectedAnswer(f"{response.url} does not answer as image search v7 does: {error}") from error


def read_bytes(response: httpx.Response) -> bytes:
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
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def pause(attempt: int, outcome: httpx.Response | httpx.TransportError) -> float | None:
    """Seconds to wait before asking again; `None`: do not.

    Args:
        attempt: how often it was tried, from 1.
        outcome: what came of the last time.
    """
    if isinstance(outcome, httpx.Response):
        if outcome.status_code not in TRY_AGAIN:
            return None
        asked = retry_after(outcome)
        if asked is not None:
            return asked if asked <= LONGEST_WAIT else None
    return (
        random.uniform(0.5, 1.0) * FIRST_WAIT * 2.0 ** (attempt - 1)
    )  # spread out, so that clients do not return together


def settled(outcome: httpx.Response | httpx.TransportError, request: httpx.Request) -> httpx.Response:
    """The response, if one came.

    Raises:
        NoAnswer: none came.
    """
    if isinstance(outcome, httpx.Response):
        return outcome
    base = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
    raise NoAnswer(
        f"no answer from {base} ({outcome or type(outcome).__name__}): "
        "is the server running, and is the endpoint (VIZSLA_ENDPOINT) right?"
    ) from outcome


def next_offset(page: Images, offset: int) -> int | None:
    """Where the next page begins; `None` after the last."""
    following = page.next_offset
    return following if page.value and offset < following < page.total_estimated_matches else None


def thumbnail_url(image: Image, width: int | None, height: int | None) -> str:
    sides = "".join(f"&{name}={side}" for name, side in (("w", width), ("h", height)) if side is not None)
    return image.thumbnail_url + sides
