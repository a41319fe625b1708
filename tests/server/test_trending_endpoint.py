"""`/images/trending` over real HTTP."""

from __future__ import annotations

import pytest

from conftest import Served
from vizsla.wire import TRENDING_MARKETS

from .about_image import Asking, error_of


@pytest.fixture(scope="module")
def asking(served: Served) -> Asking:
    return Asking(served)


@pytest.mark.parametrize("prefix", ["/v7.0", "/bing/v7.0", "/v7", "/api/v7"])
def test_a_library_that_nobody_searched_has_something_to_show(asking: Asking, prefix: str) -> None:
    response = asking.get(f"{prefix}/images/trending")
    assert response.status_code == 200
    answer = response.json()
    assert answer["_type"] == "TrendingImages"
    assert answer["categories"]
    for category in answer["categories"]:
        assert category["title"]
        assert category["tiles"]
        for tile in category["tiles"]:
            assert tile["query"]["text"]
            assert "searchLink" not in tile["query"]
            assert {"thumbnailUrl", "contentUrl", "thumbnail", "imageId"} <= tile["image"].keys()


def test_a_tile_leads_to_a_search_that_its_picture_begins(asking: Asking) -> None:
    tile = asking.get("/v7.0/images/trending").json()["categories"][0]["tiles"][0]
    answer = asking.get("/v7.0/images/search", q=tile["query"]["text"], id=tile["image"]["imageId"]).json()
    assert answer["value"][0]["imageId"] == tile["image"]["imageId"]


@pytest.mark.parametrize("market", sorted(TRENDING_MARKETS))
def test_documented_markets_answer_as_themselves(asking: Asking, market: str) -> None:
    response = asking.get("/v7.0/images/trending", mkt=market.lower())
    assert response.headers["BingAPIs-Market"] == market


@pytest.mark.parametrize(
    ("market", "answers"), [("fr-CA", "en-US"), ("de-DE", "en-US"), ("zh-TW", "zh-CN"), ("xx", "en-US")]
)
def test_other_markets_are_answered_by_the_nearest(asking: Asking, market: str, answers: str) -> None:
    response = asking.get("/v7.0/images/trending", mkt=market)
    assert response.status_code == 200
    assert response.headers["BingAPIs-Market"] == answers


def test_parameters_of_search_are_ignored(asking: Asking) -> None:
    plain = asking.get("/v7.0/images/trending").json()
    assert asking.get("/v7.0/images/trending", q="dog", count="x", offset=-1, size="Huge").json() == plain


def test_a_wrong_safe_search_is_refused(asking: Asking) -> None:
    response = asking.get("/v7.0/images/trending", safeSearch="foo")
    assert error_of(response) == (400, "ParameterInvalidValue", "safeSearch")
