"""What is known about one image: `/images/details` (v7 reference, section 8).

A table leads from each module to the field of the answer and to what fills it. A module without data is left out, but
for the four that published samples read without looking: they are there, with an empty list, whenever they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

from vizsla.engines.seam import Engine, Plan, Words
from vizsla.records import AnyOf, Filters, ImageRecord, passes
from vizsla.store import page_of
from vizsla.wire import (
    DetailsParameters,
    GalleriesModule,
    Image,
    ImageCaption,
    ImageGallery,
    ImageInsights,
    ImagesModule,
    ImageTagName,
    Module,
    QueriesModule,
    Query,
    QueryThumbnail,
    SafeSearch,
    TagsModule,
    ThumbnailId,
)
from vizsla.wire.base import Answer

from .addresses import Addresses
from .answer import counts_of, images_of
from .recognition import Recognised, recognise
from .representative import representative
from .similar import Nearest, Page, Similarity
from .subject import Subject
from .suggestions import ASKABLE

MAX_COPIES: Final = 100
"""Copies of an image that are shown."""
SIMILAR: Final = 60
"""Similar images in one answer; they have no pages here."""
TAGS: Final = 10
RELATED: Final = 8
DESCRIBING: Final = 3
"""Words of the query that stands for an image without a title."""


class Circle(NamedTuple):
    """What an image is looked at among."""

    engine: Engine
    similarity: Similarity
    related: Callable[[str, int], list[str]]
    """Popular queries that share words with a text, at most so many."""


class Knowing:
    """What is found out about one image, each part when it is first needed.

    Args:
        q: the query that led to the image, if any.
        more: other images that similar ones are to be like as well.
        words: what similar images are to be besides.
        filters: what other images have to pass to be shown.
    """

    def __init__(
        self,
        subject: Subject,
        circle: Circle,
        addresses: Addresses,
        *,
        q: str = "",
        more: Sequence[Subject] = (),
        words: str = "",
        filters: Filters = (),
        market: str,
        safe_search: SafeSearch,
    ) -> None:
        self.subject = subject
        self.addresses = addresses
        self.q = q
        self.market = market
        self.safe_search = safe_search
        self._circle = circle
        self._filters = filters
        self._more = more
        self._words = words

    @cached_property
    def shown_copies(self) -> list[ImageRecord]:
        """The records that show the picture and that the caller may see, the image itself first."""
        copies = (stored.record for stored in self.subject.copies[:MAX_COPIES])
        return [record for record in copies if passes(record, self._filters)]

    @cached_property
    def words(self) -> list[Recognised]:
        """What the image shows, the most certain first."""
        neighbours = self._circle.similarity.neighbours(self._nearest)
        return recognise(self.subject.record, neighbours, self._usual)

    @cached_property
    def best_query(self) -> str:
        """The query that describes the image best; empty if there is none."""
        record = self.subject.record
        if record and (text := representative(record)):
            return text
        return " ".join(one.word for one in self.words[:DESCRIBING]) or self.q

    @cached_property
    def related(self) -> list[str]:
        """Queries that lead on: what others asked in the words of this one, then what the image shows."""
        asked = self._circle.related(self.q or self.best_query, RELATED)
        shown = [one.word for one in self.words if ASKABLE.fullmatch(one.word)]
        known = self.q.casefold().strip()
        return [text for text in dict.fromkeys([*asked, *shown]) if text.casefold() != known][:RELATED]

    def similar(self, *, within: Filters = (), offset: int = 0, limit: int) -> Page:
        """Images that look like it, of those `within` more filters."""
        nearest = self._asked(within) if within or self._more or self._words else self._nearest
        return self._circle.similarity.page(nearest, offset=offset, limit=limit)

    def _asked(self, within: Filters) -> Nearest:
        """What is similar as it was asked for, within more filters, like more images, and as words say."""
        filters = (*self._filters, *within)
        return self._circle.similarity.nearest(self.subject, filters, more=self._more, words=self._words)

    @cached_property
    def _nearest(self) -> Nearest:
        return self._circle.similarity.nearest(self.subject, self._filters)

    def images(self, page: Page) -> list[Image]:
        return images_of(page.records, self.q, self.addresses, page.counts)

    def count(self, filters: Filters) -> int:
        """Images within the filters that may be shown."""
        return self._circle.engine.count((*self._filters, *filters))

    def _usual(self, word: str) -> float:
        holding = self._circle.engine.search(Plan(words=Words(word, phrase=True), limit=0)).total
        return holding / max(1, self._circle.engine.count())


class Row(NamedTuple):
    """One module."""

    field: str
    build: Callable[[Knowing], Answer | None]
    """`None`: there is nothing to say, and the field is left out."""


def insights_of(parameters: DetailsParameters, knowing: Knowing) -> ImageInsights:
    """The answer with the modules that are asked for."""
    rows = [MODULES[module] for module in asked_for(parameters.modules)]
    fields: dict[str, Any] = {row.field: row.build(knowing) for row in rows}
    return ImageInsights(image_insights_token=knowing.subject.token, **fields)


def asked_for(modules: frozenset[Module]) -> Sequence[Module]:
    """The modules behind what is asked: `All` is each that there can be data for."""
    return [module for module in MODULES if Module.ALL in modules or module in modules]


def query_of(text: str, knowing: Knowing) -> Query:
    """A query as insights tell it, without its API address (section 6.4)."""
    addresses = knowing.addresses
    return Query(
        text=text,
        display_text=text,
        web_search_url=addresses.results(text, "IDINTS"),
        thumbnail=QueryThumbnail.of(addresses.representative(text, knowing.market, knowing.safe_search)),
    )


def _best_query(knowing: Knowing) -> Query | None:
    text, record = knowing.best_query, knowing.subject.record
    if not text:
        return None
    address = knowing.addresses.results(text, "IDBQDM")
    address += f"&id={record.image_id}" if record else ""
    return Query(text=text, display_text=text, web_search_url=address)


def _caption(knowing: Knowing) -> ImageCaption | None:
    record = knowing.subject.record
    text = record and (record.description or record.title)
    if not record or not text:
        return None
    (image,) = images_of([record], "", knowing.addresses)
    return ImageCaption(caption=text, data_source_url=image.host_page_url)


def _collections(knowing: Knowing) -> GalleriesModule | None:
    """The source that holds the image, by the last part of its name: the way there is its owner's own business."""
    record = knowing.subject.record
    name = record.source.rstrip("/").rpartition("/")[2] if record else ""
    if not record or not name:
        return None
    thumbnail = ThumbnailId(record.content_id, record.thumbnail_width, record.thumbnail_height)
    gallery = ImageGallery(
        name=name,
        description="",
        thumbnail_url=knowing.addresses.thumbnail(str(thumbnail)),
        images_count=knowing.count((AnyOf("source", frozenset((record.source,))),)),
    )
    return GalleriesModule(value=[gallery])


def pages_including(knowing: Knowing) -> ImagesModule:
    """Every page of the library that shows the picture, in whatever size."""
    pages = {page_of(record): record for record in reversed(knowing.shown_copies)}
    records = [record for record in knowing.shown_copies if pages[page_of(record)] is record]
    counts = counts_of(knowing.subject.copies)
    return ImagesModule(value=images_of(records, knowing.q, knowing.addresses, counts))


def related_searches(knowing: Knowing) -> QueriesModule:
    return QueriesModule(value=[query_of(text, knowing) for text in knowing.related])


def _similar(knowing: Knowing) -> ImagesModule:
    return ImagesModule(value=knowing.images(knowing.similar(limit=SIMILAR)))


def _tags(knowing: Knowing) -> TagsModule:
    return TagsModule(value=[ImageTagName(name=one.word) for one in knowing.words[:TAGS]])


MODULES: Final[Mapping[Module, Row]] = {
    Module.BRQ: Row("best_representative_query", _best_query),
    Module.CAPTION: Row("image_caption", _caption),
    Module.COLLECTIONS: Row("related_collections", _collections),
    Module.PAGES_INCLUDING: Row("pages_including", pages_including),
    Module.RELATED_SEARCHES: Row("related_searches", related_searches),
    Module.SIMILAR_IMAGES: Row("visually_similar_images", _similar),
    Module.TAGS: Row("image_tags", _tags),
}
"""Modules that there can be data for. Nothing is known of products, shops, recipes and persons: these are left out."""
