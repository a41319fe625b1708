"""Search, details and trending by both generations of the published Python packages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import pytest
from azure.core.exceptions import HttpResponseError

from conftest import Served

from .packages import IMAGE_SEARCH, Answer, Package, Refusal, check_arrived

HEADERS = {
    "accept_language": "de, en;q=0.5",
    "client_id": "00B4230B74496E7A13CC2C1475056FF4",
    "client_ip": "127.0.0.1",
    "location": "lat:47.6;long:-122.3;re:22",
}

ENUMERATIONS = {
    "aspect": "ImageAspect",
    "color": "ImageColor",
    "freshness": "Freshness",
    "image_content": "ImageContent",
    "image_type": "ImageType",
    "license": "ImageLicense",
    "safe_search": "SafeSearch",
    "size": "ImageSize",
}


class Client(NamedTuple):
    """A package that is connected to the server."""

    package: Package
    operations: Any

    def call(self, operation: str, **arguments: Any) -> Answer:
        answer = self.package.call(self.operations, operation, **arguments)
        check_arrived(answer.typed, answer.sent)
        return answer

    def search(self, query: str = "cat", **arguments: Any) -> Any:
        return self.call("search", query=query, **arguments).typed

    def details(self, query: str = "cat", **arguments: Any) -> Any:
        return self.call("details", query=query, **arguments).typed


@pytest.fixture(params=IMAGE_SEARCH, ids=lambda package: package.name)
def package(request: pytest.FixtureRequest) -> Package:
    found: Package = request.param
    return found


@pytest.fixture
def client(package: Package, served: Served) -> Iterator[Client]:
    yield Client(package, package.connected(served.address, served.key))


# Search


def test_every_field_of_a_search_arrives_typed(client: Client) -> None:
    answer = client.call("search", query="black cat")
    models, typed = client.package.models, answer.typed
    assert type(typed) is models.Images
    assert typed.total_estimated_matches >= len(typed.value) == typed.next_offset > 10
    assert isinstance(typed.query_expansions, list)
    assert isinstance(typed.pivot_suggestions, list)
    assert typed.additional_properties["queryContext"]["originalQuery"] == "black cat"
    for image in typed.value:
        assert type(image) is models.ImageObject
        assert type(image.thumbnail) is models.ImageObject
        assert type(image.insights_metadata) is models.ImagesImageMetadata
        assert image.width > 0 < image.height
        assert image.thumbnail.width > 0 < image.thumbnail.height
        assert len(image.image_id) == 40
        assert len(image.accent_color) == 6
        assert datetime.fromisoformat(image.date_published).tzinfo == UTC
        for name in ("name", "web_search_url", "thumbnail_url", "content_url", "host_page_url"):
            assert getattr(image, name)
        for name in ("content_size", "encoding_format", "host_page_display_url", "image_insights_token"):
            assert getattr(image, name)


def all_known_of(image: Any) -> dict[str, Any]:
    """Every parameter of a search besides the query, so that this image passes."""
    size = int(image.content_size.removesuffix(" B"))
    return {
        "aspect": "All",
        "country_code": "US",
        "count": 3,
        "freshness": "Day",
        "height": image.height,
        "id": image.image_id,
        "license": "Public",
        "market": "en-US",
        "max_file_size": size,
        "max_height": image.height,
        "max_width": image.width,
        "min_file_size": size,
        "min_height": image.height,
        "min_width": image.width,
        "offset": 0,
        "safe_search": "Strict",
        "size": "All",
        "set_lang": "en",
        "width": image.width,
    }


def test_every_parameter_of_a_search_is_understood(client: Client) -> None:
    """All that is known of an image, sent as filters, finds this image."""
    image = client.search("grey cat walking").value[0]
    found = client.search(
        "grey cat walking",
        **all_known_of(image),
        **HEADERS,
        **{client.package.user_agent: "a program of 2018"},
    )
    assert [one.image_id for one in found.value] == [image.image_id]


@pytest.mark.parametrize("argument", ENUMERATIONS)
def test_every_value_that_the_package_knows_is_understood(client: Client, argument: str) -> None:
    values = list(getattr(client.package.models, ENUMERATIONS[argument]))
    assert len(values) > 1
    for value in values:
        assert client.search(count=2, **{argument: value}).total_estimated_matches >= 0


def test_the_market_and_the_client_id_come_back(client: Client) -> None:
    headers = client.call("search", query="cat", market="de-AT", client_id=HEADERS["client_id"]).headers
    assert headers["BingAPIs-Market"] == "de-AT"
    assert headers["X-MSEdge-ClientID"] == HEADERS["client_id"]
    assert headers["BingAPIs-TraceId"]


def test_pages_follow_each_other(client: Client) -> None:
    met, offset = [], 0
    while images := (page := client.search("animals", count=40, offset=offset)).value:
        met += [image.image_id for image in images]
        offset = page.next_offset
    assert len(met) == len(set(met)) > 40


def test_an_id_comes_first(client: Client) -> None:
    last = client.search("cat", count=10).value[-1].image_id
    assert client.search("cat", count=10, id=last).value[0].image_id == last


def test_nothing_found_is_an_empty_list(client: Client) -> None:
    page = client.search("cat", min_width=100_000)
    assert page.value == []


def test_a_thumbnail_is_there_without_a_key(client: Client) -> None:
    for image in client.search(count=3).value:
        got = httpx.get(f"{image.thumbnail_url}&w=100")
        assert got.status_code == 200
        assert got.headers["content-type"].startswith("image/")


# Details

MODULES = {
    "BRQ": "best_representative_query",
    "Caption": "image_caption",
    "Collections": "related_collections",
    "Recipes": "recipes",
    "PagesIncluding": "pages_including",
    "RelatedSearches": "related_searches",
    "ShoppingSources": "shopping_sources",
    "SimilarImages": "visually_similar_images",
    "SimilarProducts": "visually_similar_products",
    "RecognizedEntities": "recognized_entity_groups",
    "Tags": "image_tags",
}


@pytest.fixture
def token(client: Client) -> str:
    found: str = client.search("grey cat walking").value[0].image_insights_token
    return found


def test_details_of_a_token_arrive_typed(client: Client, token: str) -> None:
    models, insights = client.package.models, client.details(insights_token=token, modules=["All"])
    assert type(insights) is models.ImageInsights
    assert insights.image_insights_token
    assert type(insights.pages_including) is models.ImagesModule
    assert type(insights.related_searches) is models.RelatedSearchesModule
    assert type(insights.visually_similar_images) is models.ImagesModule
    assert type(insights.image_tags) is models.ImageTagsModule
    assert insights.pages_including.value[0].host_page_url
    assert len(insights.visually_similar_images.value) > 1
    assert all(image.thumbnail_url for image in insights.visually_similar_images.value)
    assert {tag.name for tag in insights.image_tags.value} & {"cat", "cats", "animal"}
    assert insights.best_representative_query.text


def test_every_module_that_the_package_knows_can_be_asked_for_alone(client: Client, token: str) -> None:
    names = [str(module.value) for module in client.package.models.ImageInsightModule]
    assert set(names) == {"All", *MODULES}
    for name in MODULES:
        insights = client.details(insights_token=token, modules=[name])
        for other, field in MODULES.items():
            assert other == name or getattr(insights, field) is None, (name, field)


def test_several_modules_can_be_asked_for(client: Client, token: str) -> None:
    insights = client.details(insights_token=token, modules=["Tags", "SimilarImages"])
    assert insights.image_tags.value
    assert insights.visually_similar_images.value
    assert insights.pages_including is None


def test_every_parameter_of_details_is_understood(client: Client, token: str) -> None:
    insights = client.details(
        "grey cat",
        content_type="application/json",
        crop_bottom=0.5,
        crop_left=0.25,
        crop_right=1.0,
        crop_top=0.0,
        crop_type="Rectangular",
        country_code="US",
        insights_token=token,
        modules=["SimilarImages"],
        market="en-US",
        safe_search="Strict",
        set_lang="en",
        **HEADERS,
        **{client.package.user_agent: "a program of 2018"},
    )
    assert insights.visually_similar_images.value


def test_details_of_an_address_are_those_of_the_image_behind_it(client: Client) -> None:
    image = client.search("grey cat walking").value[0]
    for address in (image.thumbnail_url, image.content_url):
        insights = client.details(image_url=address, modules=["All"])
        similar = [one.image_id for one in insights.visually_similar_images.value]
        assert len(similar) > 1
        assert insights.image_tags.value


def test_details_of_an_id_are_those_of_the_image(client: Client) -> None:
    image = client.search("grey cat walking").value[0]
    assert client.details(id=image.image_id, modules=["Tags"]).image_tags.value


# Trending


def test_what_is_trending_arrives_typed(client: Client) -> None:
    models, trending = client.package.models, client.call("trending").typed
    assert type(trending) is models.TrendingImages
    assert trending.categories
    for category in trending.categories:
        assert type(category) is models.TrendingImagesCategory
        assert category.title
        assert category.tiles
        for tile in category.tiles:
            assert type(tile.query) is models.Query
            assert type(tile.image) is models.ImageObject
            assert tile.query.text
            assert tile.query.web_search_url
            assert tile.image.thumbnail.width > 0
            assert len(tile.image.image_id) == 40


def test_every_parameter_of_trending_is_understood(client: Client) -> None:
    arguments = {"country_code": "US", "market": "en-US", "safe_search": "Strict", "set_lang": "en"}
    agent = {client.package.user_agent: "a program of 2018"}
    answer = client.call("trending", **arguments, **HEADERS, **agent)
    assert answer.typed.categories
    assert answer.headers["BingAPIs-Market"] == "en-US"


def test_a_tile_leads_to_its_picture(client: Client) -> None:
    tile = client.call("trending").typed.categories[0].tiles[0]
    found = client.search(tile.query.text, id=tile.image.image_id).value
    assert found[0].image_id == tile.image.image_id


# Errors

CALLS: dict[str, dict[str, Any]] = {
    "search": {"query": "cat"},
    "details": {"query": "cat", "modules": ["Tags"], "id": "0" * 40},
    "trending": {},
}


@pytest.mark.parametrize("operation", CALLS)
def test_a_wrong_key_is_told(package: Package, served: Served, operation: str) -> None:
    refusal = package.refused(package.connected(served.address, "0" * 32), operation, **CALLS[operation])
    assert refusal.status == 401
    for error in refusal.errors or ():
        assert (error.code, error.sub_code) == ("InvalidAuthorization", "AuthorizationMissing")
        assert error.message
        assert error.more_details


@pytest.mark.parametrize("operation", CALLS)
def test_a_bad_parameter_is_told(package: Package, served: Served, operation: str) -> None:
    operations = package.connected(served.address, served.key)
    refusal = package.refused(operations, operation, **CALLS[operation], safe_search="perhaps")
    (error,) = refusal.errors
    assert refusal.status == 400
    assert (error.code, error.sub_code) == ("InvalidRequest", "ParameterInvalidValue")
    assert (error.parameter, error.value) == ("safeSearch", "perhaps")


def test_a_missing_parameter_is_told(package: Package, served: Served) -> None:
    refusal = package.refused(package.connected(served.address, served.key), "search", query="")
    (error,) = refusal.errors
    assert (refusal.status, error.sub_code, error.parameter) == (400, "ParameterMissing", "q")


def test_a_revoked_key_is_told(package: Package, served: Served) -> None:
    key = served.library.keys.create(name="to be revoked")
    served.library.keys.revoke(key)
    refusal = package.refused(package.connected(served.address, key), "search", query="cat")
    (error,) = refusal.errors
    assert (refusal.status, error.code, error.sub_code) == (
        403,
        "InsufficientAuthorization",
        "AuthorizationDisabled",
    )


def test_a_used_up_key_is_told(package: Package, served: Served) -> None:
    operations = package.connected(served.address, served.library.keys.create(monthly=1))
    assert package.call(operations, "search", query="cat").typed.value
    refusal = package.refused(operations, "search", query="cat", **package.at_once)
    (error,) = refusal.errors
    assert (refusal.status, error.code, error.sub_code) == (403, "RateLimitExceeded", None)


def test_too_many_calls_are_tried_again(package: Package, served: Served) -> None:
    """Both packages wait for `Retry-After`, which is why that is short."""
    operations = package.connected(served.address, served.library.keys.create(tps=1))
    for _ in range(2):
        assert package.call(operations, "search", query="cat").typed.value


def test_too_many_calls_are_told(served: Served) -> None:
    package = IMAGE_SEARCH[1]
    operations = package.connected(served.address, served.library.keys.create(tps=1))
    refusals: list[Refusal] = []
    while not refusals:  # the calls of one second, which may have ended between two of them
        with suppress(HttpResponseError):
            for _ in range(50):
                operations.search("cat", **package.at_once)
            continue
        refusals.append(package.refused(operations, "search", query="cat", **package.at_once))
    (error,) = refusals[0].errors
    assert (refusals[0].status, error.code, error.sub_code) == (429, "RateLimitExceeded", None)
