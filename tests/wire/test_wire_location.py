"""`X-Search-Location` is read however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.wire import Location, parse_location


def test_the_example_of_the_reference_is_read() -> None:
    assert parse_location("lat:55;long:-111;re:22") == Location(lat=55, long=-111, re=22)
    whole = (
        "lat:47.6;long:-122.3;re:380;ts:1700000000;head:270;sp:1.5;alt:50;are:10;disp:Seattle%2C%20Washington"
    )
    location = parse_location(whole)
    assert location == Location(
        lat=47.6,
        long=-122.3,
        re=380,
        ts=1.7e9,
        head=270,
        sp=1.5,
        alt=50,
        are=10,
        disp="Seattle, Washington",
    )


@pytest.mark.parametrize(
    "header",
    [
        "re:22; LONG: -111 ;lat:55",
        "lat:55;long:-111;re:near;x:y",
        "lat:55;long:-111;re:nan;lat:80",
        ";;lat:55;long:-111",
    ],
)
def test_order_space_and_what_is_no_number_do_not_matter(header: str) -> None:
    location = parse_location(header)
    assert location
    assert (location.lat, location.long) == (55, -111)


@pytest.mark.parametrize(
    "header",
    [None, "", "lat:55", "lat:91;long:0", "lat:0;long:-180.1", "55,-111", "lat:x;long:1", "lat:inf;long:1"],
)
def test_without_a_place_on_earth_there_is_none(header: str | None) -> None:
    assert parse_location(header) is None


@given(st.text(max_size=300) | st.from_regex(r"lat:[0-9.eE-]*;long:[0-9.eE-]*(;[a-z]{2,4}:.*)*"))
def test_any_header_is_read(header: str) -> None:
    location = parse_location(header)
    assert location is None or (abs(location.lat) <= 90 and abs(location.long) <= 180)
