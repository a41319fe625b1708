"""Offers, recipes, and the people and shops behind them (v7 reference, section 8.4)."""

import msgspec

from vizsla.wire.base import Answer, always, empty


class PictureLink(Answer):
    """A picture where only its address, or its name, is told."""

    url: str | None = None
    thumbnail_url: str | None = None
    image_insights_token: str | None = None


class AggregateRating(Answer):
    """What people think of it."""

    text: str | None = None
    rating_value: float = always(0.0)
    """1.0 to `best_rating`."""
    best_rating: float | None = None
    review_count: int | None = None


class Organization(Answer):
    """A shop."""

    name: str = always("")
    image: PictureLink | None = None


class Person(Answer, tag_field="_type", tag="Person"):
    """Somebody."""

    name: str = always("")
    description: str | None = None
    image: PictureLink | None = None
    job_title: str | None = None
    twitter_profile: str | None = None
    url: str | None = None
    web_search_url: str | None = None


class Offer(Answer):
    """One way to buy something."""

    name: str | None = None
    url: str | None = None
    description: str | None = None
    seller: Organization | None = None
    price: float | None = None
    price_currency: str | None = None
    """ISO 4217; absent: USD."""
    availability: str | None = None
    """`InStock`, `OutOfStock`, `PreOrder` and the like."""
    aggregate_rating: AggregateRating | None = None
    last_updated: str | None = None


class AggregateOffer(Offer):
    """Several ways to buy something."""

    offers: list[Offer] = msgspec.field(default_factory=empty)
    low_price: float | None = None
    offer_count: int | None = None


class Recipe(Answer):
    """How to cook what the picture shows."""

    name: str = always("")
    url: str | None = None
    thumbnail_url: str | None = None
    cook_time: str | None = None
    """ISO 8601 duration, as the other times."""
    prep_time: str | None = None
    total_time: str | None = None
    creator: Person | None = None
    aggregate_rating: AggregateRating | None = None
