"""`/bingcustomsearch/v7.0/images/search` and what else is told apart at the endpoints of search, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from vizsla.server.openapi import OPERATIONS
from vizsla.state import Subset

from .about_image import error_of
from .shelf import KEY, Shelf
from .shelf import shelf as opened

CUSTOM = "/bingcustomsearch/v7.0/images/search"
EVERYTHING = "flag disc ball picture dog"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """A shelf with subsets."""
    with opened(tmp_path_factory.mktemp("subsets")) as made:
        for subset in (
            Subset(name="Shared", filters={"license": "Share"}),
            Subset(name="away", sites=("example.org",)),
            Subset(name="here", sources=(str(made.folder),)),
            Subset(name="nowhere", sites=("example.com",), filters={"imageType": "Photo"}),
        ):
            made.library.save_subset(subset)
        yield made


def get(shelf: Shelf, path: str, **params: Any) -> httpx.Response:
    return httpx.get(shelf.address + path, params=params, headers={KEY: shelf.key})


def names(response: httpx.Response) -> set[str]:
    return {image["name"] for image in response.json()["value"]}


def test_a_subset_is_searched_alone(shelf: Shelf) -> None:
    answer = get(shelf, CUSTOM, q=EVERYTHING, customConfig="shared")
    assert answer.json()["_type"] == "Images"
    assert names(answer) == {"Striped flag", "Drawn ball"}
    assert names(get(shelf, CUSTOM, q=EVERYTHING, customConfig="away")) == {"Picture that lives elsewhere"}
    assert names(get(shelf, CUSTOM, q=EVERYTHING, customConfig="here")) == names(shelf.search(EVERYTHING))
    assert names(get(shelf, CUSTOM, q=EVERYTHING, customConfig="nowhere")) == set()


def test_parameters_narrow_a_subset(shelf: Shelf) -> None:
    answer = get(shelf, CUSTOM, q=EVERYTHING, customConfig="Shared", license="Public")
    assert names(answer) == {"Drawn ball"}


@pytest.mark.parametrize(
    ("params", "sub_code", "parameter"),
    [
        ({"q": "flag"}, "ParameterMissing", "customConfig"),
        ({"q": "flag", "customConfig": " "}, "ParameterMissing", "customConfig"),
        ({"q": "flag", "customConfig": "other"}, "ParameterInvalidValue", "customConfig"),
        ({"q": "flag", "customConfig": "../x"}, "ParameterInvalidValue", "customConfig"),
        ({"customConfig": "shared"}, "ParameterMissing", "q"),
        ({"q": "flag", "customConfig": "shared", "count": "x"}, "ParameterInvalidValue", "count"),
    ],
)
def test_what_names_no_subset_is_refused(
    shelf: Shelf, params: dict[str, str], sub_code: str, parameter: str
) -> None:
    assert error_of(get(shelf, CUSTOM, **params)) == (400, sub_code, parameter)


def test_a_new_subset_is_searched_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as made:
        assert get(made, CUSTOM, q="flag", customConfig="late").status_code == 400
        made.library.save_subset(Subset(name="late", filters={"license": "Public"}))
        assert names(get(made, CUSTOM, q=EVERYTHING, customConfig="late")) == {"Drawn ball"}


@pytest.mark.parametrize(
    "operation",
    [operation for operation in OPERATIONS if "/images/" in operation.path],
    ids=lambda operation: f"{operation.method} {operation.path}",
)
def test_everything_of_the_api_that_is_described_is_served_and_needs_a_key(
    shelf: Shelf, operation: Any
) -> None:
    response = httpx.request(operation.method.upper(), shelf.address + operation.path)
    assert response.status_code == 401


def test_read_links_are_absolute_for_the_sdks(shelf: Shelf) -> None:
    for value in ("true", "True", ""):
        headers = {KEY: shelf.key, "X-BingApis-SDK": value}
        answer = httpx.get(f"{shelf.address}/v7.0/images/search", params={"q": "a flag"}, headers=headers)
        assert answer.json()["readLink"] == f"{shelf.address}/v7.0/images/search?q=a flag"
    assert shelf.search("a flag").json()["readLink"] == "images/search?q=a flag"


def test_the_address_that_node_bing_api_calls_is_served(shelf: Shelf) -> None:
    answer = get(shelf, "/bing/v7.0/searchimages/search", q="flag")
    assert answer.json()["value"] == shelf.search("flag").json()["value"]


def test_queries_that_found_something_are_remembered_and_others_are_not(tmp_path: Path) -> None:
    with opened(tmp_path) as made:
        made.library.save_subset(Subset(name="all"))
        for _ in range(3):
            made.search("Flag", mkt="de-DE")
            made.search("ball", offset=1)
            made.search("ball", license="Modify", imageType="AnimatedGif")
            get(made, CUSTOM, q="disc", customConfig="all")
        made.library.queries.flush()
        assert [asked.text for asked in made.library.queries.popular(None, 10)] == ["flag"]
        assert [asked.text for asked in made.library.queries.popular("de-DE", 10)] == ["flag"]
