"""The API's description: whole, true to the tables and structs, and readable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest

from conftest import Served
from vizsla.server.api import ENDPOINTS
from vizsla.server.knowledge_schema import KNOWLEDGE_REQUEST
from vizsla.server.openapi import OPERATIONS, described
from vizsla.server.schemas import field_schema
from vizsla.wire import (
    FILTERS,
    CropArea,
    KnowledgeRequest,
    SearchParameters,
    parse_search,
    write_knowledge_request,
)

DOCUMENT = described()
OPERATION_IDS = [operation.name for operation in OPERATIONS]
FILTERED = [(row.name, field_schema(SearchParameters, row.field).get("enum", ["9"])[-1]) for row in FILTERS]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_endpoint_is_described_at_its_first_address_and_no_other() -> None:
    served = {(method.lower(), each.paths[0]) for each in ENDPOINTS for method in each.methods}
    assert served | {("get", "/th")} == {(method, path) for method, path, _ in operations()}


@pytest.mark.parametrize("operation", OPERATIONS, ids=OPERATION_IDS)
def test_every_parameter_is_described(operation: Any) -> None:
    told = DOCUMENT["paths"][operation.path][operation.method]["parameters"]
    queries = {row["name"]: row for row in told if row["in"] == "query"}
    assert list(queries) == [row.name for row in operation.parameters]
    assert all(row["description"] and row["schema"] for row in told)


def test_every_object_is_described() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []


def test_every_reference_leads_somewhere() -> None:
    names = re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT))
    assert set(names) <= set(DOCUMENT["components"]["schemas"])
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_answers_are_as_described(served: Served) -> None:
    headers = {"Ocp-Apim-Subscription-Key": served.key}
    with httpx.Client(base_url=served.address, headers=headers) as client:
        found = client.get("/v7.0/images/search", params={"q": "dog"}).json()
        answers = {
            "Images": found,
            "TrendingImages": client.get("/v7.0/images/trending").json(),
            "ImageInsights": client.get(
                "/v7.0/images/details", params={"insightsToken": found["value"][0]["imageInsightsToken"]}
            ).json(),
            "ErrorResponse": client.get("/v7.0/images/search").json(),
        }
    for name, answer in answers.items():
        assert answer["_type"] == name
        schema = {**DOCUMENT, "$ref": f"#/components/schemas/{name}"}
        jsonschema.Draft202012Validator(schema).validate(answer)


def test_the_page_tells_every_operation_parameter_and_object(served: Served) -> None:
    html = httpx.get(f"{served.address}/docs").text
    for _, path, operation in operations():
        assert path in html
        assert f'id="{operation["operationId"]}"' in html
        assert all(f"<code>{row['name']}</code>" in html for row in operation["parameters"])
    anchors = set(re.findall(r'href="#([^"]+)"', html))
    assert anchors <= set(re.findall(r'id="([^"]+)"', html))


def names_in(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, each in schema.get("properties", {}).items():
        yield f"{path}{name}"
        yield from names_in(each, f"{path}{name}.")


def names_of(asked: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, value in asked.items():
        yield f"{path}{name}"
        if isinstance(value, dict):
            yield from names_of(value, f"{path}{name}.")


def test_all_that_a_knowledge_request_may_hold_is_described_and_nothing_else() -> None:
    request = KnowledgeRequest(
        url="https://example.org/a.jpg",
        insights_token="x",
        crop=CropArea(left=0.25),
        site="example.org",
        filters=parse_search([("q", "x"), *FILTERED]),
        words="red",
        more=("a", "b"),
        entity_data=True,
        skill="SimilarImages",
    )
    written = json.loads(write_knowledge_request(request))
    assert set(names_in(KNOWLEDGE_REQUEST)) == set(names_of(written))
    jsonschema.Draft202012Validator.check_schema(KNOWLEDGE_REQUEST)


def test_the_page_tells_what_a_knowledge_request_may_hold(served: Served) -> None:
    html = httpx.get(f"{served.address}/docs").text
    told = html.replace("<wbr>", "")  # long names end a line at their dots
    assert all(f"<code>{name}</code>" in told for name in names_in(KNOWLEDGE_REQUEST))


def test_the_document_is_served_to_browsers_of_any_origin(served: Served) -> None:
    response = httpx.get(f"{served.address}/openapi.json", headers={"Origin": "https://editor.example.org"})
    assert response.json() == json.loads(json.dumps(DOCUMENT))
    assert response.headers["content-type"] == "application/json"
    assert response.headers["access-control-allow-origin"] == "*"
