"""What is asked over HTTP comes back as trending and related searches, without who asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from vizsla.library import Library
from vizsla.search import trending
from vizsla.settings import Settings
from vizsla.state import Subset

from .shelf import KEY, Shelf, served_with
from .shelf import shelf as opened

PATIENCE = 10
"""Seconds that a test waits for what ought to happen within one."""


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def get(shelf: Shelf, path: str, **parameters: str) -> httpx.Response:
    return httpx.get(f"{shelf.address}{path}", params=parameters, headers={KEY: shelf.key})


def tiles(response: httpx.Response) -> list[dict[str, Any]]:
    return [tile for category in response.json()["categories"] for tile in category["tiles"]]


def test_what_is_asked_is_soon_popular_and_related(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trending, "KEPT_SECONDS", 0.0)
    with opened(tmp_path) as shelf:
        for _ in range(3):
            shelf.search("striped flag")
            shelf.search("flag", offset=35)
            shelf.search("zeppelin", minWidth=9000)
        until(lambda: bool(shelf.library.queries.popular("en-US", 9)))
        assert [asked.text for asked in shelf.library.queries.popular(None, 9)] == ["striped flag"]
        response = get(shelf, "/v7.0/images/trending")
        assert response.json()["_type"] == "TrendingImages"
        assert response.headers["BingAPIs-Market"] == "en-US"
        (tile,) = [tile for tile in tiles(response) if tile["query"]["text"] == "striped flag"]
        until(lambda: bool(shelf.search("flag").json()["relatedSearches"]))
        assert [query["text"] for query in shelf.search("flag").json()["relatedSearches"]] == ["striped flag"]
        picked = shelf.search(tile["query"]["text"], id=tile["image"]["imageId"], count=1).json()["value"]
        assert [image["imageId"] for image in picked] == [tile["image"]["imageId"]]


def test_what_is_asked_on_the_page_counts_as_what_is_asked_of_the_api(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf, httpx.Client(base_url=shelf.address) as browser:
        browser.headers["Accept-Language"] = "de-DE"
        for _ in range(3):
            for asked in (
                {"q": "striped flag"},
                {"q": "flag ball", "offset": "1"},
                {"q": "zeppelin", "minWidth": "9000"},
                {"q": "drawn ball", "view": "detailv2", "id": shelf.id_of("ball.svg")},
            ):
                assert browser.get("/images/search", params=asked).status_code == 200
        until(lambda: bool(shelf.library.queries.popular("de-DE", 9)))
        assert [asked.text for asked in shelf.library.queries.popular(None, 9)] == ["striped flag"]


def test_what_was_asked_is_written_down_when_the_server_ends(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf:
        for _ in range(2):
            shelf.search("flag")
        place = shelf.library.directory
    with Library(Settings(library=place)) as library:
        assert [asked.text for asked in library.queries.popular(None, 9)] == ["flag"]


def test_an_owner_may_want_nothing_of_it_written(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf:
        with served_with(shelf.library, query_log=False) as address:
            for _ in range(2):
                httpx.get(f"{address}/v7.0/images/search?q=flag", headers={KEY: shelf.key})
        assert shelf.library.queries.popular(None, 9) == []


@pytest.mark.parametrize(("asked", "answered"), [("en-GB", "en-GB"), ("de-DE", "en-US"), ("zh-TW", "zh-CN")])
def test_the_header_tells_the_market_that_answers(shelf: Shelf, asked: str, answered: str) -> None:
    assert get(shelf, "/v7.0/images/trending", mkt=asked).headers["BingAPIs-Market"] == answered


def test_what_trending_does_not_take_changes_nothing(shelf: Shelf) -> None:
    path = "/v7.0/images/trending"
    sent = {"q": "flag", "count": "1", "offset": "9", "license": "public", "size": "nonsense"}
    assert get(shelf, path, **sent).json() == get(shelf, path).json() != {}


def test_the_policy_of_the_market_that_was_asked_for_holds(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    choose = trending.Trending._tiles

    def noting(self: trending.Trending, market: str, safe: str) -> Any:
        seen.append((market, str(safe)))
        return choose(self, market, safe)  # type: ignore[arg-type]

    monkeypatch.setattr(trending.Trending, "_tiles", noting)
    with served_with(shelf.library, strict_markets=("de-DE",), anonymous=True) as address:
        for market in ("de-DE", "en-US"):
            assert httpx.get(f"{address}/v7.0/images/trending?mkt={market}&safeSearch=off").status_code == 200
    assert seen == [("en-US", "Strict"), ("en-US", "Off")]


def test_a_subset_made_while_serving_is_searched(shelf: Shelf) -> None:
    shelf.library.save_subset(
        Subset(name="Flags", filters={"license": "Share"}, sources=(str(shelf.folder),))
    )
    path = "/bingcustomsearch/v7.0/images/search"
    names = {image["name"] for image in get(shelf, path, q="flag", customConfig="flags").json()["value"]}
    assert names
    assert names <= {"Striped flag", "Drawn ball"}
    shelf.library.subsets.delete("Flags")
    assert get(shelf, path, q="flag", customConfig="flags").status_code == 400
