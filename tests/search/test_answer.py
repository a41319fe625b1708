"""From records to the v7 answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vizsla.library import Library
from vizsla.search import Addresses, images_of, name_of
from vizsla.wire import Image, SearchParameters, encode, thumbnail_size

from .worlds import HERE, record, world

# The sample answer of the v7 reference, section 6.1: its fields, in its order.
ANSWER = [
    *("_type", "instrumentation", "readLink", "webSearchUrl", "totalEstimatedMatches", "nextOffset", "value"),
]
IMAGE = [
    *("webSearchUrl", "name", "thumbnailUrl", "datePublished", "contentUrl", "hostPageUrl", "contentSize"),
    *("encodingFormat", "hostPageDisplayUrl", "width", "height", "thumbnail", "imageInsightsToken"),
    *("insightsMetadata", "imageId", "accentColor"),
]
INSIGHTS = ["recipeSourcesCount", "bestRepresentativeQuery", "pagesIncludingCount", "availableSizesCount"]
BEST_QUERY = ["text", "displayText", "webSearchUrl"]


def shared(fields: dict[str, Any], sample: list[str]) -> list[str]:
    """The fields that the sample has as well, in the order that they were answered."""
    return [name for name in fields if name in sample]


def answered(library: Library, query: str, **filters: Any) -> Any:
    return json.loads(encode(library.search(SearchParameters(q=query, **filters))))


def test_the_first_image_has_every_field_of_the_sample_answer_in_its_order(gallery_library: Library) -> None:
    answer = answered(gallery_library, "puppies")
    first = answer["value"][0]
    best = first["insightsMetadata"]["bestRepresentativeQuery"]
    assert shared(answer, ANSWER) == ANSWER
    assert shared(first, IMAGE) == IMAGE
    assert shared(first["insightsMetadata"], INSIGHTS) == INSIGHTS
    assert shared(best, BEST_QUERY) == BEST_QUERY
    assert list(first["thumbnail"]) == ["width", "height"]
    assert answer["instrumentation"] == {"_type": "ResponseInstrumentation"}


def test_every_field_of_every_image_says_something(gallery_library: Library) -> None:
    for image in answered(gallery_library, "dog", count=150)["value"]:
        assert all(image[name] for name in IMAGE)
        assert image["thumbnail"]["width"] > 0 < image["thumbnail"]["height"]
        assert (image["thumbnail"]["width"], image["thumbnail"]["height"]) == thumbnail_size(
            image["width"], image["height"]
        )
        assert image["creativeCommons"] == "PublicNoRightsReserved"
        assert image["insightsMetadata"]["bestRepresentativeQuery"]["text"]


def test_the_answer_tells_the_query_as_it_was_sent(gallery_library: Library) -> None:
    query = 'dog "big cat" & <b>ü</b>'
    answer = answered(gallery_library, query)
    assert answer["queryContext"]["originalQuery"] == query
    assert answer["readLink"] == f"images/search?q={query}"


def image(**fields: Any) -> Image:
    (shown,) = images_of([record(1, **fields)], "dogs", HERE)
    return shown


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"title": "A dog", "description": "x", "names": "y"}, "A dog"),
        ({"description": "A dog\nthat barks", "names": "y"}, "A dog"),
        ({"description": "w" * 300}, "w" * 100),
        ({"names": "my dog"}, "my dog"),
        ({"key": "holiday/IMG_1234.jpg"}, "IMG_1234.jpg"),
    ],
)
def test_a_picture_is_called_by_the_best_that_is_known(fields: dict[str, Any], name: str) -> None:
    assert name_of(record(1, **fields)) == name
    assert image(**fields).name == name


def test_a_picture_of_its_own_host_leads_there() -> None:
    shown = image(host_page_url="https://pictures.example.org/dogs/", content_url="http://cdn.example.org/1")
    assert shown.content_url == "http://cdn.example.org/1"
    assert shown.host_page_url == "https://pictures.example.org/dogs/"
    assert shown.host_page_display_url == "https://pictures.example.org/dogs"
    assert shown.host_page_domain_friendly_name == "pictures.example.org"


def test_a_picture_without_a_host_leads_to_us() -> None:
    shown = image()
    assert shown.content_url == f"{HERE.base}/content/{1:040X}"
    assert shown.host_page_url.startswith(f"{HERE.base}/images/search?view=detailv2")
    assert shown.host_page_domain_friendly_name is None


def test_facts_of_the_record_are_told() -> None:
    shown = image(
        adult=True, discovered=1_509_699_060, file_size=897_388, format="png", accent_colour="0050B2"
    )
    assert shown.is_family_friendly is False
    assert shown.date_published == "2017-11-03T08:51:00.0000000Z"
    assert shown.content_size == "897388 B"
    assert shown.encoding_format == "png"
    assert shown.accent_color == "0050B2"
    assert shown.creative_commons is None
    assert image(licence="by-sa").creative_commons == "AttributionShareAlike"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"title": "A dog"}, "A dog"),
        ({"tags": ("dog", "pet", "brown", "big")}, "dog pet brown"),
        ({}, "dogs"),
    ],
)
def test_the_best_query_of_a_picture_is_its_title_its_tags_or_the_query(
    fields: dict[str, Any], text: str
) -> None:
    best = image(**fields).insights_metadata.best_representative_query
    assert best
    assert (best.text, best.display_text) == (text, text)
    assert best.web_search_url == f"{Addresses('').results(text, 'IDBQDM')}&id={1:040X}".replace(
        "/images", f"{HERE.base}/images", 1
    )


def test_pictures_stand_in_the_order_in_which_they_were_found() -> None:
    with world([record(number, title="dog") for number in range(1, 6)]) as here:
        numbers = [int(image.image_id, 16) for image in here.search("dog").value]
        assert numbers == [5, 4, 3, 2, 1]
