"""The JSON part `knowledgeRequest` of visual search, read as leniently as its clients write it (section 11.1).

Keys in any case, numbers and booleans as strings, unknown keys ignored, null as absent. What is read beside that, and was never
documented, is in places where a v7 client has nothing: `filters` has every filter of search, `invokedSkillsRequestData` has words
and further images for similar ones (docs/contract.md).
"""

from typing import Any, Final

import msgspec

from vizsla.wire.errors import InvalidRequest
from vizsla.wire.parameters import (
    DEFAULT_COUNT,
    MAX_COUNT,
    SEARCH_PARAMETERS,
    SearchParameters,
    number,
    to_pairs,
)
from vizsla.wire.requests import WHOLE, CropArea, fraction

SKILLS: Final = {"similarimages": "SimilarImages", "similarproducts": "SimilarProducts"}

FILTERS: Final = tuple(
    row
    for row in SEARCH_PARAMETERS
    if row.name not in ("q", "count", "offset", "mkt", "cc", "setLang", "safeSearch", "id")
)
"""What of search narrows similar images as well."""

NO_FILTERS: Final = SearchParameters(q="")

MAX_IMAGES: Final = 8
"""Images that similar ones may be like at once."""

DEEPEST: Final = 16
"""Levels of the JSON that are looked at; published requests have four."""


_DATA: Final = "knowledgeRequest.invokedSkillsRequestData"
TOKENS: Final = f"{_DATA}.imageInsightsTokens"
"""Where further images stand, for errors."""


class KnowledgeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be found out about which picture."""

    url: str | None = None
    insights_token: str | None = None
    crop: CropArea = WHOLE
    site: str | None = None
    """Only similar pictures of this site and what is below it."""
    filters: SearchParameters = NO_FILTERS
    """Only similar pictures that pass these filters; nothing else in it counts."""
    words: str = ""
    """What similar pictures are to be besides, such as `red`. Our own."""
    more: tuple[str, ...] = ()
    """Insights tokens of further images that they are to be like. Our own."""
    entity_data: bool = False
    skill: str | None = None
    """`SimilarImages` or `SimilarProducts`: only this, paged by `offset` and `count`. `None`: everything."""
    offset: int = 0
    count: int = DEFAULT_COUNT

    @property
    def names_image(self) -> bool:
        return self.url is not None or self.insights_token is not None


def parse_knowledge_request(text: bytes) -> KnowledgeRequest:
    """The request in a part; an empty one asks for everything about the posted picture.

    Raises: `InvalidRequest` if it is not a JSON object, or a value is not valid.
    """
    if not text.strip(b" \t\r\n\0\xef\xbb\xbf"):
        return KnowledgeRequest()
    asked = _object(text)
    image, request = _inner(asked, "imageInfo"), _inner(asked, "knowledgeRequest")
    filters = _inner(request, "filters", "knowledgeRequest.filters")
    data = _inner(request, "invokedSkillsRequestData", _DATA)
    return KnowledgeRequest(
        url=_text(image, "url", "imageInfo.url"),
        insights_token=_text(image, "imageInsightsToken", "imageInfo.imageInsightsToken"),
        crop=_crop(image),
        site=_text(filters, "site", "knowledgeRequest.filters.site"),
        filters=_filters(filters),
        words=_text(data, "q", f"{_DATA}.q") or "",
        more=_tokens(data),
        entity_data=str(data.get("enableentitydata")).lower() == "true",
        skill=_skill(request),
        offset=_number(request, "offset", 0, None),
        count=_number(request, "count", DEFAULT_COUNT, MAX_COUNT),
    )


def write_knowledge_request(request: KnowledgeRequest) -> bytes:
    """The part that `parse_knowledge_request` reads back as `request`."""
    image = {"url": request.url, "imageInsightsToken": request.insights_token}
    crop = None if request.crop.whole else request.crop
    filters = {name: value for name, value in to_pairs(request.filters) if name != "q"}
    filters |= {"site": request.site} if request.site else {}
    data = {
        "enableEntityData": "true" if request.entity_data else None,
        "q": request.words or None,
        "imageInsightsTokens": request.more or None,
    }
    asked: dict[str, Any] = {"filters": filters or None, "invokedSkillsRequestData": _given(data) or None}
    if request.skill:
        asked |= {"invokedSkills": [request.skill], "offset": request.offset, "count": request.count}
    return msgspec.json.encode(
        {"imageInfo": _given({**image, "cropArea": crop}), "knowledgeRequest": _given(asked)}
    )


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _object(text: bytes) -> dict[str, Any]:
    try:
        asked = _lowered(msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf")))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _wrong("knowledgeRequest", text.decode("utf-8", "replace"), "It is not JSON.") from None
    if not isinstance(asked, dict):
        raise _wrong("knowledgeRequest", asked, "It is a JSON object.")
    return asked


def _lowered(value: Any, depth: int = 0) -> Any:
    """Keys in lower case, nulls left out; what is too deep to matter is cut off."""
    if isinstance(value, dict) and depth < DEEPEST:
        return {key.lower(): _lowered(entry, depth + 1) for key, entry in value.items() if entry is not None}
    return value


def _inner(outer: dict[str, Any], name: str, path: str = "") -> dict[str, Any]:
    found = outer.get(name.lower(), {})
    if not isinstance(found, dict):
        raise _wrong(path or name, found, "It is a JSON object.")
    return found


def _text(outer: dict[str, Any], name: str, path: str) -> str | None:
    found = outer.get(name.lower(), "")
    if not isinstance(found, str):
        raise _wrong(path, found, "It is a string.")
    return found.strip() or None


def _crop(image: dict[str, Any]) -> CropArea:
    area = _inner(image, "cropArea", "imageInfo.cropArea")
    if not area:
        return WHOLE
    sides = {side: _side(area, side) for side in CropArea.__struct_fields__}
    try:
        return CropArea(**sides)
    except ValueError as reason:
        raise _wrong("imageInfo.cropArea", area, str(reason)) from None


def _side(area: dict[str, Any], side: str) -> float:
    path = f"imageInfo.cropArea.{side}"
    if side not in area:
        raise InvalidRequest.missing(path)
    try:
        return fraction(str(area[side]))
    except ValueError as reason:
        raise _wrong(path, area[side], str(reason)) from None


def _filters(filters: dict[str, Any]) -> SearchParameters:
    """The filters of search; `site` and what is unknown are not among them."""
    given: dict[str, Any] = {}
    for row in FILTERS:
        value = str(filters.get(row.name.lower(), "")).strip()
        try:
            given |= {row.field: row.read(value)} if value else {}
        except ValueError as reason:
            raise _wrong(f"knowledgeRequest.filters.{row.name}", value, str(reason)) from None
    return SearchParameters(q="", **given)


def _tokens(data: dict[str, Any]) -> tuple[str, ...]:
    found = data.get("imageinsightstokens", [])
    named = [found] if isinstance(found, str) else found
    if not isinstance(named, list) or not all(isinstance(token, str) for token in named):
        raise _wrong(TOKENS, found, "It is a list of strings.")
    if len(named) >= MAX_IMAGES:
        raise _wrong(TOKENS, found, f"With the image itself they are at most {MAX_IMAGES}.")
    return tuple(stripped for token in named if (stripped := token.strip()))


def _skill(request: dict[str, Any]) -> str | None:
    path = "knowledgeRequest.invokedSkills"
    found = request.get("invokedskills", [])
    named = [found] if isinstance(found, str) else found
    if not isinstance(named, list) or len(named) > 1:
        raise _wrong(path, found, "It is a list of one skill.")
    if not named:
        return None
    skill = SKILLS.get(str(named[0]).lower())
    if skill is None:
        raise _wrong(path, named[0], f"Use one of {', '.join(SKILLS.values())}.")
    return skill


def _number(request: dict[str, Any], name: str, default: int, maximum: int | None) -> int:
    found = request.get(name, "")
    if found == "":
        return default
    read = number() if maximum is None else number(maximum)
    try:
        return read(str(found))
    except ValueError as reason:
        raise _wrong(f"knowledgeRequest.{name}", found, str(reason)) from None


LONGEST_ECHO: Final = 200
"""Characters of a wrong value that are told back."""


def _wrong(path: str, value: Any, more_details: str) -> InvalidRequest:
    shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return InvalidRequest.invalid(path, shown[:LONGEST_ECHO], more_details)
