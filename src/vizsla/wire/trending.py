"""The answer of `GET /images/trending` (v7 reference, section 9)."""

from typing import Final

import msgspec

from vizsla.wire.base import Answer, always, empty, tolerant
from vizsla.wire.things import MediaSize, Query


class TileImage(Answer):
    """The picture of a tile; its `image_id` is the value of the parameter `id` of the search that it leads to."""

    thumbnail_url: str = always("")
    content_url: str = always("")
    thumbnail: MediaSize = msgspec.field(default_factory=lambda: MediaSize())
    image_id: str = always("")
    width: int | None = None
    height: int | None = None


class TrendingTile(Answer):
    """A query that is popular, and a picture for it."""

    query: Query = msgspec.field(default_factory=lambda: Query())
    image: TileImage = msgspec.field(default_factory=lambda: TileImage())


class TrendingCategory(Answer):
    """Tiles of one kind."""

    title: str = always("")
    tiles: list[TrendingTile] = msgspec.field(default_factory=empty)


class TrendingImages(Answer, tag_field="_type", tag="TrendingImages"):
    """What people look for."""

    categories: list[TrendingCategory] = msgspec.field(default_factory=empty)


decode_trending: Final = tolerant(TrendingImages)
"""From a body to `TrendingImages`."""
