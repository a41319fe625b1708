"""What several answers are made of: images and queries (v7 reference, sections 6.2 to 6.4)."""

import msgspec

from vizsla.wire.base import Answer, always
from vizsla.wire.offers import AggregateOffer


class MediaSize(Answer):
    """Width and height of a picture in pixels."""

    width: int = always(0)
    height: int = always(0)


class QueryThumbnail(Answer):
    """A picture for a query, under both names that clients read (section 6.4)."""

    url: str | None = None
    """Read by insights and by the documentation's Thumbnail object."""
    thumbnail_url: str | None = None
    """Read by clients of search answers."""

    @classmethod
    def of(cls, address: str) -> "QueryThumbnail":
        """The thumbnail at `address`, said in both fields."""
        return cls(url=address, thumbnail_url=address)


class Query(Answer):
    """A query that may be asked next (section 6.4)."""

    text: str = always("")
    """The query to send."""
    display_text: str = always("")
    """What to show: the added word of an expansion, the replacing word of a pivot, else the query."""
    web_search_url: str | None = None
    """Page for people with the results of the query."""
    search_link: str | None = None
    """API address with the results of the query, without the key."""
    thumbnail: QueryThumbnail | None = None


class InsightsMetadata(Answer):
    """What else is known about an image (section 6.3)."""

    shopping_sources_count: int | None = None
    """Places that sell what it shows."""
    recipe_sources_count: int = always(0)
    """Recipes for what it shows."""
    best_representative_query: Query | None = None
    """The query that describes the image best."""
    pages_including_count: int | None = None
    """Pages that show the image."""
    available_sizes_count: int | None = None
    """Copies of the image in other sizes, itself included."""
    aggregate_offer: AggregateOffer | None = None
    """Where to buy what it shows, for pictures of products."""


class Image(Answer):
    """One image (section 6.2; in the Swagger: ImageObject)."""

    web_search_url: str = always("")
    """Page for people about the image."""
    name: str = always("")
    """Title."""
    thumbnail_url: str = always("")
    """Address of the thumbnail. Holds a `?`, because clients append `&w=..&h=..`."""
    date_published: str = always("")
    """UTC time of discovery, `2017-11-03T08:51:00.0000000Z`."""
    is_family_friendly: bool | None = None
    """Whether safe search lets it through."""
    content_url: str = always("")
    """Address of the image itself."""
    host_page_url: str = always("")
    """Page that shows the image; may be the image itself."""
    content_size: str = always("")
    """Size of the file, `897388 B`."""
    encoding_format: str = always("")
    """Short name of the format, `jpeg`, `png`."""
    host_page_display_url: str = always("")
    """Address of that page to show, not to follow."""
    host_page_domain_friendly_name: str | None = None
    """Name of the site."""
    width: int = always(0)
    """Pixels of the upright image."""
    height: int = always(0)
    """Pixels of the upright image."""
    thumbnail: MediaSize = msgspec.field(default_factory=lambda: MediaSize())
    """Size of the picture behind the thumbnail's address; never zero."""
    image_insights_token: str = always("")
    """Names the image in calls for details and visual search."""
    insights_metadata: InsightsMetadata = msgspec.field(default_factory=lambda: InsightsMetadata())
    image_id: str = always("")
    """40 upper-case hexadecimal digits; value of the parameter `id`."""
    accent_color: str = always("")
    """Six upper-case hexadecimal digits without `#`."""
    creative_commons: str | None = None
    """Licence, if one is known."""
