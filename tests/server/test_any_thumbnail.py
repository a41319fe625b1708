"""`/th` with anything at all: it answers, and a picture is a picture within its bounds."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from vizsla.decode import MAX_SIDE

from .shelf import Shelf

NAMES = ("flag.jpg", "disc.png", "ball.svg", "away.png")
numbers = st.one_of(
    st.integers(-2, 2500).map(str),
    st.sampled_from(["", "0", "0100", "1.0", "1.5", "1,3", "99999999999999999999", "NaN", "1e3", "-0"]),
    st.text(max_size=4),
)
values = {
    **dict.fromkeys(("w", "h", "qlt", "dpr", "bw"), numbers),
    "c": st.sampled_from(["0", "1", "4", "7", "8", "14", "17", "x"]),
    "p": st.sampled_from(["0", "1", ""]),
    "bc": st.sampled_from(["ffffff", "1E3CC8", "#000000", "red", ""]),
    "adlt": st.sampled_from(["strict", "moderate", "off", "x"]),
    "q": st.text(max_size=12),
    "foo": st.text(max_size=4),
}
queries = st.fixed_dictionaries({}, optional=values)


@pytest.fixture(scope="module")
def addresses(shelf: Shelf) -> dict[str, str]:
    return {name: shelf.thumbnail(name) for name in NAMES}


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from((*NAMES, "")), query=queries, known=st.sampled_from(["", "*", '"x", W/"y"', ","]))
@example(name="flag.jpg", query={"w": "1896", "h": "1896", "c": "7", "p": "0", "dpr": "3"}, known="")
@example(name="", query={"q": "flag", "w": "2000"}, known="*")
def test_whatever_is_asked_for_is_answered(
    addresses: dict[str, str], shelf: Shelf, name: str, query: dict[str, str], known: str
) -> None:
    address = addresses[name] if name else f"{shelf.address}/th?pid=Api"
    response = httpx.get(f"{address}&{urlencode(query)}", headers={"If-None-Match": known} if known else {})
    assert response.status_code in (200, 304, 400, 404)
    if response.status_code == 200:
        image = Image.open(BytesIO(response.content))
        image.load()
        assert max(image.size) <= MAX_SIDE
        assert response.headers["content-type"] == f"image/{str(image.format).lower()}"
    elif response.status_code != 304:
        assert response.json()["errors"]
