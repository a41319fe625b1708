"""From records to the v7 answer (v7 reference, section 6)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from vizsla.records import ImageRecord
from vizsla.wire import (
    LICENCES,
    Image,
    Images,
    InsightsMetadata,
    MediaSize,
    Query,
    QueryContext,
    SearchParameters,
    ThumbnailId,
    content_size,
    display_url,
    format_date,
    insights_token,
    simid,
)

from .addresses import Addresses, asked_for


def answer_of(
    parameters: SearchParameters,
    records: Iterable[ImageRecord],
    passed: int,
    total: int,
    addresses: Addresses,
) -> Images:
    """The answer with `records`, which stand at `parameters.offset` of a result.

    Args:
        passed: how many results the page has passed, including those whose record is gone.
        total: size of the whole result.
    """
    query = parameters.q
    return Images(
        read_link=f"images/search?q={query}",
        web_search_url=addresses.results(query, "OIIARP"),
        query_context=QueryContext(original_query=query),
        total_estimated_matches=total,
        next_offset=parameters.offset + passed,
        current_offset=parameters.offset,
        value=images_of(records, query, addresses),
    )


def images_of(records: Iterable[ImageRecord], query: str, addresses: Addresses) -> list[Image]:
    """Images as an answer to `query`."""
    asked = asked_for(query)
    return [_image(record, query, asked, addresses) for record in records]


def _image(record: ImageRecord, query: str, asked: str, addresses: Addresses) -> Image:
    thumbnail = str(ThumbnailId(record.content_id, record.thumbnail_width, record.thumbnail_height))
    group = simid(record.content_id)
    host_page = record.host_page_url or addresses.page(record, group)
    site = urlsplit(record.host_page_url).hostname if record.host_page_url else None
    return Image(
        web_search_url=addresses.page(record, group, asked),
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
            best_representative_query=_best_query(record, query, addresses),
            pages_including_count=1,
            available_sizes_count=1,
        ),
        image_id=record.image_id,
        accent_color=record.accent_colour,
        creative_commons=LICENCES[record.licence].creative_commons,
    )


def name_of(record: ImageRecord) -> str:
    """What to call an image: its title, else the best that is known."""
    return (
        record.title
        or record.description.partition("\n")[0][:100]
        or record.names
        or record.key.rpartition("/")[2]
    )


def _best_query(record: ImageRecord, query: str, addresses: Addresses) -> Query:
    text = record.title or " ".join(record.tags[:3]) or query
    address = f"{addresses.results(text, 'IDBQDM')}&id={record.image_id}"
    return Query(text=text, display_text=text, web_search_url=address)
