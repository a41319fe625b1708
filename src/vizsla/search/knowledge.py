"""What was seen in an image, and what can be done with it: `/images/visualsearch` (v7 reference, section 11.2)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from vizsla.records import Filters
from vizsla.wire import (
    NO_FILTERS,
    Action,
    CropArea,
    ImageAction,
    ImageKnowledge,
    ImageModuleAction,
    ImageRelatedSearchesAction,
    ImageTag,
    ImageTagRegion,
    KnowledgeRequest,
    NormalizedQuadrilateral,
    PagedImages,
    PictureLink,
    QueriesModule,
    Query,
    ThumbnailId,
)

from .answer import counts_of, images_of
from .filters import filters_of
from .insights import Knowing, pages_including, query_of
from .similar import on_site
from .suggestions import ASKABLE

SURE: Final = 0.5
"""Confidence from which a word is told as seen."""
MOST_SEEN: Final = 8
"""Words that are told as seen; each is a tag of the answer."""


def knowledge_of(request: KnowledgeRequest, knowing: Knowing) -> ImageKnowledge:
    """The answer: the picture as a whole, then what is seen in it; of a skill that is asked for, its page alone."""
    if request.skill:
        tags = [ImageTag(image=_picture(knowing), actions=[SKILLS[request.skill](request, knowing)])]
    else:
        tags = [_default(request, knowing), *_seen(knowing)]
    return ImageKnowledge(tags=tags, image=PictureLink(image_insights_token=knowing.subject.token))


def _default(request: KnowledgeRequest, knowing: Knowing) -> ImageTag:
    built = (build(request, knowing) for build in ACTIONS)
    actions = [action for action in built if action is not None]
    return ImageTag(image=_picture(knowing), actions=actions)


def _picture(knowing: Knowing) -> PictureLink | None:
    record = knowing.subject.record
    if record is None:
        return None
    name = ThumbnailId(record.content_id, record.thumbnail_width, record.thumbnail_height)
    return PictureLink(thumbnail_url=knowing.addresses.thumbnail(str(name)))


def _pages(request: KnowledgeRequest, knowing: Knowing) -> Action:
    images = pages_including(knowing).value
    return ImageModuleAction(action_type="PagesIncluding", data=PagedImages(value=images))


def _similar(request: KnowledgeRequest, knowing: Knowing) -> Action:
    within: Filters = (on_site(request.site),) if request.site else ()
    if request.filters != NO_FILTERS:
        within += filters_of(replace(request.filters, safe_search=knowing.safe_search), int(time.time()))
    page = knowing.similar(within=within, offset=request.offset, limit=request.count)
    data = PagedImages(
        value=knowing.images(page),
        current_offset=page.offset,
        next_offset=page.offset + page.passed,
        total_estimated_matches=page.total,
    )
    return ImageModuleAction(action_type="VisualSearch", data=data)


def _products(request: KnowledgeRequest, knowing: Knowing) -> Action:
    """Nothing is known of products."""
    data = PagedImages(current_offset=request.offset, next_offset=request.offset, total_estimated_matches=0)
    return ImageModuleAction(action_type="ProductVisualSearch", data=data)


def _source(kind: str) -> Callable[[KnowledgeRequest, Knowing], Action | None]:
    """An action whose `image` is the image itself, if it is in the library."""

    def build(request: KnowledgeRequest, knowing: Knowing) -> Action | None:
        counts = counts_of(knowing.subject.copies)
        shown = images_of(knowing.shown_copies[:1], knowing.q, knowing.addresses, counts)
        return ImageAction(action_type=kind, image=shown[0]) if shown else None

    return build


def _related(request: KnowledgeRequest, knowing: Knowing) -> Action:
    queries = [_linked(text, knowing) for text in knowing.related]
    return ImageRelatedSearchesAction(action_type="RelatedSearches", data=QueriesModule(value=queries))


def _suggestions(request: KnowledgeRequest, knowing: Knowing) -> Action | None:
    """What the page that shows the image is about: the words that are said of it there."""
    record = knowing.subject.record
    tags = [tag for tag in record.tags if ASKABLE.fullmatch(tag)] if record else []
    if not tags:
        return None
    queries = [_linked(tag, knowing) for tag in tags[:MOST_SEEN]]
    return ImageRelatedSearchesAction(
        action_type="DocumentLevelSuggestions", data=QueriesModule(value=queries)
    )


def _best_query(request: KnowledgeRequest, knowing: Knowing) -> Action | None:
    text = knowing.best_query
    return _leading("BestRepresentativeQuery", text, "IDBQDM", knowing) if text else None


ACTIONS: Final[tuple[Callable[[KnowledgeRequest, Knowing], Action | None], ...]] = (
    _pages,
    _source("MoreSizes"),
    _similar,
    _source("ImageById"),
    _related,
    _suggestions,
    _best_query,
)
"""Actions on the picture as a whole, in the order in which they stand; `None`: there is nothing to do."""

SKILLS: Final = {"SimilarImages": _similar, "SimilarProducts": _products}
"""The one action that answers a skill, page by page."""


def _seen(knowing: Knowing) -> list[ImageTag]:
    """A tag for each word that is told as seen, with the searches that it leads to."""
    sure = [one.word for one in knowing.words if one.confidence >= SURE]
    return [_tag(word, knowing) for word in sure[:MOST_SEEN]]


def _tag(word: str, knowing: Knowing) -> ImageTag:
    return ImageTag(
        display_name=word,
        image=PictureLink(
            thumbnail_url=knowing.addresses.representative(word, knowing.market, knowing.safe_search)
        ),
        bounding_box=_region(knowing.subject.crop),
        actions=[_leading(kind, word, "IDINTS", knowing) for kind in ("ImageResults", "TextResults")],
    )


def _region(crop: CropArea) -> ImageTagRegion:
    corners = NormalizedQuadrilateral.of(crop.left, crop.top, crop.right, crop.bottom)
    return ImageTagRegion(query_rectangle=corners, display_rectangle=corners)


def _leading(kind: str, text: str, form: str, knowing: Knowing) -> ImageAction:
    """An action that leads to a search."""
    return ImageAction(
        action_type=kind,
        display_name=text,
        web_search_url=knowing.addresses.results(text, form),
        service_url=knowing.addresses.search(text),
    )


def _linked(text: str, knowing: Knowing) -> Query:
    """A query with its API address."""
    query = query_of(text, knowing)
    query.search_link = knowing.addresses.search(text)
    return query
