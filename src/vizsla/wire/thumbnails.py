"""The query parameters of the thumbnail service, `GET /th`.

Names and meaning: the v7 reference, section 10. What it leaves open is decided in docs/contract.md. Numbers beyond a
bound become the bound, so that whatever is asked for costs little.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from vizsla.wire.errors import InvalidRequest
from vizsla.wire.identifiers import MAX_THUMBNAIL_HEIGHT
from vizsla.wire.parameters import Parameter, SafeSearch, number, one_of, read_parameters

DEFAULT_QUALITY: Final = 85
"""JPEG quality of kept thumbnails; below, ringing around letters and lines shows."""
MIN_QUALITY: Final = 10
"""Below, nothing is recognised."""
MAX_QUALITY: Final = 95
"""Above, files grow much and pictures gain nothing that is seen."""
MAX_PIXEL_RATIO: Final = 3.0
"""Pixels of the screen per pixel of the page; sharper screens show no more of a thumbnail."""
MAX_BORDER: Final = 100
"""Pixels."""


class Crop(StrEnum):
    """How a picture becomes one of another ratio: not at all, or by cutting, from fixed places or around what matters."""

    NONE = "none"
    BLIND = "blind"
    SMART = "smart"


class ThumbnailParameters(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of `GET /th`: which picture, and how it is wanted."""

    id: str | None = None
    """The thumbnail id; goes before `q`."""
    q: str | None = None
    """A query; its first picture is meant."""
    width: int | None = None
    """Pixels, 0 to 1896; larger numbers become that."""
    height: int | None = None
    """Pixels, 0 to 1896; larger numbers become that."""
    crop: Crop = Crop.NONE
    """Cut to the ratio of width and height: `4` from fixed places, `7` around what matters."""
    pad: bool = True
    """Centre what is smaller than asked for on white; `0`: do not."""
    quality: int = DEFAULT_QUALITY
    """JPEG quality, 10 to 95."""
    pixel_ratio: float = 1.0
    """Multiplies `width` and `height` as far as the picture has pixels, 1 to 3."""
    border: int = 0
    """Pixels of a frame within `width` and `height`."""
    border_colour: str = "FFFFFF"
    """Six upper-case hexadecimal digits: red, green, blue."""
    mkt: str | None = None
    """Market of the query."""
    safe_search: SafeSearch = SafeSearch.MODERATE
    """Whether the query may find adult pictures."""


_CROPS: Final = {"4": Crop.BLIND, "7": Crop.SMART, "14": Crop.SMART}
_DECIMAL: Final = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,9}))?")
_COLOUR: Final = re.compile(r"#?([0-9A-F]{6})")


def _crop(value: str) -> Crop:
    """`c`; a value that is not documented crops nothing."""
    return _CROPS.get(value.strip(), Crop.NONE)


def _pad(value: str) -> bool:
    """`p`; only `0` is documented."""
    return value.strip() != "0"


def _quality(value: str) -> int:
    return max(MIN_QUALITY, number(MAX_QUALITY)(value))


def _pixel_ratio(value: str) -> float:
    """`dpr`; addresses that were copied from pages have `1.3` and `1,3`."""
    found = _DECIMAL.fullmatch(value.strip())
    if found is None:
        raise ValueError("Use a number such as 2 or 1.5.")
    ratio = float(f"{found[1]}.{found[2] or 0}")
    return round(min(max(ratio, 1.0), MAX_PIXEL_RATIO), 2)


def _colour(value: str) -> str:
    found = _COLOUR.fullmatch(value.strip().upper())
    if found is None:
        raise ValueError("Use six hexadecimal digits, such as FFFFFF.")
    return found[1]


THUMBNAIL_PARAMETERS: Final = (
    Parameter("id", "id", str.strip),
    Parameter("q", "q", str),
    Parameter("w", "width", number(MAX_THUMBNAIL_HEIGHT)),
    Parameter("h", "height", number(MAX_THUMBNAIL_HEIGHT)),
    Parameter("c", "crop", _crop),
    Parameter("p", "pad", _pad),
    Parameter("qlt", "quality", _quality),
    Parameter("dpr", "pixel_ratio", _pixel_ratio),
    Parameter("bw", "border", number(MAX_BORDER)),
    Parameter("bc", "border_colour", _colour),
    Parameter("mkt", "mkt", str.strip),
    Parameter("adlt", "safe_search", one_of(SafeSearch)),
)


def parse_thumbnail(pairs: Iterable[tuple[str, str]]) -> ThumbnailParameters:
    """What a query string asks of the thumbnail service; parameters that are not in the table are ignored.

    Raises: `InvalidRequest` if both `id` and `q` are missing or a parameter's value is not valid.
    """
    asked = ThumbnailParameters(**read_parameters(THUMBNAIL_PARAMETERS, pairs))
    if not asked.id and not asked.q:
        raise InvalidRequest.missing("id")
    return asked
