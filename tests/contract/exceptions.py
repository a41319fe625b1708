"""Where answers differ from the Swagger files, and why: the one table, which docs/contract.md repeats.

The Swagger was generated for the SDKs, which keep what it does not name; documentation and observed answers have more.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

ABSENT: Final = "may be absent"
"""In place of a type: the field is required in the Swagger, and yet not always there."""


class Difference(NamedTuple):
    """One field that is not as the Swagger has it.

    `definition` is a name of the Swagger files, `File/Name` where only one of the files differs; `type` is one of JSON's
    or a definition, with `[]` behind it for an array, or `ABSENT`.
    """

    definition: str
    field: str
    type: str
    reason: str


EXCEPTIONS: Final = tuple(
    Difference(*row)
    for row in (
        ("ResponseBase", "_type", ABSENT, "objects within published answers have none"),
        ("ResponseBase", "@context", "object", "in JSON-LD, for those who ask for it"),
        ("PropertiesItem", "_type", ABSENT, "ratings in published answers have none"),
        ("ErrorResponse", "error", "GatewayError", "observed: keys were refused by a gateway, whose form some clients read"),
        ("Images", "instrumentation", "Instrumentation", "observed: the Quickstart's sample answer"),
        ("Images", "queryContext", "QueryContext", "documented; a Node sample reads it without looking"),
        ("Images", "currentOffset", "integer", "documented"),
        ("Images", "relatedSearches", "Query[]", "documented"),
        ("ImageObject", "creativeCommons", "string", "documented"),
        ("ImageObject", "hostPageDomainFriendlyName", "string", "documented; a .NET quickstart prints it"),
        ("ImageObject", "isFamilyFriendly", "boolean", "observed: newer examples of the documentation"),
        ("ImageObject", "contentUrlPingSuffix", "string", "observed: example of custom search"),
        ("ImageObject", "hostPageUrlPingSuffix", "string", "observed: example of custom search"),
        ("ImageObject", "webSearchUrlPingSuffix", "string", "observed: example of custom search"),
        ("Query", "webSearchUrlPingSuffix", "string", "observed: example of custom search"),
        ("ImagesImageMetadata", "pagesIncludingCount", "integer", "documented"),
        ("ImagesImageMetadata", "availableSizesCount", "integer", "documented"),
        ("ImagesImageMetadata", "bestRepresentativeQuery", "Query", "observed: the Quickstart's sample answer"),
        ("Offer", "lowPrice", "number", "documented"),
        ("Offer", "offerCount", "integer", "documented"),
        ("ImageGallery", "creator", "Person", "documented"),
        ("Recipe", "creator", "Person", "documented"),
        ("Recipe", "aggregateRating", "AggregateRating", "documented"),
        ("ImageInsights", "image", "ImageObject", "observed: an example of the documentation"),
        ("ImageTag", "sources", "string[]", "documented"),
        ("Action", "webSearchUrlPingSuffix", "string", "documented"),
        ("ImageEntityAction", "mainEntity", "Thing", "documented"),
        ("ImageEntityAction", "data", "Thing", "documented, if entity data is asked for"),
        ("VisualSearch/ImagesModule", "currentOffset", "integer", "documented: similar images have pages"),
        ("VisualSearch/ImagesModule", "nextOffset", "integer", "documented: similar images have pages"),
        ("VisualSearch/ImagesModule", "totalEstimatedMatches", "integer", "documented: similar images have pages"),
        ("CustomImageSearch/Images", "queryExpansions", "Query[]", "observed: the Swagger's own example"),
        ("CustomImageSearch/Images", "pivotSuggestions", "PivotSuggestions[]", "observed: the Swagger's own example"),
        ("CustomImageSearch/Images", "similarTerms", "Query[]", "documented for search without a subset"),
        ("CustomImageSearch/ImageObject", "insightsMetadata", "ImagesImageMetadata", "observed: the Swagger's own example"),
        ("CustomImageSearch/ImageObject", "datePublished", "string", "observed: the Swagger's own example"),
    )
)  # fmt: skip


def _object(*required: str, **fields: str) -> dict[str, Any]:
    """A definition in the form of the Swagger, from names and types written as in `Difference`."""
    return {"properties": {name: _type(type_) for name, type_ in fields.items()}, "required": list(required)}


def _type(written: str) -> dict[str, Any]:
    if written.endswith("[]"):
        return {"type": "array", "items": _type(written[:-2])}
    return {"$ref": written} if written[0].isupper() else {"type": written}


ADDED: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "ImageSearch": {
        "GatewayError": _object("code", "message", code="string", message="string"),
        "Instrumentation": _object("_type", _type="string"),
        "QueryContext": _object(
            "originalQuery",
            originalQuery="string",
            alteredQuery="string",
            alterationOverrideQuery="string",
            adultIntent="boolean",
            askUserForLocation="boolean",
        ),
    },
    "VisualSearch": {
        "TextRecognitionAction": {
            "allOf": [{"$ref": "ImageAction"}],
            "x-ms-discriminator-value": "ImageKnowledge/TextRecognitionAction",
            **_object(data="RecognizedText"),
        },
        "RecognizedText": _object(regions="TextRegion[]", boundingBox="NormalizedQuadrilateral"),
        "TextRegion": _object(lines="TextLine[]", boundingBox="NormalizedQuadrilateral"),
        "TextLine": _object("text", text="string", words="Word[]", boundingBox="NormalizedQuadrilateral"),
        "Word": _object("text", text="string", boundingBox="NormalizedQuadrilateral"),
    },
}
"""Definitions by file that documentation and observed answers have and the Swagger files lack, in the Swagger's form."""
