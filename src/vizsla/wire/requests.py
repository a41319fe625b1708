"""The query parameters of the other endpoints: details, trending, visual search, custom search.

Names, values and ranges: the v7 reference, sections 8.1, 9, 11.1 and 1.2. What it leaves open is decided in
docs/contract.md.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import isfinite
from typing import Any, Final

import msgspec

from vizsla.wire.errors import InvalidRequest
from vizsla.wire.parameters import (
    SEARCH_PARAMETERS,
    Parameter,
    SafeSearch,
    SearchParameters,
    one_of,
    read_parameters,
)

Pairs = Iterable[tuple[str, str]]


class Module(StrEnum):
    """What may be asked about an image (section 8.2)."""

    ALL = "All"
    BRQ = "BRQ"
    CAPTION = "Caption"
    COLLECTIONS = "Collections"
    RECIPES = "Recipes"
    PAGES_INCLUDING = "PagesIncluding"
    RECOGNIZED_ENTITIES = "RecognizedEntities"
    RELATED_SEARCHES = "RelatedSearches"
    SHOPPING_SOURCES = "ShoppingSources"
    SIMILAR_IMAGES = "SimilarImages"
    SIMILAR_PRODUCTS = "SimilarProducts"
    TAGS = "Tags"


class CropType(StrEnum):
    """The shape of a region. There is one, under two names (section 8.1)."""

    RECTANGULAR = "Rectangular"
    ZERO = "0"


class CropArea(msgspec.Struct, frozen=True, kw_only=True):
    """A region in fractions of width and height from the top left corner: 0 <= left < right <= 1, and so on."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError("A region has 0 <= left < right <= 1 and 0 <= top < bottom <= 1.")

    @property
    def whole(self) -> bool:
        """Whether it is all of the picture."""
        return self == WHOLE


WHOLE: Final = CropArea()


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: market, language, safe search. As in `SearchParameters`."""

    mkt: str | None = None
    """Market, such as `en-US`. One that is not in the table becomes the nearest."""
    cc: str | None = None
    """Country, with `Accept-Language`; `mkt` wins over it."""
    set_lang: str | None = None
    """Language of interface strings; one that is not in the table becomes `en`."""
    safe_search: SafeSearch = SafeSearch.MODERATE
    """Whether adult pictures may come: only with `Off`."""


class DetailsParameters(Circumstances, frozen=True, kw_only=True):
    """The parameters of `/images/details`."""

    q: str = ""
    """The query that led to the image, if any."""
    insights_token: str | None = None
    """The `imageInsightsToken` of the image; goes before its address."""
    img_url: str | None = None
    """Address of the image."""
    modules: frozenset[Module] = frozenset((Module.ALL,))
    """What to tell, joined by commas."""
    crop: CropArea = WHOLE
    id: str | None = None
    """An image id; names the image if nothing else does."""


class CustomSearchParameters(SearchParameters, frozen=True, kw_only=True):
    """The parameters of `/bingcustomsearch/v7.0/images/search`."""

    custom_config: str
    """Name of a saved subset."""


def fraction(value: str) -> float:
    """A number from 0 to 1.

    Raises: `ValueError` if it is none.
    """
    try:
        found = float(value)
    except ValueError:
        found = float("nan")
    if not isfinite(found) or not 0 <= found <= 1:
        raise ValueError("Use a number from 0.0 to 1.0.")
    return found


_module: Final = one_of(Module)


def _modules(value: str) -> frozenset[Module]:
    """Names joined by commas; empty ones are none."""
    return frozenset(_module(name) for name in value.split(",") if name.strip()) or frozenset((Module.ALL,))


CIRCUMSTANCES: Final = (
    Parameter("mkt", "mkt", str.strip),
    Parameter("cc", "cc", str.strip),
    Parameter("setLang", "set_lang", str.strip),
    Parameter("safeSearch", "safe_search", one_of(SafeSearch)),
)

DETAILS_PARAMETERS: Final = (
    Parameter("q", "q", str),
    Parameter("insightsToken", "insights_token", str.strip),
    Parameter("imgUrl", "img_url", str.strip),
    Parameter("modules", "modules", _modules),
    Parameter("cal", "left", fraction),
    Parameter("cat", "top", fraction),
    Parameter("car", "right", fraction),
    Parameter("cab", "bottom", fraction),
    Parameter("ct", "crop_type", one_of(CropType)),
    Parameter("id", "id", str.strip),
    *CIRCUMSTANCES,
)

TRENDING_PARAMETERS: Final = CIRCUMSTANCES
VISUAL_SEARCH_PARAMETERS: Final = CIRCUMSTANCES
CUSTOM_SEARCH_PARAMETERS: Final = (
    *SEARCH_PARAMETERS,
    Parameter("customConfig", "custom_config", str.strip),
)

_SIDES: Final = {"left": "cal", "top": "cat", "right": "car", "bottom": "cab"}


def parse_details(pairs: Pairs) -> DetailsParameters:
    """What a query string asks to be told about an image. None of the parameters is required: the image may be posted.

    Raises: `InvalidRequest` if a parameter's value is not valid.
    """
    fields = read_parameters(DETAILS_PARAMETERS, pairs)
    fields.pop("crop_type", None)
    sides = {side: fields.pop(side) for side in _SIDES if side in fields}
    return DetailsParameters(**fields, crop=_crop(sides))


def _crop(sides: dict[str, float]) -> CropArea:
    try:
        return CropArea(**sides)
    except ValueError as reason:
        side = next(iter(sides))
        raise InvalidRequest.invalid(_SIDES[side], str(sides[side]), str(reason)) from None


def parse_circumstances(pairs: Pairs) -> Circumstances:
    """The parameters of trending and of visual search; others are not read.

    Raises: `InvalidRequest` if a parameter's value is not valid.
    """
    return Circumstances(**read_parameters(CIRCUMSTANCES, pairs))


def parse_custom_search(pairs: Pairs) -> CustomSearchParameters:
    """The custom search that a query string asks for.

    Raises: `InvalidRequest` if `q` or `customConfig` is missing or a parameter's value is not valid.
    """
    fields: dict[str, Any] = read_parameters(CUSTOM_SEARCH_PARAMETERS, pairs)
    for name, field in (("q", "q"), ("customConfig", "custom_config")):
        if field not in fields:
            raise InvalidRequest.missing(name)
    return CustomSearchParameters(**fields)
