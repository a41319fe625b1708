"""The parameters of `/th`, as docs/contract.md and published addresses have them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.wire import (
    DEFAULT_QUALITY,
    MAX_BORDER,
    MAX_PIXEL_RATIO,
    MAX_QUALITY,
    MAX_THUMBNAIL_HEIGHT,
    MIN_QUALITY,
    THUMBNAIL_PARAMETERS,
    Crop,
    InvalidRequest,
    SafeSearch,
    ThumbnailParameters,
    parse_thumbnail,
)


def parse(query: str) -> ThumbnailParameters:
    return parse_thumbnail(parse_qsl(query, keep_blank_values=True))


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("id=OIP.x&pid=Api", {"id": "OIP.x"}),
        ("id=OIP.x&pid=Api&w=110&h=73&rs=1&qlt=80&cdv=1", {"width": 110, "height": 73, "quality": 80}),
        (
            "q=red+shoe&w=600&h=900&c=7&p=0&dpr=1.5&pid=1.7",
            {"q": "red shoe", "crop": Crop.SMART, "pad": False},
        ),
        ("q=a&c=1&mkt=en-WW&cc=VN&setlang=en&adlt=moderate&t=1", {"crop": Crop.NONE, "mkt": "en-WW"}),
        ("id=a&c=4", {"crop": Crop.BLIND}),
        ("id=a&c=14&P=0&W=9", {"crop": Crop.SMART, "pad": False, "width": 9}),
        ("id=a&dpr=1,3", {"pixel_ratio": 1.3}),
        ("id=a&dpr=0.8", {"pixel_ratio": 1.0}),
        ("id=a&dpr=9", {"pixel_ratio": 3.0}),
        ("id=a&bw=6&bc=ffffff", {"border": 6, "border_colour": "FFFFFF"}),
        ("id=a&bw=999&bc=%231e3cc8", {"border": 100, "border_colour": "1E3CC8"}),
        ("id=a&qlt=1&w=99999999999", {"quality": 10, "width": 1896}),
        ("id=a&adlt=STRICT", {"safe_search": SafeSearch.STRICT}),
        ("id=a&w=&h=%20&qlt=&adlt=", {"width": None, "height": None, "quality": DEFAULT_QUALITY}),
    ],
)
def test_published_addresses_are_read(query: str, fields: dict[str, Any]) -> None:
    asked = parse(query)
    assert {name: getattr(asked, name) for name in fields} == fields


@pytest.mark.parametrize("query", ["", "id=", "q=%20", "pid=Api&w=3"])
def test_a_picture_must_be_named(query: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(query)
    assert (refused.value.error.sub_code, refused.value.error.parameter) == ("ParameterMissing", "id")


@given(st.dictionaries(st.sampled_from([row.name for row in THUMBNAIL_PARAMETERS]), st.text(max_size=12)))
def test_whatever_is_sent_is_bounded_or_refused(sent: dict[str, str]) -> None:
    try:
        asked = parse_thumbnail(sent.items())
    except InvalidRequest as refused:
        assert refused.error.parameter in {*sent, "id"}
        return
    assert all(0 <= (side or 0) <= MAX_THUMBNAIL_HEIGHT for side in (asked.width, asked.height))
    assert MIN_QUALITY <= asked.quality <= MAX_QUALITY
    assert 1 <= asked.pixel_ratio <= MAX_PIXEL_RATIO
    assert 0 <= asked.border <= MAX_BORDER
    assert len(bytes.fromhex(asked.border_colour)) == 3
