import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vizsla.wire import (
    MAX_DISPLAY_LENGTH,
    MAX_THUMBNAIL_HEIGHT,
    THUMBNAIL_WIDTH,
    InsightsToken,
    ThumbnailId,
    content_size,
    display_url,
    format_date,
    format_image_id,
    insights_token,
    parse_image_id,
    simid,
    thumbnail_size,
)

content_ids = st.binary(min_size=16, max_size=16)
side = st.integers(1, 4095)
thumbnail_ids = st.builds(ThumbnailId, content_ids, side, side)
image_ids = st.binary(min_size=20, max_size=20).map(format_image_id)
values = st.none() | st.text("ABYZabyz0189._/+=-", min_size=1)


@settings(deadline=None)
@given(st.binary(min_size=20, max_size=20))
def test_an_image_id_survives_the_way_there_and_back(digest: bytes) -> None:
    text = format_image_id(digest)
    assert len(text) == 40
    assert text == text.upper()
    assert bytes.fromhex(text) == digest
    assert parse_image_id(text) == parse_image_id(text.lower()) == text


@pytest.mark.parametrize("text", ["", "0" * 39, "0" * 41, "G" * 40, "０" * 40, "../" * 13 + "x"])
def test_other_text_is_no_image_id(text: str) -> None:
    with pytest.raises(ValueError, match="40 hexadecimal digits"):
        parse_image_id(text)


def test_an_image_id_is_made_from_twenty_bytes() -> None:
    with pytest.raises(ValueError, match="20 bytes"):
        format_image_id(b"short")


@settings(deadline=None)
@given(thumbnail_ids)
def test_a_thumbnail_id_survives_the_way_there_and_back(thumbnail: ThumbnailId) -> None:
    assert len(str(thumbnail)) == 30
    assert ThumbnailId.parse(str(thumbnail)) == thumbnail


def test_a_thumbnail_id_tells_the_size_as_published_ones_do() -> None:
    assert str(ThumbnailId(bytes(range(16)), 474, 296)) == "OIP.AAECAwQFBgcICQoLDA0ODwHaEo"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OIP.",
        "OIP.AAECAwQFBgcICQoLDA0ODw",
        "oip.AAECAwQFBgcICQoLDA0ODwHaEo",
        "OIP.AAECAwQFBgcICQoLDA0ODwHaEo\n",
        "OIP.AAECAwQFBgcICQoLDA0OD/HaEo",
        "OIP.AAECAwQFBgcICQoLDA0ODxHaEo",
        "OIP.AAECAwQFBgcICQoLDA0ODwAAEo",
        "OIP.AAECAwQFBgcICQoLDA0ODwHaAA",
        "OIP../../../../etc/passwd/xxxxxx",
    ],
)
def test_other_text_is_no_thumbnail_id(text: str) -> None:
    with pytest.raises(ValueError, match="thumbnail id"):
        ThumbnailId.parse(text)


@pytest.mark.parametrize(
    ("content_id", "width", "height"), [(b"x", 474, 296), (bytes(16), 4096, 1), (bytes(16), 1, 0)]
)
def test_a_thumbnail_id_is_made_from_what_fits_into_it(content_id: bytes, width: int, height: int) -> None:
    with pytest.raises(ValueError, match="16 bytes and a size"):
        ThumbnailId(content_id, width, height)


@settings(deadline=None)
@given(st.from_regex(r"OIP\.[A-Za-z0-9_-]{26}", fullmatch=True))
def test_each_thumbnail_id_has_one_spelling(text: str) -> None:
    try:
        thumbnail = ThumbnailId.parse(text)
    except ValueError:
        return
    assert str(thumbnail) == text


@settings(deadline=None)
@given(image_ids, thumbnail_ids, st.binary(min_size=16, max_size=16))
def test_the_token_of_an_image_leads_back_to_it(image_id: str, thumbnail: ThumbnailId, group: bytes) -> None:
    token = InsightsToken.parse(str(InsightsToken.of(image_id, thumbnail, group)))
    assert token == InsightsToken.of(image_id, thumbnail, group)
    assert insights_token(image_id, str(thumbnail), thumbnail.content_id, simid(group)) == str(token)
    assert token.mid == image_id
    assert token.simid == simid(group)
    assert ThumbnailId.parse(token.thid or "") == thumbnail


@settings(deadline=None)
@given(st.builds(InsightsToken, bcid=values, ccid=values, cp=values, mid=values, simid=values, thid=values))
def test_a_token_survives_the_way_there_and_back(token: InsightsToken) -> None:
    assume(token.bcid or token.mid or token.thid)
    assert InsightsToken.parse(str(token)) == token


def test_a_token_is_written_as_published_ones_are() -> None:
    token = InsightsToken.of(
        "0123456789ABCDEF" * 2 + "01234567", ThumbnailId(b"\xff" * 16, 474, 296), b"\xff" * 16
    )
    assert str(token) == (
        "ccid_////////*mid_0123456789ABCDEF0123456789ABCDEF01234567"
        "*simid_546744073709551615*thid_OIP.\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_wHaEo"
    )


def test_unknown_parts_of_a_token_are_ignored() -> None:
    assert InsightsToken.parse("ccid_a*new_1*mid_ABC*mid_DEF") == InsightsToken(ccid="a", mid="ABC")


@pytest.mark.parametrize(
    "text", ["", "*", "mid_", "mid", "mid_ ", "ccid_abc", "mid_a**", "mid_<b>", "mid_" + "A" * 2000]
)
def test_other_text_is_no_token(text: str) -> None:
    with pytest.raises(ValueError, match="insights token"):
        InsightsToken.parse(text)


@settings(deadline=None)
@given(st.text() | st.text("*_\\abcdimthsp."))
def test_no_text_raises_anything_but_a_value_error(text: str) -> None:
    for parse in (InsightsToken.parse, ThumbnailId.parse, parse_image_id):
        with contextlib.suppress(ValueError):
            parse(text)


@settings(deadline=None)
@given(content_ids)
def test_a_simid_has_eighteen_digits_and_fits_into_64_bits(content_id: bytes) -> None:
    assert len(simid(content_id)) == 18
    assert int(simid(content_id)) < 2**63


@pytest.mark.parametrize(
    ("size", "thumbnail"),
    [
        ((1920, 1200), (474, 296)),
        ((263, 192), (474, 346)),
        ((1200, 900), (474, 355)),
        ((1, 1), (474, 474)),
        ((1, 4), (474, 1896)),
        ((100, 401), (472, 1896)),
        ((1, 100_000), (1, 1896)),
        ((100_000, 1), (474, 1)),
    ],
)
def test_thumbnails_are_474_wide(size: tuple[int, int], thumbnail: tuple[int, int]) -> None:
    assert thumbnail_size(*size) == thumbnail


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_thumbnails_stay_in_bounds(width: int, height: int) -> None:
    thumbnail_width, thumbnail_height = thumbnail_size(width, height)
    assert 1 <= thumbnail_width <= THUMBNAIL_WIDTH
    assert 1 <= thumbnail_height <= MAX_THUMBNAIL_HEIGHT
    assert thumbnail_width == THUMBNAIL_WIDTH or thumbnail_height == MAX_THUMBNAIL_HEIGHT


@pytest.mark.parametrize("size", [(0, 1), (1, 0), (-1, 5)])
def test_a_picture_without_pixels_has_no_thumbnail(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        thumbnail_size(*size)


def test_dates_have_seven_digits_of_fraction() -> None:
    assert format_date(1_509_699_060) == "2017-11-03T08:51:00.0000000Z"
    assert format_date(0) == "1970-01-01T00:00:00.0000000Z"
    assert format_date(-(10**15)) == "0001-01-01T00:00:00.0000000Z"
    assert format_date(10**15) == "9999-12-31T23:59:59.0000000Z"


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0)))
def test_dates_survive_the_way_there_and_back(moment: datetime) -> None:
    seconds = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    assert datetime.fromisoformat(format_date(seconds)) == moment


def test_content_sizes_are_in_bytes() -> None:
    assert content_size(897_388) == "897388 B"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://coast.example.org/", "https://coast.example.org"),
        ("http://coast.example.org/", "coast.example.org"),
        ("http://www.example.org/news/763", "www.example.org/news/763"),
        (
            "https://example.org/2012/06/10/a-walk-along-the-northern-coast-in-early-summer",
            "https://example.org/2012/06/10/a-walk-along-the-northern-coast-in...",
        ),
        ("", ""),
    ],
)
def test_display_addresses(url: str, shown: str) -> None:
    assert display_url(url) == shown


@settings(deadline=None)
@given(st.text() | st.text("ab-/.", min_size=60, max_size=90))
def test_display_addresses_are_short(url: str) -> None:
    assert len(display_url(url)) <= MAX_DISPLAY_LENGTH
