"""`/th`: the rules of the v7 reference, section 10, on a thumbnail of 474 by 316."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from PIL import Image

from vizsla.wire import ThumbnailId

from .shelf import BLUE, GREEN, RED, Shelf, raw_get

WHITE = (255, 255, 255)


def get(shelf: Shelf, name: str = "flag.jpg", more: str = "", **headers: str) -> httpx.Response:
    return httpx.get(shelf.thumbnail(name) + more, headers=headers)


def picture(response: httpx.Response) -> Image.Image:
    assert response.status_code == 200
    image = Image.open(BytesIO(response.content))
    image.load()
    return image


def near(image: Image.Image, x: int, y: int, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel has a colour, as far as JPEG keeps it."""
    found: Any = image.convert("RGB").getpixel((x, y))
    return all(abs(one - other) < 40 for one, other in zip(found, colour, strict=True))


def test_a_thumbnail_is_474_wide_and_needs_no_key(shelf: Shelf) -> None:
    address = shelf.thumbnail("flag.jpg")
    assert "?" in address
    response = httpx.get(address)
    assert picture(response).size == (474, 316)
    assert response.headers["content-type"] == "image/jpeg"


def test_the_answer_tells_the_size_of_the_thumbnail(shelf: Shelf) -> None:
    for image in shelf.search("flag disc ball picture").json()["value"]:
        size = picture(httpx.get(image["thumbnailUrl"])).size
        assert size == (image["thumbnail"]["width"], image["thumbnail"]["height"])
        assert size[0] == 474


def test_what_is_transparent_stays_so(shelf: Shelf) -> None:
    for more in ("", "&w=100", "&w=80&h=80&c=7"):
        response = get(shelf, "disc.png", more)
        image = picture(response)
        assert response.headers["content-type"] == "image/png"
        assert image.format == "PNG"
        assert image.getchannel("A").getextrema() == (0, 255)


PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text("utf-8")
ROWS = re.findall(
    r"^\| `(&[^`]*)` \| `([^`]+)` \|",
    PAGE.partition("\n## Thumbnails\n")[2].partition("\n## ")[0],
    re.MULTILINE,
)


@pytest.mark.parametrize(("more", "answer"), ROWS)
def test_thumbnails_come_as_the_page_says(shelf: Shelf, more: str, answer: str) -> None:
    response = get(shelf, more=more)
    if response.status_code == 200:
        assert "{}x{}".format(*picture(response).size) == answer
        assert response.headers["content-type"] == "image/jpeg"
    else:
        error = response.json()["errors"][0]
        assert f"{response.status_code} {error['subCode']} {error['parameter']}" == answer


def test_the_page_has_every_row_of_the_reference() -> None:
    documented = ("&w=500", "&w=500&p=0", "&w=200&h=200", "&w=200&h=200&p=0", "&w=200&h=200&c=7")
    assert set(documented) <= {more for more, _ in ROWS}


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ("&h=158", (237, 158)),
        ("&w=474&h=316", (474, 316)),
        ("&h=120&w=180&c=7", (180, 120)),
        ("&W=237", (237, 158)),
        ("&w=100&dpr=1,5", (150, 100)),
        ("&w=400&h=400&c=7&rs=1&p=0&dpr=2&pid=1.7", (316, 316)),
        ("&w=110&h=110&c=17&o=5&bw=6&bc=ffffff&pid=21.1", (110, 110)),
        ("&w=110&h=110&c=7&rs=1&qlt=80&cdv=1&pid=16.1", (110, 110)),
    ],
)
def test_published_addresses_work(shelf: Shelf, more: str, size: tuple[int, int]) -> None:
    response = get(shelf, more=more)
    assert picture(response).size == size
    assert response.headers["content-type"] == "image/jpeg"


def test_what_is_smaller_than_asked_for_is_centred_on_white(shelf: Shelf) -> None:
    image = picture(get(shelf, more="&w=500"))
    assert near(image, 3, 166, WHITE)
    assert near(image, 496, 166, WHITE)
    assert near(image, 250, 3, WHITE)
    assert near(image, 250, 166, GREEN)
    bars = picture(get(shelf, more="&w=200&h=200"))
    assert near(bars, 100, 29, WHITE)
    assert near(bars, 100, 170, WHITE)
    assert near(bars, 100, 100, GREEN)


def test_a_blind_crop_of_what_is_too_wide_keeps_the_middle(shelf: Shelf) -> None:
    image = picture(get(shelf, more="&w=200&h=200&c=4"))
    assert near(image, 20, 100, RED)
    assert near(image, 100, 100, GREEN)
    assert near(image, 180, 100, BLUE)


def test_a_blind_crop_of_what_is_too_tall_keeps_the_top(shelf: Shelf) -> None:
    image = picture(get(shelf, "disc.png", "&w=400&h=100&c=4"))
    assert image.size == (400, 100)
    alpha = image.getchannel("A")
    assert alpha.crop((0, 0, 400, 50)).getextrema() == (0, 0)
    assert alpha.crop((0, 90, 400, 100)).getextrema()[1] == 255


def test_nobody_gets_a_huge_picture(shelf: Shelf) -> None:
    for more in ("&w=100000", "&w=99999999999999999999&h=99999999999999999999", "&h=1000000&c=7"):
        assert max(picture(get(shelf, more=more)).size) <= 1896


@pytest.mark.parametrize("name", ["flag.jpg", "disc.png"])
def test_the_single_page_app_gets_the_size_that_it_lays_out(shelf: Shelf, name: str) -> None:
    width, height = picture(get(shelf, name)).size
    wanted = max(round(120 * width / height), 120)
    image = picture(get(shelf, name, f"&h=120&w={wanted}"))
    assert image.size == (wanted, 120)
    if name == "flag.jpg":
        assert near(image, 0, 60, RED)
        assert near(image, wanted - 1, 60, BLUE)


def test_a_lower_quality_makes_a_smaller_file(shelf: Shelf) -> None:
    sizes = [len(get(shelf, more=f"&w=300{more}").content) for more in ("&qlt=1", "&qlt=50", "", "&qlt=100")]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] < sizes[3]
    assert get(shelf, more="&qlt=100").content == get(shelf).content


def test_a_border_has_its_colour(shelf: Shelf) -> None:
    image = picture(get(shelf, more="&w=200&bw=16&bc=1e1ec8"))
    assert image.size == (200, 144)
    assert near(image, 4, 4, BLUE)
    assert near(image, 30, 70, RED)


def test_an_id_of_another_size_is_the_picture_in_at_most_that_size(shelf: Shelf) -> None:
    known = ThumbnailId.parse(dict(parse_qsl(urlsplit(shelf.thumbnail("flag.jpg")).query))["id"])
    smaller, larger, square = (
        picture(httpx.get(f"{shelf.address}/th?id={ThumbnailId(known.content_id, *size)}&pid=Api")).size
        for size in ((237, 158), (948, 632), (200, 200))
    )
    assert (smaller, larger, square) == ((237, 158), (474, 316), (200, 134))


def test_a_thumbnail_may_be_kept_for_ever(shelf: Shelf) -> None:
    headers = get(shelf).headers
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["ETag"]


def test_who_has_it_is_told_so(shelf: Shelf) -> None:
    etags = {more: get(shelf, more=more).headers["ETag"] for more in ("", "&w=100", "&w=100&p=0")}
    assert len(set(etags.values())) == 3
    for more, etag in etags.items():
        response = get(shelf, more=more, **{"If-None-Match": f'W/"x", {etag}'})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == etag
        assert "immutable" in response.headers["Cache-Control"]
    assert get(shelf, more="&w=100", **{"If-None-Match": etags[""]}).status_code == 200


def test_one_rendition_has_one_tag_however_it_is_asked_for(shelf: Shelf) -> None:
    same = (
        "&w=100",
        "&w=0100",
        "&w=100.0",
        "&w=100&foo=1",
        "&w=100&c=7",
        "&w=100&qlt=85&dpr=1&bc=000000&p=1",
    )
    tags = {get(shelf, more=more).headers["ETag"] for more in same}
    assert len(tags) == 1
    assert len({get(shelf, more=more).headers["ETag"] for more in ("", "&p=0", "&dpr=2", "&c=4")}) == 1


def test_any_picture_will_do_for_who_asks_so_but_not_none(shelf: Shelf) -> None:
    response = get(shelf, more="&w=90", **{"If-None-Match": "*"})
    assert (response.status_code, response.content) == (304, b"")
    unknown = ThumbnailId(bytes(16), 474, 316)
    assert httpx.get(f"{shelf.address}/th?id={unknown}", headers={"If-None-Match": "*"}).status_code == 404


def test_head_tells_length_and_type(shelf: Shelf) -> None:
    address = shelf.thumbnail("flag.jpg")
    received = raw_get(shelf.address, address.removeprefix(shelf.address).encode(), method=b"HEAD")
    assert received.startswith(b"HTTP/1.1 200 OK")
    assert received.endswith(b"\r\n\r\n")
    assert f"content-length: {len(get(shelf).content)}".encode() in received


def refusal(shelf: Shelf, query: str) -> tuple[int, str]:
    response = httpx.get(f"{shelf.address}/th{query}")
    assert "public" not in response.headers["Cache-Control"]
    return response.status_code, response.json()["errors"][0].get("parameter", "")


def test_bad_requests_are_refused(shelf: Shelf) -> None:
    known = urlsplit(shelf.thumbnail("flag.jpg")).query
    unknown = ThumbnailId(bytes(16), 474, 316)
    assert refusal(shelf, "") == (400, "id")
    assert refusal(shelf, "?id=&q=%20&pid=Api") == (400, "id")
    assert refusal(shelf, f"?id={unknown}&pid=Api") == (404, "")
    for garbage in ("OIP.x", "../../records.db", "%00", "%ff%fe", "OIP." + "A" * 500, f"{unknown}%0a"):
        assert refusal(shelf, f"?id={garbage}") == (404, "")
    for value in ("abc", "-1", "1e3", "%00"):
        assert refusal(shelf, f"?{known}&w={value}") == (400, "w")
        assert refusal(shelf, f"?{known}&h={value}") == (400, "h")
    for name, value in (("qlt", "best"), ("dpr", "x2"), ("bw", "-1"), ("bc", "white"), ("adlt", "foo")):
        assert refusal(shelf, f"?{known}&{name}={value}") == (400, name)
