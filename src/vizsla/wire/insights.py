"""The answer of `/images/details` (v7 reference, section 8)."""

from typing import Final

import msgspec

from vizsla.wire.base import Answer, always, empty, tolerant
from vizsla.wire.offers import AggregateOffer, Person, Recipe
from vizsla.wire.things import Image, Query


class ImagesModule(Answer):
    """Images."""

    value: list[Image] = msgspec.field(default_factory=empty)


class QueriesModule(Answer):
    """Queries: an object here, not an array as in search."""

    value: list[Query] = msgspec.field(default_factory=empty)


class RecipesModule(Answer):
    """Recipes."""

    value: list[Recipe] = msgspec.field(default_factory=empty)


class ImageCaption(Answer):
    """A sentence about the image, and where it stands."""

    caption: str = always("")
    data_source_url: str = always("")
    related_searches: list[Query] = msgspec.field(default_factory=empty)


class ImageGallery(Answer):
    """A collection that holds the image."""

    name: str = always("")
    url: str | None = None
    description: str | None = None
    thumbnail_url: str | None = None
    source: str | None = None
    creator: Person | None = None
    images_count: int | None = None
    followers_count: int | None = None


class GalleriesModule(Answer):
    """Collections."""

    value: list[ImageGallery] = msgspec.field(default_factory=empty)


class ImageTagName(Answer):
    """A word for what the image shows."""

    name: str = always("")


class TagsModule(Answer):
    """Words for what the image shows."""

    value: list[ImageTagName] = msgspec.field(default_factory=empty)


class NormalizedRectangle(Answer):
    """A region in fractions of width and height from the top left corner."""

    left: float = always(0.0)
    top: float = always(0.0)
    right: float = always(1.0)
    bottom: float = always(1.0)


class RecognizedEntity(Answer):
    """Somebody who may be seen."""

    entity: Person = msgspec.field(default_factory=lambda: Person())
    match_confidence: float = always(0.0)
    """0.0 to 1.0."""


class RecognizedEntityRegion(Answer):
    """Where somebody may be seen, the likeliest first."""

    region: NormalizedRectangle = msgspec.field(default_factory=lambda: NormalizedRectangle())
    matching_entities: list[RecognizedEntity] = msgspec.field(default_factory=empty)


class RecognizedEntityGroup(Answer):
    """What one way of recognising found."""

    name: str = always("")
    recognized_entity_regions: list[RecognizedEntityRegion] = msgspec.field(default_factory=empty)


class EntitiesModule(Answer):
    """Who may be seen."""

    value: list[RecognizedEntityGroup] = msgspec.field(default_factory=empty)


class ImageInsights(Answer, tag_field="_type", tag="ImageInsights"):
    """What is known about one image: one field per module that was asked for."""

    image_insights_token: str = always("")
    best_representative_query: Query | None = None
    image_caption: ImageCaption | None = None
    related_collections: GalleriesModule | None = None
    pages_including: ImagesModule | None = None
    shopping_sources: AggregateOffer | None = None
    related_searches: QueriesModule | None = None
    recipes: RecipesModule | None = None
    visually_similar_images: ImagesModule | None = None
    visually_similar_products: ImagesModule | None = None
    recognized_entity_groups: EntitiesModule | None = None
    image_tags: TagsModule | None = None


decode_insights: Final = tolerant(ImageInsights)
"""From a body to `ImageInsights`."""
