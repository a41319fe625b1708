"""The judge of answers is just: it lets the published examples pass, and nothing that is broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from vizsla.wire import (
    Unauthorized,
    decode_images,
    decode_insights,
    decode_knowledge,
    decode_trending,
    encode,
)

from .exceptions import ABSENT, EXCEPTIONS, Difference
from .swagger import FILES, ROOT, Contract, Definitions, bundle, examples, needs_swagger, present, published

pytestmark = needs_swagger

EXAMPLES = list(examples()) if present else []
SEED = json.loads((ROOT / "tests" / "wire" / "sample.json").read_text("utf-8"))
SEARCH = "/v7.0/images/search"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract()


def example(path: str) -> Any:
    return deepcopy(next(body for _, at, body in EXAMPLES if at == path))


@pytest.mark.parametrize(("path", "body"), [row[1:] for row in EXAMPLES], ids=[row[1] for row in EXAMPLES])
def test_every_published_example_passes(contract: Contract, path: str, body: Any) -> None:
    assert contract.faults(path, 200, body) == []


def test_the_sample_answer_of_the_quickstart_passes(contract: Contract) -> None:
    assert contract.faults(SEARCH, 200, SEED) == []


def test_an_error_of_ours_passes(contract: Contract) -> None:
    assert contract.faults(SEARCH, 401, json.loads(Unauthorized().encode())) == []


BROKEN: dict[str, Callable[[Any], Any]] = {
    "another class of answer": lambda answer: answer.update(_type="TrendingImages"),
    "an answer of no class": lambda answer: answer.pop("_type"),
    "a missing required field": lambda answer: answer.pop("value"),
    "a field that nothing names": lambda answer: answer.update(colour="red"),
    "a field that nothing names, within": lambda answer: answer["value"][0].update(colour="red"),
    "a field of a relative": lambda answer: answer["value"][0].update(pivot="x"),
    "a name in another case": lambda answer: answer["value"][0].update(imageID="x"),
    "a number as text": lambda answer: answer["value"][0].update(width="640"),
    "text as a number": lambda answer: answer["value"][0].update(contentSize=640),
    "null": lambda answer: answer["value"][0].update(name=None),
    "a number out of range": lambda answer: answer.update(nextOffset=2**31),
    "a fraction": lambda answer: answer.update(totalEstimatedMatches=1.5),
    "an object for a list": lambda answer: answer.update(value={}),
    "an unknown class within": lambda answer: answer["value"][0].update(_type="Picture"),
    "a class that does not belong there": lambda answer: answer["value"][0].update(_type="Offer"),
    "a query without text": lambda answer: answer["queryExpansions"][0].pop("text"),
    "an unknown availability": lambda answer: answer["value"][0]["insightsMetadata"].update(
        aggregateOffer={"availability": "Perhaps"}
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_does_not_pass(contract: Contract, name: str) -> None:
    answer = example(SEARCH)
    BROKEN[name](answer)
    assert len(contract.faults(SEARCH, 200, answer)) >= 1


def test_the_class_of_an_action_decides_what_it_holds(contract: Contract) -> None:
    path = "/v7.0/images/visualsearch"
    answer = example(path)
    action = answer["tags"][0]["actions"][0]
    action["data"] = {"value": []}
    assert contract.faults(path, 200, answer)
    action["_type"] = "ImageModuleAction"
    assert contract.faults(path, 200, answer) == []
    action["_type"] = "ImageRelatedSearchesAction"
    action["data"]["value"] = [{"text": "x", "pivot": "y"}]
    assert contract.faults(path, 200, answer)


@pytest.mark.parametrize(
    "body",
    [{}, {"_type": "ErrorResponse"}, {"_type": "ErrorResponse", "errors": [{"code": "InvalidRequest"}]}],
)
def test_a_broken_error_does_not_pass(contract: Contract, body: Any) -> None:
    assert contract.faults(SEARCH, 400, body)
    assert contract.faults("/v7.0/images/visualsearch", 400, body)


# The exceptions


@pytest.mark.parametrize("row", EXCEPTIONS, ids=lambda row: f"{row.definition}.{row.field}")
def test_an_exception_tells_a_difference_to_the_published_files(row: Difference) -> None:
    file, _, name = row.definition.rpartition("/")
    found = [
        Definitions(one, definitions, ())
        for one in FILES
        if file in ("", one) and name in (definitions := published(one))
    ]
    assert found
    differences = []
    for definitions_ in found:
        own = [definitions_.named[above] for above in definitions_.lineage(name)]
        fields = {field for definition in own for field in definition.get("properties", {})}
        required = {field for definition in own for field in definition.get("required", [])}
        differences.append(
            row.field in (required if row.type == ABSENT else set()) or row.field not in fields
        )
    assert any(differences)


def test_without_the_exceptions_an_answer_with_them_does_not_pass() -> None:
    assert Contract(()).faults(SEARCH, 200, SEED)


def test_every_reference_of_the_bundle_leads_somewhere() -> None:
    made = bundle()
    for reference in _references(made):
        assert reference.removeprefix("#/$defs/").replace("~1", "/").replace("%20", " ") in made["$defs"]


def test_the_page_tells_every_exception() -> None:
    page = (ROOT / "docs" / "contract.md").read_text("utf-8")
    told = page.partition("## Where the Swagger files say otherwise\n")[2].partition("\n## ")[0]
    rows = [line for line in told.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{row.definition}` | `{row.field}` | {row.type} | {row.reason} |" for row in EXCEPTIONS
    ]


# The examples and our types

DECODERS: dict[str, Callable[[bytes], Any]] = {
    "search": decode_images,
    "details": decode_insights,
    "trending": decode_trending,
    "visualsearch": decode_knowledge,
}

UNDOCUMENTED = ("PingSuffix",)
"""Ends of names of fields that examples hold, no document names, and we do not keep."""


@pytest.mark.parametrize(("path", "body"), [row[1:] for row in EXAMPLES], ids=[row[1] for row in EXAMPLES])
def test_our_types_keep_every_field_of_a_published_example(path: str, body: Any) -> None:
    kept = json.loads(encode(DECODERS[Path(path).name](json.dumps(body).encode())))
    assert list(_lost(body, kept)) == []


def _lost(given: Any, kept: Any, place: str = "$") -> list[str]:
    """Places where something that was given was not kept as it was. What was added does not matter."""
    if isinstance(given, dict) and isinstance(kept, dict):
        return [
            lost
            for name, value in given.items()
            if not name.endswith(UNDOCUMENTED)
            for lost in _lost(value, kept.get(name), f"{place}.{name}")
        ]
    if isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        pairs = enumerate(zip(given, kept, strict=True))
        return [lost for at, (one, other) in pairs for lost in _lost(one, other, f"{place}[{at}]")]
    return [] if given == kept else [place]


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [found for entry in schema for found in _references(entry)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if "$ref" in schema else []
    return own + [found for entry in schema.values() for found in _references(entry)]
