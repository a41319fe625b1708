"""The answer of `GET /images/search` (v7 reference, section 6.1). The order of fields is that of the sample answer."""

from typing import Final

import msgspec

from vizsla.wire.base import Answer, always, empty, tolerant
from vizsla.wire.things import Image, Query


class Instrumentation(Answer):
    """A marker without content that the service's answers carried."""

    type: str = msgspec.field(name="_type", default_factory=lambda: "ResponseInstrumentation")


class Pivot(Answer):
    """A segment of the query and what may stand in its place (section 6.5)."""

    pivot: str = always("")
    suggestions: list[Query] = msgspec.field(default_factory=empty)


class QueryContext(Answer):
    """What became of the query (section 6.6)."""

    original_query: str = always("")
    """The query as sent. A published Node sample fails without it."""
    altered_query: str | None = None
    """The query that was answered, if spelling was corrected."""
    alteration_override_query: str | None = None
    """The query that asks for the original spelling."""
    adult_intent: bool | None = None
    ask_user_for_location: bool | None = None


class Images(Answer, tag_field="_type", tag="Images"):
    """The answer (section 6.1; the documentation calls it ImageAnswer)."""

    instrumentation: Instrumentation = msgspec.field(default_factory=lambda: Instrumentation())
    read_link: str = always("")
    """API address of the query."""
    web_search_url: str = always("")
    """Page for people with the results of the query."""
    query_context: QueryContext = msgspec.field(default_factory=lambda: QueryContext())
    total_estimated_matches: int = always(0)
    next_offset: int = always(0)
    """The `offset` of the next page; equal to the offset sent if there is none."""
    current_offset: int = always(0)
    """The offset of the first image in `value`."""
    value: list[Image] = msgspec.field(default_factory=empty)
    query_expansions: list[Query] = msgspec.field(default_factory=empty)
    """Narrower queries."""
    pivot_suggestions: list[Pivot] = msgspec.field(default_factory=empty)
    similar_terms: list[Query] = msgspec.field(default_factory=list)
    """Terms of similar meaning; absent if there are none."""
    related_searches: list[Query] = msgspec.field(default_factory=empty)
    """Popular related queries."""


decode_images: Final = tolerant(Images)
"""From a body to `Images`."""
