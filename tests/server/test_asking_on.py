"""Slips of the pen and what may be asked next, over real HTTP, from a library that is served."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from conftest import Served

from .shelf import KEY

PATIENCE = 60
"""Seconds until a server that nobody else burdens has long learnt its library's words."""


def ask(served: Served, query: str, **headers: str) -> dict[str, Any]:
    response = httpx.get(
        f"{served.address}/v7.0/images/search",
        params={"q": query, "count": "5"},
        headers={KEY: served.key, **headers},
        timeout=30,
    )
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def names(answer: dict[str, Any]) -> list[str]:
    return [image["imageId"] for image in answer["value"]]


def learnt(served: Served, query: str, enough: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """The answer once the server has learnt enough for it."""
    until = time.monotonic() + PATIENCE
    while not enough(answer := ask(served, query)):
        assert time.monotonic() < until
        time.sleep(0.1)
    return answer


def test_a_slip_of_the_pen_is_corrected_and_can_be_insisted_on(served: Served) -> None:
    answer = learnt(served, "pupies", lambda answer: "alteredQuery" in answer["queryContext"])
    assert answer["queryContext"] == {
        "originalQuery": "pupies",
        "alteredQuery": "puppies",
        "alterationOverrideQuery": "+pupies",
    }
    assert names(answer) == names(ask(served, "puppies"))
    insisted = ask(served, answer["queryContext"]["alterationOverrideQuery"])
    assert insisted["queryContext"] == {"originalQuery": "+pupies"}


def test_an_answer_leads_on(served: Served) -> None:
    answer = learnt(served, "red car", lambda answer: answer["pivotSuggestions"])
    assert answer["queryExpansions"]
    assert answer["relatedSearches"]
    (car,) = [pivot for pivot in answer["pivotSuggestions"] if pivot["pivot"] == "car"]
    for suggestion in (*answer["queryExpansions"], *car["suggestions"]):
        assert suggestion["displayText"] in suggestion["text"]
        followed = httpx.get(suggestion["searchLink"], headers={KEY: served.key}, timeout=30).json()
        assert followed["queryContext"]["originalQuery"] == suggestion["text"]


@pytest.mark.parametrize(
    ("header", "asks"), [({}, True), ({"X-Search-Location": "lat:55;long:-111;re:22"}, None)]
)
def test_who_says_where_they_are_is_not_asked(
    served: Served, header: dict[str, str], asks: bool | None
) -> None:
    assert ask(served, "dogs near me", **header)["queryContext"].get("askUserForLocation") is asks


def test_an_sdk_gets_a_read_link_that_can_be_followed(served: Served) -> None:
    answer = ask(served, "dog", **{"X-BingApis-SDK": "true"})
    assert answer["readLink"].endswith("/v7.0/images/search?q=dog")
    assert httpx.get(answer["readLink"], headers={KEY: served.key}, timeout=30).json()["value"]
    assert ask(served, "dog")["readLink"] == "images/search?q=dog"
