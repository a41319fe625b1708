"""From records to the v7 answer (v7 reference, section 6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import msgspec

from vizsla.records import ImageRecord
from vizsla.store import Counts, Stored
from vizsla.wire import (
    LICENCES,
    Image,
    Images,
    InsightsMetadata,
    MediaSize,
    Pivot,
    Query,
    QueryContext,
    QueryThumbnail,
    SafeSearch,
    SearchParameters,
    content_size,
    display_url,
    format_date,
    insights_token,
    simid,
    thumbnail_id,
)

from .addresses import Addresses, asked_for, quoted
from .representative import representative
from .suggestions import Suggestions


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and what there is to say of the query."""

    records: Sequence[ImageRecord]
    """Those at `parameters.offset` of the result."""
    passed: int
    """How many results the page has passed, including those whose record is gone."""
    total: int
    """Size of the whole result."""
    counts: Mapping[bytes, Counts] = {}
    """What there is of pictures by their group, where more than one record shows them; see `counts_of`."""
    context: QueryContext
    suggestions: Suggestions = Suggestions()


def answer_of(parameters: SearchParameters, page: Page, addresses: Addresses, market: str) -> Images:
    """The answer with a page of a result.

    Args:
        market: where the query was asked.
    """
    query = parameters.q
    return Images(
        read_link=addresses.read_link(query),
        web_search_url=addresses.results(query, "OIIARP"),
        query_context=page.context,
        total_estimated_matches=page.total,
        next_offset=parameters.offset + page.passed,
        current_offset=parameters.offset,
        value=images_of(page.records, query, addresses, page.counts),
        **_suggested(page.suggestions, _Links(addresses, market, parameters.safe_search)),
    )


class _Links(msgspec.Struct, frozen=True):
    """What the addresses of queries are made with."""

    addresses: Addresses
    market: str
    safe_search: SafeSearch

    def query(self, text: str, shown: str) -> Query:
        asked, addresses = quoted(text), self.addresses
        picture = addresses.representative_quoted(asked, self.market, self.safe_search)
        return Query(
            text=text,
            display_text=shown,
            web_search_url=addresses.results_quoted(asked, "IRPATC"),
            search_link=addresses.search_quoted(asked),
            thumbnail=QueryThumbnail.of(picture),
        )


def _suggested(suggestions: Suggestions, links: _Links) -> dict[str, Any]:
    return {
        "query_expansions": [links.query(one.text, one.shown) for one in suggestions.expansions],
        "pivot_suggestions": [
            Pivot(pivot=segment, suggestions=[links.query(one.text, one.shown) for one in choices])
            for segment, choices in suggestions.pivots
        ],
        "similar_terms": [links.query(text, text) for text in suggestions.similar],
        "related_searches": [links.query(text, text) for text in suggestions.related],
    }


_ALONE = Counts()
"""Of a picture that one record shows."""

_HOST = re.compile(r"https?://([a-z0-9.-]+)(?=/|\Z)")

REMEMBERED = 16_384
"""Images that are kept as answers show them, but for the query. About thirty megabytes."""


def images_of(
    records: Iterable[ImageRecord],
    query: str,
    addresses: Addresses,
    counts: Mapping[bytes, Counts] = MappingProxyType({}),
) -> list[Image]:
    """Images as an answer to `query`. What is within them is shared between answers, and not to be changed.

    Args:
        counts: what there is of pictures by their group, where more than one record shows them.
    """
    asked = asked_for(query)
    return [_image(record, query, asked, addresses, counts) for record in records]


def counts_of(found: Iterable[Stored]) -> dict[bytes, Counts]:
    """What there is of pictures by their group, where more than one record shows them."""
    return {stored.record.group: stored.counts for stored in found if stored.copies > 1}


_copied: Callable[[Image], Image] = Image.__copy__  # type: ignore[attr-defined]  # what `copy` calls in the end


def _image(
    record: ImageRecord, query: str, asked: str, addresses: Addresses, counts: Mapping[bytes, Counts]
) -> Image:
    shown, group = _shown(record, addresses, counts.get(record.group, _ALONE))
    image = _copied(shown)
    image.web_search_url = addresses.page(record, group, asked)
    if not image.insights_metadata.best_representative_query:
        image.insights_metadata = copy(image.insights_metadata)
        image.insights_metadata.best_representative_query = _best_query(record, query, addresses)
    return image


@lru_cache(REMEMBERED)
def _shown(record: ImageRecord, addresses: Addresses, counts: Counts) -> tuple[Image, str]:
    """What every query shows of a record, and the `simid` of its group."""
    thumbnail = thumbnail_id(record.content_id, record.thumbnail_width, record.thumbnail_height)
    group = simid(record.group)
    host_page = record.host_page_url or addresses.page(record, group)
    site = _site(record.host_page_url) if record.host_page_url else None
    described = representative(record)
    image = Image(
        name=name_of(record),
        thumbnail_url=addresses.thumbnail(thumbnail),
        date_published=format_date(record.discovered),
        is_family_friendly=not record.adult,
        content_url=addresses.content(record),
        host_page_url=host_page,
        content_size=content_size(record.file_size),
        encoding_format=record.format,
        host_page_display_url=display_url(host_page),
        host_page_domain_friendly_name=site,
        width=record.width,
        height=record.height,
        thumbnail=MediaSize(width=record.thumbnail_width, height=record.thumbnail_height),
        image_insights_token=insights_token(record.image_id, thumbnail, record.content_id, group),
        insights_metadata=InsightsMetadata(
            best_representative_query=_best_query(record, described, addresses) if described else None,
            pages_including_count=counts.pages,
            available_sizes_count=counts.sizes,
        ),
        image_id=record.image_id,
        accent_color=record.accent_colour,
        creative_commons=LICENCES[record.licence].creative_commons,
    )
    return image, group


def _site(address: str) -> str | None:
    """The name of the host in an address, which hardly ever has more than that between its slashes."""
    host = _HOST.match(address)
    return host[1] if host else urlsplit(address).hostname


def name_of(record: ImageRecord) -> str:
    """What to call an image: its title, else the best that is known."""
    return (
        record.title
        or record.description.partition("\n")[0][:100]
        or record.names
        or record.key.rpartition("/")[2]
    )


def _best_query(record: ImageRecord, text: str, addresses: Addresses) -> Query:
    address = f"{addresses.results(text, 'IDBQDM')}&id={record.image_id}"
    return Query(text=text, display_text=text, web_search_url=address)
