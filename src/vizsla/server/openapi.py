"""`/openapi.json`: the API described by the tables and structs that parse its requests and build its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec

import vizsla
from vizsla.wire import (
    CUSTOM_SEARCH_PARAMETERS,
    DETAILS_PARAMETERS,
    FAULTS,
    SEARCH_PARAMETERS,
    THUMBNAIL_PARAMETERS,
    TRENDING_PARAMETERS,
    VISUAL_SEARCH_PARAMETERS,
    Circumstances,
    CustomSearchParameters,
    DetailsParameters,
    ErrorResponse,
    ImageInsights,
    ImageKnowledge,
    Images,
    Module,
    Parameter,
    SearchParameters,
    ThumbnailParameters,
    TrendingImages,
)

from .admission import HEADER
from .knowledge_schema import FRACTION, KNOWLEDGE_REQUEST
from .schemas import Schema, descriptions, enum_values, field_schema, schemas_of

VERSION: Final = "3.1.0"


class Operation(NamedTuple):
    """One way to call the API."""

    method: str
    path: str
    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    struct: type[msgspec.Struct]
    answer: type[msgspec.Struct] | None
    """`None`: a picture, for which nobody needs a key."""
    body: str | None = None
    """One of `BODIES`."""


OPERATIONS: Final = (
    Operation(
        *("get", "/v7.0/images/search", "search", "Search images"),
        *(SEARCH_PARAMETERS, SearchParameters, Images),
    ),
    Operation(
        *("get", "/v7.0/images/details", "details", "What is known about one image"),
        *(DETAILS_PARAMETERS, DetailsParameters, ImageInsights),
    ),
    Operation(
        *("post", "/v7.0/images/details", "detailsOfUpload", "What is known about a posted image"),
        *(DETAILS_PARAMETERS, DetailsParameters, ImageInsights, "image"),
    ),
    Operation(
        *("get", "/v7.0/images/trending", "trending", "What people look for"),
        *(TRENDING_PARAMETERS, Circumstances, TrendingImages),
    ),
    Operation(
        *("post", "/v7.0/images/visualsearch", "visualSearch", "Search with an image"),
        *(VISUAL_SEARCH_PARAMETERS, Circumstances, ImageKnowledge, "knowledge"),
    ),
    Operation(
        *("get", "/bingcustomsearch/v7.0/images/search", "customSearch", "Search images of a saved subset"),
        *(CUSTOM_SEARCH_PARAMETERS, CustomSearchParameters, Images),
    ),
    Operation(
        *("get", "/th", "thumbnail", "A thumbnail, by its id or for a query"),
        *(THUMBNAIL_PARAMETERS, ThumbnailParameters, None),
    ),
)
"""Every path below `/v7.0` is also below `/bing/v7.0`, `/v7` and `/api/v7`."""

PICTURES: Final = ("image/jpeg", "image/png")

REQUIRED: Final = frozenset(("q", "customConfig"))

SPECIAL: Final[Mapping[str, Schema]] = {
    "cal": {**FRACTION, "default": 0, "description": "Left side of the region, as a fraction of the width."},
    "cat": {**FRACTION, "default": 0, "description": "Top of the region, as a fraction of the height."},
    "car": {
        **FRACTION,
        "default": 1,
        "description": "Right side of the region, as a fraction of the width.",
    },
    "cab": {**FRACTION, "default": 1, "description": "Bottom of the region, as a fraction of the height."},
    "ct": {"type": "string", "enum": ["Rectangular", "0"], "description": "Shape of the region."},
    "c": {
        "type": "string",
        "enum": ["4", "7", "14"],
        "description": "Cut to the ratio of width and height: `4` from fixed places, `7` and `14` around what matters.",
    },
    "p": {
        "type": "string",
        "enum": ["0", "1"],
        "description": "`0`: do not centre what is smaller than asked for on white.",
    },
    "bc": {"type": "string", "pattern": "^[0-9A-Fa-f]{6}$", "description": "Colour of the frame."},
    "modules": {
        "type": "array",
        "items": {"type": "string", "enum": enum_values(Module)},
        "default": ["All"],
        "description": "What to tell, joined by commas.",
    },
}
"""Parameters whose schema does not follow from the field that holds them."""

REQUEST_HEADERS: Final[Mapping[str, str]] = {
    "Accept-Language": "Languages, most wanted first; with `cc` they choose the market.",
    "X-MSEdge-ClientID": "The id that an earlier answer gave.",
    "X-MSEdge-ClientIP": "Address of the person who asks.",
    "X-Search-Location": "Where the person is: `lat:47.6;long:-122.3;re:100`.",
    "X-BingApis-SDK": "`true`: links in the answer are absolute.",
    "Pragma": "`no-cache`: an answer made anew.",
}

RESPONSE_HEADERS: Final[Mapping[str, str]] = {
    "BingAPIs-TraceId": "Names the request in the server's log.",
    "X-MSEdge-ClientID": "Send it with further requests.",
}

WAITING: Final = frozenset((403, 429, 503))
"""Statuses that may tell when to come back."""

BODIES: Final[Mapping[str, Schema]] = {
    "image": {
        "type": "object",
        "properties": {"image": {"type": "string", "contentMediaType": "application/octet-stream"}},
        "required": ["image"],
    },
    "knowledge": {
        "type": "object",
        "properties": {
            "knowledgeRequest": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": KNOWLEDGE_REQUEST,
                "description": "Which image is meant and what is to be found out about it, as JSON. Of a posted image it "
                "tells nothing but `imageInfo.cropArea` and `knowledgeRequest.invokedSkillsRequestData`.",
            },
            "image": {"type": "string", "contentMediaType": "application/octet-stream"},
        },
    },
}
"""Multipart forms, by name."""


@cache
def document() -> bytes:
    """The description of the whole API as JSON, OpenAPI 3.1."""
    return msgspec.json.encode(described())


def described() -> dict[str, Any]:
    """The description of the whole API."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    answers = {operation.answer for operation in OPERATIONS if operation.answer} | {ErrorResponse}
    return {
        "openapi": VERSION,
        "info": {
            "title": "Vizsla",
            "version": vizsla.__version__,
            "description": "Image search over your own pictures, in the words of the Bing Image Search API v7. "
            "Every path below `/v7.0` is also below `/bing/v7.0`, `/v7` and `/api/v7`. "
            "Names of parameters and their values are read without regard to case.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas_of(sorted(answers, key=lambda kind: kind.__name__)),
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": HEADER}},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*_queries(operation), *(_request_headers() if operation.answer else ())],
        "responses": _responses(operation),
    }
    if operation.answer is None:
        told["security"] = []
    if operation.body:
        content = {"multipart/form-data": {"schema": BODIES[operation.body]}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _request_headers() -> Iterable[dict[str, Any]]:
    for name, text in REQUEST_HEADERS.items():
        yield {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}


def _queries(operation: Operation) -> Iterable[dict[str, Any]]:
    texts = descriptions(operation.struct)
    search = operation.answer is Images
    for row in operation.parameters:
        schema = dict(SPECIAL.get(row.name) or field_schema(operation.struct, row.field))
        text = schema.pop("description", texts.get(row.field, ""))
        if schema.get("type") == "integer":
            schema["minimum"] = 0
        told = {"name": row.name, "in": "query", "description": text, "schema": schema}
        if search and row.name in REQUIRED:
            told["required"] = True
        if schema.get("type") == "array":
            told |= {"style": "form", "explode": False}
        yield told


def _responses(operation: Operation) -> dict[str, Any]:
    statuses: dict[int, list[str]] = {}
    for fault in FAULTS.values():
        statuses.setdefault(fault.status, []).append(fault.message)
    failed = {str(status): _failed(status, " ".join(told)) for status, told in sorted(statuses.items())}
    return {"200": _done(operation), **failed}


def _done(operation: Operation) -> dict[str, Any]:
    summary = operation.summary + "."
    if operation.answer is None:
        return {"description": summary, "content": {kind: {} for kind in PICTURES}}
    content = _json(operation.answer)
    content["application/ld+json"] = {"schema": {"type": "object"}}
    headers = {**RESPONSE_HEADERS, "BingAPIs-Market": "Market of the answer."}
    return {"description": summary, "headers": _headers(headers), "content": content}


def _failed(status: int, text: str) -> dict[str, Any]:
    headers = dict(RESPONSE_HEADERS)
    if status in WAITING:
        headers["Retry-After"] = "Seconds to wait."
    return {"description": text, "headers": _headers(headers), "content": _json(ErrorResponse)}


def _json(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}


def _headers(texts: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in texts.items()}
