"""The query parameters of image search: what may be asked, and the way there and back.

`parse_search` reads the pairs of a query string, `to_pairs` writes them; both walk over the same table, one row per
parameter. Names, values and ranges: the v7 reference, section 4. What the reference leaves open is decided in
docs/contract.md.
"""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from vizsla.wire.errors import InvalidRequest

DEFAULT_COUNT: Final = 35
MAX_COUNT: Final = 150
MAX_FILE_SIZE: Final = 520_192
"""Bytes at which `minFileSize` and `maxFileSize` are clamped (section 4.2)."""
MAX_NUMBER: Final = 2**31 - 1
"""Any larger number is read as this one: `nextOffset` and pixels are int32 in the typed clients."""


class Aspect(StrEnum):
    """Shape of the picture. `ALL` is no filter."""

    SQUARE = "Square"
    WIDE = "Wide"
    TALL = "Tall"
    ALL = "All"


class Color(StrEnum):
    """In colour, black-and-white, or one dominant colour."""

    COLOR_ONLY = "ColorOnly"
    MONOCHROME = "Monochrome"
    BLACK = "Black"
    BLUE = "Blue"
    BROWN = "Brown"
    GRAY = "Gray"
    GREEN = "Green"
    ORANGE = "Orange"
    PINK = "Pink"
    PURPLE = "Purple"
    RED = "Red"
    TEAL = "Teal"
    WHITE = "White"
    YELLOW = "Yellow"


class Freshness(StrEnum):
    """Discovered within the last 24 hours, 7 days or 30 days."""

    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"


class ImageContent(StrEnum):
    """Only a face, or head and shoulders."""

    FACE = "Face"
    PORTRAIT = "Portrait"


class ImageType(StrEnum):
    """Kind of picture."""

    ANIMATED_GIF = "AnimatedGif"
    ANIMATED_GIF_HTTPS = "AnimatedGifHttps"
    CLIPART = "Clipart"
    LINE = "Line"
    PHOTO = "Photo"
    SHOPPING = "Shopping"
    TRANSPARENT = "Transparent"


class License(StrEnum):
    """What the licence must permit (section 4.3, `vizsla.wire.licences.admitted`). `ALL` is no filter."""

    ALL = "All"
    ANY = "Any"
    PUBLIC = "Public"
    SHARE = "Share"
    SHARE_COMMERCIALLY = "ShareCommercially"
    MODIFY = "Modify"
    MODIFY_COMMERCIALLY = "ModifyCommercially"


class SafeSearch(StrEnum):
    """Whether adult pictures may come (section 4.4)."""

    OFF = "Off"
    MODERATE = "Moderate"
    STRICT = "Strict"


class Size(StrEnum):
    """Class of pixel size (section 4.5). `ALL` is no filter."""

    SMALL = "Small"
    MEDIUM = "Medium"
    LARGE = "Large"
    WALLPAPER = "Wallpaper"
    ALL = "All"


class SearchParameters(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of `GET /images/search`. All filters apply together (AND)."""

    q: str
    """The query, as sent; may hold operators."""
    count: int = DEFAULT_COUNT
    """Images wanted, 0 to 150."""
    offset: int = 0
    """Results to skip; the `nextOffset` of the page before."""
    mkt: str | None = None
    """Market, such as `en-US`. One that is not in the table becomes the nearest."""
    cc: str | None = None
    """Country, with `Accept-Language`; `mkt` wins over it."""
    set_lang: str | None = None
    """Language of interface strings; one that is not in the table becomes `en`."""
    safe_search: SafeSearch = SafeSearch.MODERATE
    """Whether adult pictures may come: only with `Off`."""
    id: str | None = None
    """The `imageId` of the image to put first."""
    aspect: Aspect = Aspect.ALL
    """Shape of the picture."""
    color: Color | None = None
    """In colour, black-and-white, or one dominant colour."""
    freshness: Freshness | None = None
    """Discovered within the last 24 hours, 7 days or 30 days."""
    height: int | None = None
    """Exact height in pixels. With bounds as well, all of them apply."""
    width: int | None = None
    """Exact width in pixels. With bounds as well, all of them apply."""
    min_height: int | None = None
    """Least height in pixels, inclusive."""
    max_height: int | None = None
    """Greatest height in pixels, inclusive."""
    min_width: int | None = None
    """Least width in pixels, inclusive."""
    max_width: int | None = None
    """Greatest width in pixels, inclusive."""
    min_file_size: int | None = None
    """Least size of the file in bytes, inclusive. Here and in the file, more than 520,192 counts as that."""
    max_file_size: int | None = None
    """Greatest size of the file in bytes, inclusive. Here and in the file, more than 520,192 counts as that."""
    image_content: ImageContent | None = None
    """Only a face, or head and shoulders."""
    image_type: ImageType | None = None
    """Kind of picture."""
    license: License = License.ALL
    """What the licence must permit; with `Any`, that there is one."""
    size: Size = Size.ALL
    """Class of pixel size: less than 200 a side, up to 500, more, wallpaper."""


class Parameter(NamedTuple):
    """One row of a table of parameters."""

    name: str
    """As on the wire, in the documented spelling."""
    field: str
    """The field of the struct that holds it."""
    read: Callable[[str], Any]
    """From the value on the wire; raises ValueError with the sentence that tells what is allowed."""


_Member = TypeVar("_Member", bound=StrEnum)
_NUMBER: Final = re.compile(r"([0-9]+)(?:\.0*)?")


def one_of(enum: type[_Member]) -> Callable[[str], _Member]:
    """A converter to a member of `enum`, without regard to case."""
    members = {member.value.lower(): member for member in enum}
    allowed = f"Use one of {', '.join(members.values())}."

    def read(value: str) -> _Member:
        member = members.get(value.strip().lower())
        if member is None:
            raise ValueError(allowed)
        return member

    return read


def number(maximum: int = MAX_NUMBER) -> Callable[[str], int]:
    """A converter to a whole number from 0; larger ones become `maximum`. A fraction of zeros (`10.0`) is none."""

    def read(value: str) -> int:
        digits = _NUMBER.fullmatch(value.strip())
        if digits is None:
            raise ValueError("Use a whole number, 0 or greater.")
        significant = digits[1].lstrip("0") or "0"
        return min(int(significant), maximum) if len(significant) <= 10 else maximum

    return read


SEARCH_PARAMETERS: Final = (
    Parameter("q", "q", str),
    Parameter("count", "count", number(MAX_COUNT)),
    Parameter("offset", "offset", number()),
    Parameter("mkt", "mkt", str.strip),
    Parameter("cc", "cc", str.strip),
    Parameter("setLang", "set_lang", str.strip),
    Parameter("safeSearch", "safe_search", one_of(SafeSearch)),
    Parameter("id", "id", str.strip),
    Parameter("aspect", "aspect", one_of(Aspect)),
    Parameter("color", "color", one_of(Color)),
    Parameter("freshness", "freshness", one_of(Freshness)),
    Parameter("height", "height", number()),
    Parameter("width", "width", number()),
    Parameter("minHeight", "min_height", number()),
    Parameter("maxHeight", "max_height", number()),
    Parameter("minWidth", "min_width", number()),
    Parameter("maxWidth", "max_width", number()),
    Parameter("minFileSize", "min_file_size", number(MAX_FILE_SIZE)),
    Parameter("maxFileSize", "max_file_size", number(MAX_FILE_SIZE)),
    Parameter("imageContent", "image_content", one_of(ImageContent)),
    Parameter("imageType", "image_type", one_of(ImageType)),
    Parameter("license", "license", one_of(License)),
    Parameter("size", "size", one_of(Size)),
)

_DEFAULTS: Final = {
    field.name: field.default
    for field in msgspec.structs.fields(SearchParameters)
    if field.default is not msgspec.NODEFAULT
}


def parse_search(pairs: Iterable[tuple[str, str]]) -> SearchParameters:
    """The search that a query string asks for.

    Arguments:
        pairs: names and values, decoded, in the order sent (`urllib.parse.parse_qsl(.., keep_blank_values=True)`).

    Raises: `InvalidRequest` if `q` is missing or blank or a parameter's value is not valid; nothing else.
    """
    fields = read_parameters(SEARCH_PARAMETERS, pairs)
    if "q" not in fields:
        raise InvalidRequest.missing("q")
    return SearchParameters(**fields)


def read_parameters(table: Iterable[Parameter], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The fields that `pairs` give according to `table`: the first value of each name that is not blank.

    Raises: `InvalidRequest` for the first row whose value is not valid.
    """
    sent: dict[str, str] = {}
    for name, value in pairs:
        if value and not value.isspace():
            sent.setdefault(name.lower(), _encodable(value))
    fields = {}
    for row in table:
        value = sent.get(row.name.lower(), "")
        if value:
            fields[row.field] = _converted(row, value)
    return fields


def to_pairs(parameters: SearchParameters) -> list[tuple[str, str]]:
    """The pairs that `parse_search` reads back as `parameters`; fields that have their default are left out."""
    values = (
        (row.name, getattr(parameters, row.field), _DEFAULTS.get(row.field)) for row in SEARCH_PARAMETERS
    )
    return [(name, str(value)) for name, value, default in values if value not in (default, None)]


def _converted(row: Parameter, value: str) -> Any:
    try:
        return row.read(value)
    except ValueError as reason:
        raise InvalidRequest.invalid(row.name, value, str(reason)) from None


def _encodable(value: str) -> str:
    """`value` with lone surrogates replaced: it is echoed in answers, which are UTF-8."""
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
