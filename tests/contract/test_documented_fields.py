"""Every field that the published Swagger files name is in some answer, or stands in the table of those that never are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import Served

from .programs import KEY
from .swagger import ROOTS, bundle, needs_swagger, present

pytestmark = needs_swagger

UNSENT = {
    "nothing is sold, and nobody tells prices": (
        *("aggregateOffer", "availability", "lastUpdated", "lowPrice", "offerCount", "offers", "price"),
        *("priceCurrency", "seller", "shoppingSources", "shoppingSourcesCount", "visuallySimilarProducts"),
    ),
    "no source has recipes or ratings": (
        *("aggregateRating", "bestRating", "cookTime", "prepTime", "ratingValue", "recipes", "reviewCount"),
        "totalTime",
    ),
    "nobody is recognised, no text read": (
        *("entity", "jobTitle", "lines", "mainEntity", "matchConfidence", "matchingEntities", "words"),
        *("recognizedEntityGroups", "recognizedEntityRegions", "region", "regions", "sources"),
        *("left", "top", "right", "bottom", "twitterProfile"),
    ),
    "collections are sources: who made them and where they are is not told": (
        *("creator", "followersCount", "source"),
    ),
    "of the Swagger's ancestors, in no published answer": (
        *("alternateName", "bingId", "id", "isTopAction", "provider", "result", "visualWords"),
    ),
    "calls that count clicks for the service": (
        *("contentUrlPingSuffix", "hostPageUrlPingSuffix", "webSearchUrlPingSuffix"),
    ),
}
"""Reasons, and the fields that are never sent for it."""

NEVER = {field for fields in UNSENT.values() for field in fields}


LEARNT = ("pivotSuggestions", "similarTerms")
"""From what stands together, and from what looks alike."""


@pytest.fixture(scope="module")
def sent(served: Served, picture: Path) -> set[str]:
    """Names of all fields of all kinds of answers."""
    asked, headers = f"{served.address}/v7.0/images/search?q=red+flower", {KEY: served.key}
    deadline = time.monotonic() + 60  # the words are learnt behind the searches of a server's first seconds
    while not all(httpx.get(asked, headers=headers).json().get(field) for field in LEARNT):
        assert time.monotonic() < deadline, "the words of the library were never learnt"
        time.sleep(0.1)
    return {name for answer in answers(served, picture) for name in names(answer)}


def references(schema: Any) -> Iterator[str]:
    """The definitions that a schema leads to."""
    if isinstance(schema, list):
        for entry in schema:
            yield from references(entry)
    elif isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].removeprefix("#/$defs/").replace("~1", "/").replace("%20", " ")
        for entry in schema.values():
            yield from references(entry)


def documented() -> set[str]:
    """Names of all fields of what an answer may hold."""
    schemas = bundle()["$defs"]
    reached: set[str] = set()
    waiting = [*ROOTS.values(), "ImageSearch/ErrorResponse"]
    while waiting:
        if (name := waiting.pop()) not in reached:
            reached.add(name)
            waiting.extend(references(schemas[name]))
    return {field for name in reached for field in schemas[name].get("properties", {})}


@pytest.mark.parametrize("field", sorted(documented() - NEVER) if present else [])
def test_a_documented_field_is_sent(sent: set[str], field: str) -> None:
    assert field in sent


def test_what_is_never_sent_is_not(sent: set[str]) -> None:
    assert sent & NEVER == set()
    assert documented() >= NEVER


def answers(served: Served, picture: Path) -> Iterator[Any]:
    address = f"{served.address}/v7.0/images"
    with httpx.Client(base_url=address, headers={KEY: served.key}, timeout=60) as client:
        for query in ("grey cat walkng", "yellow flower", "red flowers near me", "nude", "dog", "kitten"):
            yield client.get("/search", params={"q": query}).json()
        yield client.get("/search", params={"q": "cat"}, headers={"Accept": "application/ld+json"}).json()
        image = client.get("/search", params={"q": "cat"}).json()["value"][0]
        yield client.get("/details", params={"insightsToken": image["imageInsightsToken"], "q": "cat"}).json()
        yield client.get("/trending").json()
        yield client.post("/visualsearch", files={"image": picture.read_bytes()}).json()
        yield client.get("/search", params={"q": "cat", "count": "-1"}).json()
        yield client.get("/search", params={"q": "cat"}, headers={KEY: "0"}).json()


def names(answer: Any) -> Iterator[str]:
    """The names of all fields within."""
    if isinstance(answer, list):
        for entry in answer:
            yield from names(entry)
    elif isinstance(answer, dict):
        for name, value in answer.items():
            yield name
            yield from names(value)
