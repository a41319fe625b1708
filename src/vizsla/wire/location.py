"""Where the person is who asks: the header `X-Search-Location` (v7 reference, section 2.1)."""

import math
from typing import Final
from urllib.parse import unquote

import msgspec

_MAX_LENGTH: Final = 1000
"""Letters that are looked at; a whole header has about a hundred."""

_RANGES: Final = {"lat": 90.0, "long": 180.0}


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A place on earth."""

    lat: float
    """Degrees, -90 to 90, south negative."""
    long: float
    """Degrees, -180 to 180, west negative."""
    re: float | None = None
    """Radius of horizontal accuracy in metres."""
    ts: float | None = None
    """UTC Unix time of the fix in seconds."""
    head: float | None = None
    """Degrees clockwise from true north."""
    sp: float | None = None
    """Metres per second."""
    alt: float | None = None
    """Metres."""
    are: float | None = None
    """Radius of vertical accuracy in metres."""
    disp: str = ""
    """City and state, to be shown."""


def parse_location(header: str | None) -> Location | None:
    """The location in the header, read tolerantly; never fails.

    Order does not matter, unknown keys and values that are no numbers are left out, of repeated keys the first counts.

    Returns: `None` if there is no header, or `lat` or `long` is missing or outside of its range.
    """
    pairs = [entry.partition(":") for entry in (header or "")[:_MAX_LENGTH].split(";")]
    given = {name.strip().lower(): value.strip() for name, _, value in reversed(pairs)}
    fields = set(Location.__struct_fields__) - {"disp"}
    numbers = {name: number for name in fields if (number := _number(given.get(name, ""))) is not None}
    if any(abs(numbers.get(name, math.inf)) > most for name, most in _RANGES.items()):
        return None
    return Location(**numbers, disp=unquote(given.get("disp", "")))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
