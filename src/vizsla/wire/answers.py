"""The answer of `GET /images/search`, exactly as on the network.

Each field is written once, here, for the server that encodes and the client that decodes. Names become camelCase on
the wire. Three kinds of fields, told by their default:

- `_always(..)`, or made by a function: written in every answer, because documented or dereferenced by a published client;
- `= None` or `= []`: left out when there is nothing to say;
- all have a default, so that any answer decodes, also one of the service's older generations.

The order is that of the sample answer. Source: the v7 reference, section 6; which fields clients need: checklist of
"bing-sdks-and-samples", rows 6 and 7.
"""

from typing import Any, Final, TypeVar

import msgspec

_Value = TypeVar("_Value", str, int, float)


def _always(value: _Value) -> _Value:
    """A default that is written nevertheless: msgspec leaves out a default, but not what a function made."""
    made: _Value = msgspec.field(default_factory=lambda: value)
    return made


def _none() -> list[Any]:
    """An empty list that is written nevertheless: msgspec leaves out what `list` itself made."""
    return []


class _Answer(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """Common to all parts of an answer. Unknown fields are ignored."""


class Instrumentation(_Answer):
    """A marker without content that the service's answers carried."""

    type: str = msgspec.field(name="_type", default_factory=lambda: "ResponseInstrumentation")


class MediaSize(_Answer):
    """Width and height of a picture in pixels."""

    width: int = _always(0)
    height: int = _always(0)


class QueryThumbnail(_Answer):
    """A picture for a query, under both names that clients read (section 6.4)."""

    url: str | None = None
    """Read by insights and by the documentation's Thumbnail object."""
    thumbnail_url: str | None = None
    """Read by clients of search answers."""

    @classmethod
    def of(cls, address: str) -> "QueryThumbnail":
        """The thumbnail at `address`, said in both fields."""
        return cls(url=address, thumbnail_url=address)


class Query(_Answer):
    """A query that may be asked next (section 6.4)."""

    text: str = _always("")
    """The query to send."""
    display_text: str = _always("")
    """What to show: the added word of an expansion, the replacing word of a pivot, else the query."""
    web_search_url: str | None = None
    """Page for people with the results of the query."""
    search_link: str | None = None
    """API address with the results of the query, without the key."""
    thumbnail: QueryThumbnail | None = None


class Pivot(_Answer):
    """A segment of the query and what may stand in its place (section 6.5)."""

    pivot: str = _always("")
    suggestions: list[Query] = msgspec.field(default_factory=_none)


class QueryContext(_Answer):
    """What became of the query (section 6.6)."""

    original_query: str = _always("")
    """The query as sent. A published Node sample fails without it."""
    altered_query: str | None = None
    """The query that was answered, if spelling was corrected."""
    alteration_override_query: str | None = None
    """The query that asks for the original spelling."""
    adult_intent: bool | None = None
    ask_user_for_location: bool | None = None


class InsightsMetadata(_Answer):
    """What else is known about an image (section 6.3)."""

    shopping_sources_count: int | None = None
    recipe_sources_count: int = _always(0)
    best_representative_query: Query | None = None
    """The query that describes the image best."""
    pages_including_count: int | None = None
    """Pages that show the image."""
    available_sizes_count: int | None = None
    """Copies of the image in other sizes, itself included."""


class Image(_Answer):
    """One image (section 6.2; in the Swagger: ImageObject)."""

    web_search_url: str = _always("")
    """Page for people about the image."""
    name: str = _always("")
    """Title."""
    thumbnail_url: str = _always("")
    """Address of the thumbnail. Holds a `?`, because clients append `&w=..&h=..`."""
    date_published: str = _always("")
    """UTC time of discovery, `vizsla.wire.format_date`."""
    is_family_friendly: bool | None = None
    content_url: str = _always("")
    """Address of the image itself."""
    host_page_url: str = _always("")
    """Page that shows the image; may be equal to `content_url`."""
    content_size: str = _always("")
    """Bytes of the image as `"<n> B"`, `vizsla.wire.content_size`."""
    encoding_format: str = _always("")
    """Short name of the format, `jpeg`, `png`."""
    host_page_display_url: str = _always("")
    """`host_page_url` for display only, `vizsla.wire.display_url`."""
    host_page_domain_friendly_name: str | None = None
    """Name of the site."""
    width: int = _always(0)
    """Pixels of the upright image."""
    height: int = _always(0)
    """Pixels of the upright image."""
    thumbnail: MediaSize = msgspec.field(default_factory=lambda: MediaSize())
    """Size of the picture behind `thumbnail_url`; clients divide by it."""
    image_insights_token: str = _always("")
    """Names the image in calls for details, `vizsla.wire.InsightsToken`."""
    insights_metadata: InsightsMetadata = msgspec.field(default_factory=lambda: InsightsMetadata())
    image_id: str = _always("")
    """40 upper-case hexadecimal digits; value of the parameter `id`."""
    accent_color: str = _always("")
    """Six upper-case hexadecimal digits without `#`."""
    creative_commons: str | None = None
    """Licence, if one is known, `vizsla.wire.Licence.creative_commons`."""


class Images(_Answer, tag_field="_type", tag="Images"):
    """The answer (section 6.1; the documentation calls it ImageAnswer)."""

    instrumentation: Instrumentation = msgspec.field(default_factory=lambda: Instrumentation())
    read_link: str = _always("")
    """API address of the query."""
    web_search_url: str = _always("")
    """Page for people with the results of the query."""
    query_context: QueryContext = msgspec.field(default_factory=lambda: QueryContext())
    total_estimated_matches: int = _always(0)
    next_offset: int = _always(0)
    """The `offset` of the next page; equal to the offset sent if there is none."""
    current_offset: int = _always(0)
    """The offset of the first image in `value`."""
    value: list[Image] = msgspec.field(default_factory=_none)
    query_expansions: list[Query] = msgspec.field(default_factory=_none)
    """Narrower queries."""
    pivot_suggestions: list[Pivot] = msgspec.field(default_factory=_none)
    similar_terms: list[Query] = []
    """Terms of similar meaning; absent if there are none."""
    related_searches: list[Query] = msgspec.field(default_factory=_none)
    """Popular related queries."""


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Images, strict=False)


def encode(answer: msgspec.Struct) -> bytes:
    """The JSON of an answer: UTF-8, no byte order mark."""
    return _encoder.encode(answer)


def decode_images(body: bytes) -> Images:
    """The answer in `body`, read tolerantly.

    Unknown fields are ignored, missing and null ones get their default, numbers may be strings.

    Raises: `msgspec.DecodeError` if the body is not JSON, or is another answer than `Images`.
    """
    try:
        return _decoded(body)
    except (UnicodeDecodeError, RecursionError) as reason:
        raise msgspec.DecodeError(f"The body cannot be read: {reason}") from reason


def _decoded(body: bytes) -> Images:
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError:
        return msgspec.convert(_without_nulls(msgspec.json.decode(body)), Images, strict=False)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [_without_nulls(entry) for entry in value if entry is not None]
    return value
