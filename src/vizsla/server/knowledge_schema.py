"""The JSON of the part `knowledgeRequest` of visual search, described by the table and structs that read it."""

from __future__ import annotations

from typing import Final

from vizsla.wire import DEFAULT_COUNT, FILTERS, MAX_COUNT, MAX_IMAGES, SKILLS, SearchParameters

from .schemas import Schema, descriptions, field_schema

FRACTION: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}

_WHOLE: Final[Schema] = {"type": "integer", "minimum": 0}

_OURS: Final = "Our own: v7 has no such thing."


def _object(description: str, properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "description": description, "properties": properties}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _side(description: str) -> Schema:
    return {**FRACTION, "description": description}


def _filters() -> dict[str, Schema]:
    """Every filter of search, as it is described there."""
    texts = descriptions(SearchParameters)
    return {row.name: _filter(field_schema(SearchParameters, row.field), texts[row.field]) for row in FILTERS}


def _filter(schema: Schema, text: str) -> Schema:
    bounds = {"minimum": 0} if schema.get("type") == "integer" else {}
    return {**schema, **bounds, "description": text}


REGION: Final = _object(
    "The region of the image that is meant.",
    {
        "left": _side("Left side, as a fraction of the width."),
        "top": _side("Top, as a fraction of the height."),
        "right": _side("Right side, as a fraction of the width."),
        "bottom": _side("Bottom, as a fraction of the height."),
    },
) | {"required": ["left", "top", "right", "bottom"]}

IMAGE: Final = _object(
    "The image that is meant: by its address or its token, where none is posted.",
    {
        "url": _text("Address of the image."),
        "imageInsightsToken": _text("The `imageInsightsToken` of an earlier answer."),
        "cropArea": REGION,
    },
)

DATA: Final = _object(
    "What stands beside the image, also beside a posted one.",
    {
        "q": _text(
            f"What similar images are to be besides, such as `red`; operators demand as in search. {_OURS}"
        ),
        "imageInsightsTokens": {
            "type": "array",
            "items": {"type": "string"},
            "maxItems": MAX_IMAGES - 1,
            "description": "Further images that similar ones are to be like, "
            f"at most {MAX_IMAGES} with the one that is meant. {_OURS}",
        },
        "enableEntityData": {"type": "boolean", "description": "Changes nothing: no entities are known."},
    },
)

REQUEST: Final = _object(
    "What is to be found out.",
    {
        "filters": _object(
            "What similar images have to be: of a `site`, and, our own, whatever filters of search demand, named as there.",
            {"site": _text("Only images of this site and of hosts below it."), **_filters()},
        ),
        "invokedSkills": {
            "type": "array",
            "items": {"type": "string", "enum": list(SKILLS.values())},
            "maxItems": 1,
            "description": "Only this is answered, a page of it; without, everything is.",
        },
        "offset": {
            **_WHOLE,
            "default": 0,
            "description": "Similar images to skip; the `nextOffset` of the page before.",
        },
        "count": {
            **_WHOLE,
            "default": DEFAULT_COUNT,
            "description": f"Similar images wanted, 0 to {MAX_COUNT}.",
        },
        "invokedSkillsRequestData": DATA,
    },
)

KNOWLEDGE_REQUEST: Final[Schema] = {
    "type": "object",
    "properties": {"imageInfo": IMAGE, "knowledgeRequest": REQUEST},
}
"""Names are read in any case, numbers also as strings, null as absent; what is unknown is ignored."""
