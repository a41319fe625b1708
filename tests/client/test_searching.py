"""Typed results, pages and pictures, from a real server."""

from __future__ import annotations

from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image as Pillow

from conftest import Served
from vizsla.client import Client
from vizsla.wire import Image, Images, InvalidRequest, Unauthorized

from .conftest import AnyClient, Connect
from .services import Reply, answer, service


@pytest.fixture
def client(connect: Connect, served: Served) -> AnyClient:
    return connect(served.address, served.key)


def test_results_are_typed(client: AnyClient) -> None:
    found = client.search("puppies", license="Public", count=5)
    assert isinstance(found, Images)
    assert len(found.value) == 5
    assert found.query_context.original_query == "puppies"
    first = found.value[0]
    assert isinstance(first, Image)
    assert first.creative_commons == "PublicNoRightsReserved"
    assert first.width > 0 < first.thumbnail.height


def test_all_pages_meet_every_match_once(client: AnyClient) -> None:
    pages = list(client.pages("animal", count=40, image_type="Clipart"))
    ids = [image.image_id for page in pages for image in page.value]
    assert len(pages) > 2
    assert len(ids) == len(set(ids)) == pages[0].total_estimated_matches
    assert [page.current_offset for page in pages] == list(range(0, len(ids), 40))


def test_images_are_those_of_the_pages(client: AnyClient) -> None:
    pages = client.pages("cat", count=30, size="Small", color="Black")
    flat = [image.image_id for page in pages for image in page.value]
    images = client.images("cat", count=30, size="Small", color="Black")
    assert [image.image_id for image in images] == flat


@pytest.mark.parametrize("limit", [0, 1, 10, 25])
def test_no_more_images_come_than_are_wanted(client: AnyClient, limit: int) -> None:
    images = list(client.images("dog", limit=limit, count=10))
    assert [image.image_id for image in images] == [
        image.image_id for image in client.search("dog", count=150).value[:limit]
    ]


def test_pages_begin_where_they_are_told(client: AnyClient) -> None:
    whole = client.search("dog", count=12)
    pages = client.pages("dog", count=6, offset=6)
    first = next(iter(pages))
    assert [image.image_id for image in first.value] == [image.image_id for image in whole.value[6:]]


def test_images_are_fetched_as_they_are_used(served: Served) -> None:
    with Client(served.address, served.key) as client:
        assert len(list(islice(client.images("dog", count=3), 7))) == 7


def test_a_thumbnail_is_a_picture_of_the_size_wanted(client: AnyClient) -> None:
    image = client.search("dog", count=1).value[0]
    sizes = [{}, {"width": 100}, {"width": 60, "height": 50}]
    got = [Pillow.open(BytesIO(client.thumbnail(image, **size))).size for size in sizes]
    assert got[0] == (image.thumbnail.width, image.thumbnail.height)
    assert got[1][0] == 100
    assert got[2] == (60, 50)


def test_content_is_the_picture_itself(client: AnyClient) -> None:
    image = client.search("dog", count=1).value[0]
    data = client.content(image)
    assert f"{len(data)} B" == image.content_size
    assert Pillow.open(BytesIO(data)).size == (image.width, image.height)


def test_a_wrong_key_is_unauthorized(connect: Connect, served: Served) -> None:
    for key in ("0" * 32, None):
        with pytest.raises(Unauthorized) as raised:
            connect(served.address, key).search("dog")
        assert raised.value.status == 401


def test_a_bad_parameter_is_an_invalid_request(client: AnyClient) -> None:
    with pytest.raises(InvalidRequest) as raised:
        client.search("dog", license="foo")
    assert (raised.value.error.parameter, raised.value.error.value) == ("license", "foo")
    assert "license" in str(raised.value)


def test_parameters_go_out_as_the_contract_spells_them(connect: Connect) -> None:
    with service(Reply(body=answer())) as there:
        connect(there.address).search("a&b é+", min_file_size=5, safe_search="Off", set_lang="de", count=0)
    (asked,) = there.asked
    parts = urlsplit(asked.path)
    assert parts.path == "/v7.0/images/search"
    assert parse_qsl(parts.query) == [
        *[("q", "a&b é+"), ("minFileSize", "5"), ("safeSearch", "Off"), ("setLang", "de"), ("count", "0")]
    ]


def test_a_parameter_that_is_not_there_is_a_mistake(connect: Connect) -> None:
    misspelled: Any = {"imagetype": "Photo"}
    with pytest.raises(TypeError, match="imagetype"):
        connect("http://127.0.0.1:1").search("dog", **misspelled)


@pytest.mark.parametrize(
    "reply",
    [
        answer(2, total=1000, next_offset=0),
        answer(0, total=1000, next_offset=35),
        answer(2, total=2, next_offset=2),
        answer(2, total=0, next_offset=2),
    ],
)
def test_pages_end_also_where_a_server_counts_wrongly(connect: Connect, reply: bytes) -> None:
    with service(Reply(body=reply)) as there:
        assert len(list(connect(there.address).pages("dog"))) == 1
    assert len(there.asked) == 1
