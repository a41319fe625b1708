"""The endpoints that are about one image: details and visual search (v7 reference, sections 8 and 11)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from vizsla.search.filters import filters_of, settled
from vizsla.search.insights import Knowing, insights_of
from vizsla.search.knowledge import knowledge_of
from vizsla.search.subject import Meant, Subject
from vizsla.wire import (
    TOKENS,
    CropArea,
    DetailsParameters,
    InvalidRequest,
    KnowledgeRequest,
    Part,
    SearchParameters,
    parse_knowledge_request,
)
from vizsla.wire.base import Answer

from .endpoint import Asked, Rooms

PICTURES: Final = ("image", "file")
"""Names of the part with the picture: the documented one, and the one of .NET's `UploadFile`."""
REQUEST: Final = "knowledgerequest"
OUR_OWN: Final[dict[str, Any]] = {"words": "", "more": (), "entity_data": False}
"""What a request may hold beside a posted picture and its region, without what it says of it."""


def named_in_details(asked: Asked) -> Asked:
    """How a request for details names its image: a posted one first, then token, address, id.

    Raises:
        InvalidRequest: it names none.
    """
    parameters: DetailsParameters = asked.parameters
    ways = (
        ("image", "data", _picture(asked.parts)),
        ("insightsToken", "token", parameters.insights_token),
        ("imgUrl", "url", parameters.img_url),
        ("id", "image_id", parameters.id),
    )
    meant = _meant(ways, "cal", parameters.crop)
    if meant is None:
        raise InvalidRequest.missing("insightsToken")
    return msgspec.structs.replace(asked, meant=meant)


def named_in_visual_search(asked: Asked) -> Asked:
    """How a visual search names its image: posted, by token, or by address; exactly one of them.

    Raises:
        InvalidRequest: it names none or several, or a posted image comes with more than a region.
    """
    part = next((part for part in asked.parts if part.name == REQUEST), None)
    request = parse_knowledge_request(part.data) if part else KnowledgeRequest()
    posted = _picture(asked.parts)
    if posted and msgspec.structs.replace(request, **OUR_OWN) != KnowledgeRequest(crop=request.crop):
        raise InvalidRequest.invalid(
            "image", "", "With a posted image the request holds nothing but imageInfo.cropArea."
        )
    if request.url and request.insights_token:
        raise InvalidRequest.invalid(
            "imageInfo.url", request.url, "Give imageInfo.url or imageInfo.imageInsightsToken."
        )
    ways = (
        ("image", "data", posted),
        ("imageInfo.imageInsightsToken", "token", request.insights_token),
        ("imageInfo.url", "url", request.url),
    )
    meant = _meant(ways, "imageInfo.cropArea", request.crop)
    if meant is None:
        raise InvalidRequest.missing("image")
    return msgspec.structs.replace(asked, knowledge=request, meant=meant)


def details(rooms: Rooms, asked: Asked) -> Answer:
    """`/images/details`"""
    parameters: DetailsParameters = asked.parameters
    return insights_of(parameters, _knowing(rooms, asked, q=parameters.q))


def visual_search(rooms: Rooms, asked: Asked) -> Answer:
    """`POST /images/visualsearch`"""
    named = [Meant(parameter=TOKENS, crop_parameter="", token=token) for token in asked.knowledge.more]
    more = [subject for meant in named if (subject := rooms.subjects.known(meant))]
    return knowledge_of(asked.knowledge, _knowing(rooms, asked, more=more))


def _knowing(rooms: Rooms, asked: Asked, *, q: str = "", more: Sequence[Subject] = ()) -> Knowing:
    """Safe search demands what it demands in search."""
    assert asked.subject is not None
    parameters = SearchParameters(q=q, safe_search=asked.parameters.safe_search)
    parameters = settled(parameters, asked.market, rooms.strict_markets)
    return Knowing(
        asked.subject,
        rooms.circle,
        asked.addresses,
        q=q,
        more=more,
        words=asked.knowledge.words,
        filters=filters_of(parameters, int(time.time())),
        market=asked.market,
        safe_search=parameters.safe_search,
    )


def _picture(parts: tuple[Part, ...]) -> bytes | None:
    """The posted picture: by the name of its part, else the only part that is not the request."""
    others = [part for part in parts if part.name != REQUEST and part.data]
    named = [part.data for name in PICTURES for part in others if part.name == name]
    return named[0] if named else others[0].data if len(others) == 1 else None


def _meant(ways: Iterable[tuple[str, str, Any]], crop_parameter: str, crop: CropArea) -> Meant | None:
    """The first way that is taken: what it is called in the request, the field of `Meant`, and the value."""
    for parameter, field, value in ways:
        if value:
            return Meant(parameter=parameter, crop_parameter=crop_parameter, crop=crop, **{field: value})
    return None
