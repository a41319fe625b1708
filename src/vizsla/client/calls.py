"""What both clients share: where to ask, what to send, how to read what comes back."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypedDict, TypeVar, cast
from urllib.parse import urlsplit

import msgspec

from vizsla.wire import (
    CUSTOM_SEARCH_PARAMETERS,
    DEFAULT_COUNT,
    FILTERS,
    CropArea,
    Image,
    ImageKnowledge,
    ImageModuleAction,
    Images,
    KnowledgeRequest,
    PagedImages,
    SearchParameters,
    WireError,
    decode_error,
    read_parameters,
    write_knowledge_request,
)

from .errors import UnexpectedAnswer

if TYPE_CHECKING:
    import httpx

_Decoded = TypeVar("_Decoded")

DEFAULT_ENDPOINT: Final = "http://127.0.0.1:8000"
KEY_HEADER: Final = "Ocp-Apim-Subscription-Key"
SEARCH_PATH: Final = "/images/search"
CUSTOM_SEARCH_PATH: Final = "/bingcustomsearch/v7.0/images/search"

_VERSION: Final = re.compile(r"(?:/bing|/api)?/v7(?:\.0)?$", re.IGNORECASE)
_HEADERS: Final = {"User-Agent": "vizsla", "Accept-Encoding": "gzip, deflate"}


class Circumstances(TypedDict, total=False):
    """Parameters of every call, in the spelling of Python; see `vizsla.wire.Circumstances`."""

    mkt: str
    cc: str
    set_lang: str
    safe_search: str


class SearchFilters(Circumstances, total=False):
    """Parameters of a search besides the query, in the spelling of Python; see `vizsla.wire.SearchParameters`.

    With `custom_config` only what is in the saved subset of that name is searched.
    """

    custom_config: str
    count: int
    offset: int
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


_WIRE_NAMES: Final = {row.field: row.name for row in CUSTOM_SEARCH_PARAMETERS}

AnyImage: TypeAlias = Image | bytes | Path | str
"""A picture: an image of an answer, the bytes or the path of a file, an http address, or an insights token."""

Parts: TypeAlias = dict[str, tuple[str | None, bytes]]
"""Parts of a multipart form: name, to the name of a file and its bytes."""


class Call(msgspec.Struct, frozen=True):
    """One request: GET, or POST if it has parts."""

    url: str
    headers: dict[str, str]
    params: dict[str, str] | None = None
    """Instead of the address's own query, if given."""
    follow_redirects: bool = False
    """Only where no key is sent: it is not for whoever a server points to."""
    parts: Parts | None = None


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
        self._base = self.search_url.removesuffix(SEARCH_PATH)
        self._key = _key_header((key or os.environ.get("VIZSLA_KEY") or "").strip())

    def search(self, query: str, filters: Mapping[str, Any]) -> Call:
        custom = _VERSION.sub("", self._base) + CUSTOM_SEARCH_PATH
        url = custom if filters.get("custom_config") else self.search_url
        return self._call(url, {"q": query, **_named(filters)})

    def trending(self, circumstances: Mapping[str, Any]) -> Call:
        return self._call(f"{self._base}/images/trending", _named(circumstances))

    def details(
        self, image: AnyImage, query: str, modules: Iterable[str], crop: CropArea, rest: Mapping[str, Any]
    ) -> Call:
        sides = {} if crop.whole else dict(zip(("cal", "cat", "car", "cab"), _sides(crop), strict=True))
        params = {"modules": ",".join(modules), "q": query, **sides, **_named(rest)}
        named = _named_image(image)
        names = {"insights_token": "insightsToken", "url": "imgUrl"}
        params |= {names[field]: value for field, value in named.items()}
        given = {name: value for name, value in params.items() if value}
        parts: Parts | None = None if named else {"image": ("image", _bytes(image))}
        return self._call(f"{self._base}/images/details", given, parts)

    def similar(self, request: KnowledgeRequest, rest: Mapping[str, Any]) -> Call:
        """A page of similar pictures."""
        parts: Parts = {"knowledgeRequest": (None, write_knowledge_request(request))}
        return self._call(f"{self._base}/images/visualsearch", _named(rest), parts)

    def visual_search(self, image: AnyImage, request: KnowledgeRequest, rest: Mapping[str, Any]) -> Call:
        named = _named_image(image)
        asked = msgspec.structs.replace(request, **named)
        parts: Parts = {"knowledgeRequest": (None, write_knowledge_request(asked))}
        if not named:
            parts["image"] = ("image", _bytes(image))
        return self._call(f"{self._base}/images/visualsearch", _named(rest), parts)

    def _call(self, url: str, params: dict[str, str], parts: Parts | None = None) -> Call:
        return Call(url, {**_HEADERS, **self._key, "Accept": "application/json"}, params, parts=parts)

    def content(self, image: Image) -> Call:
        return Call(image.content_url, _HEADERS, follow_redirects=True)

    def thumbnail(self, image: Image, width: int | None, height: int | None) -> Call:
        sides = "".join(f"&{name}={side}" for name, side in (("w", width), ("h", height)) if side is not None)
        return Call(image.thumbnail_url + sides, _HEADERS, follow_redirects=True)


def _named(given: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as the contract spells them."""
    unknown = given.keys() - _WIRE_NAMES.keys()
    if unknown:
        raise TypeError(f"no such parameter: {', '.join(sorted(unknown))}")
    return {_WIRE_NAMES[name]: str(value) for name, value in given.items() if value is not None}


def _named_image(image: AnyImage) -> dict[str, str]:
    """How a picture is named that need not be sent; nothing if it has to be."""
    if isinstance(image, Image):
        return {"insights_token": image.image_insights_token}
    if isinstance(image, str):
        return {"url" if image.lower().startswith(("http://", "https://")) else "insights_token": image}
    return {}


def _bytes(image: AnyImage) -> bytes:
    if isinstance(image, Path):
        return image.read_bytes()
    assert isinstance(image, bytes)
    return image


def _sides(crop: CropArea) -> tuple[str, ...]:
    return tuple(map(str, (crop.left, crop.top, crop.right, crop.bottom)))


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


def read(response: httpx.Response, decode: Callable[[bytes], _Decoded]) -> _Decoded:
    """The answer of a call.

    Raises:
        WireError: the server refused.
        UnexpectedAnswer: it is no v7 answer.
    """
    try:
        return decode(read_bytes(response))
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


def liking(
    tokens: Iterable[str], words: str, site: str | None, crop: CropArea, given: Mapping[str, Any]
) -> KnowledgeRequest:
    """The request for what is like the images of these tokens.

    Raises:
        InvalidRequest: a filter has no such value.
        TypeError: there is no such filter.
    """
    pairs = _named({name: value for name, value in given.items() if name not in ("count", "offset")})
    unknown = set(pairs) - {row.name for row in FILTERS}
    if unknown:
        raise TypeError(f"similar images have no such filter: {', '.join(sorted(unknown))}")
    first, *more = tokens
    return KnowledgeRequest(
        insights_token=first,
        crop=crop,
        site=site,
        filters=SearchParameters(q="", **read_parameters(FILTERS, pairs.items())),
        words=words,
        more=tuple(more),
        skill="SimilarImages",
        offset=given.get("offset") or 0,
        count=DEFAULT_COUNT if given.get("count") is None else given["count"],
    )


def circumstances_in(given: Mapping[str, Any]) -> tuple[Circumstances, dict[str, Any]]:
    """What is said of who asks, and the rest."""
    names = Circumstances.__annotations__
    rest = {name: value for name, value in given.items() if name not in names}
    return cast(Circumstances, {name: given[name] for name in names if name in given}), rest


def token_of(image: AnyImage) -> str | None:
    """The token by which a picture is known already."""
    return _named_image(image).get("insights_token")


def similar_in(knowledge: ImageKnowledge) -> PagedImages:
    """The page of similar pictures in an answer; empty if there is none."""
    for tag in knowledge.tags:
        for action in tag.actions:
            if isinstance(action, ImageModuleAction) and action.action_type == "VisualSearch":
                return action.data
    return PagedImages()


def following(request: KnowledgeRequest, page: PagedImages) -> KnowledgeRequest | None:
    """The request for the next page of similar pictures; `None` after the last."""
    offset, total = page.next_offset or 0, page.total_estimated_matches or 0
    if not page.value or not request.offset < offset < total:
        return None
    return msgspec.structs.replace(request, offset=offset)
