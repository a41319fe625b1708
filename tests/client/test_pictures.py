"""Calls that are about a picture, and what people look for, against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Served
from vizsla.gallery import gallery_directory
from vizsla.state import Subset
from vizsla.wire import CropArea, Image, InvalidRequest

from .conftest import AnyClient, Connect
from .services import Reply, service


@pytest.fixture
def client(connect: Connect, served: Served) -> AnyClient:
    return connect(served.address, served.key)


@pytest.fixture
def dog(client: AnyClient) -> Image:
    return client.search("dog", count=1).value[0]


def forms(client: AnyClient, image: Image, place: Path) -> dict[str, Image | bytes | Path | str]:
    """Every way to say which picture is meant."""
    content = client.content(image)
    place.write_bytes(content)
    return {
        "an image": image,
        "its token": image.image_insights_token,
        "its address": image.content_url,
        "its bytes": content,
        "its file": place,
    }


def test_details_know_a_picture_however_it_is_named(client: AnyClient, dog: Image, tmp_path: Path) -> None:
    for named, picture in forms(client, dog, tmp_path / "dog").items():
        insights = client.details(picture, q="dog", modules=("PagesIncluding", "Tags"))
        assert insights.pages_including, named
        assert dog.image_id in [image.image_id for image in insights.pages_including.value], named
        assert insights.image_tags
        assert insights.visually_similar_images is None


def test_visual_search_knows_a_picture_however_it_is_named(
    client: AnyClient, dog: Image, tmp_path: Path
) -> None:
    for named, picture in forms(client, dog, tmp_path / "dog").items():
        knowledge = client.visual_search(picture)
        assert knowledge.image.image_insights_token, named
        assert knowledge.tags[0].display_name == ""


def test_similar_pictures_come_page_after_page_each_once(client: AnyClient, dog: Image) -> None:
    found = [image.image_id for image in client.similar(dog, limit=80)]
    assert len(found) == len(set(found)) == 80
    assert dog.image_id not in found


def test_what_is_similar_to_a_file_of_ones_own_has_pages_too(client: AnyClient, dog: Image) -> None:
    sent = [image.image_id for image in client.similar(client.content(dog), limit=80)]
    assert sent == [image.image_id for image in client.similar(dog, limit=80)]


def test_a_region_is_another_picture(client: AnyClient, dog: Image) -> None:
    whole = [image.image_id for image in client.similar(dog, limit=30)]
    corner = [image.image_id for image in client.similar(dog, limit=30, crop=CropArea(right=0.3, bottom=0.3))]
    assert whole != corner


def test_similar_pictures_can_be_those_of_a_site(client: AnyClient, dog: Image) -> None:
    assert list(client.similar(dog, site="nobody.example.org")) == []


def test_what_is_like_several_pictures_is_neither_of_them(
    client: AnyClient, dog: Image, tmp_path: Path
) -> None:
    car = client.search("car", count=1).value[0]
    alone = [image.image_id for image in client.similar(dog, limit=30)]
    for other in forms(client, car, tmp_path / "car").values():
        both = [image.image_id for image in client.similar(dog, other, limit=30)]
        assert len(set(both)) == 30
        assert not {dog.image_id, car.image_id} & set(both)
        assert both != alone


def test_words_beside_a_picture_change_what_is_similar(client: AnyClient, dog: Image) -> None:
    """A colour, which answers tell."""
    named = [image.image_id for image in client.similar(dog, words="red", limit=20)]
    red = [image.image_id for image in client.similar(dog, color="Red")]
    assert len(set(named) & set(red)) >= 18
    assert len(set(named) & {image.image_id for image in client.similar(dog, limit=20)}) < 20


def test_similar_pictures_pass_the_filters_of_search(client: AnyClient, dog: Image) -> None:
    found = list(client.similar(dog, min_height=200, aspect="Tall", limit=20))
    assert found
    assert all(image.height >= 200 and image.height > image.width for image in found)
    assert list(client.similar(dog, license="Public", image_content="Portrait", max_height=2)) == []
    with pytest.raises(InvalidRequest):
        list(client.similar(dog, color="mauve"))
    with pytest.raises(TypeError):
        list(client.similar(dog, custom_config="some"))


def test_pages_of_similar_pictures_begin_and_are_as_long_as_asked(client: AnyClient, dog: Image) -> None:
    every = [image.image_id for image in client.similar(dog, words="puppy", limit=30)]
    page = next(iter(client.similar_pages(dog, words="puppy", offset=10, count=20)))
    assert [image.image_id for image in page.value] == every[10:30]
    assert (page.current_offset, page.next_offset) == (10, 30)


def test_a_picture_that_is_none_is_an_invalid_request(client: AnyClient) -> None:
    with pytest.raises(InvalidRequest):
        client.details(b"not a picture")
    with pytest.raises(InvalidRequest):
        client.visual_search("no token")


def test_trends_are_typed(client: AnyClient) -> None:
    categories = client.trending(mkt="en-GB").categories
    assert categories
    assert all(tile.query.text and tile.image.image_id for one in categories for tile in one.tiles)


def test_a_saved_subset_is_searched_by_its_name(client: AnyClient, served: Served) -> None:
    source = str(gallery_directory())
    served.library.subsets.save(
        Subset(name="client-tests", filters={"imageType": "Clipart"}, sources=(source,))
    )
    everything = client.search("flower").total_estimated_matches
    assert 0 < client.search("flower", custom_config="client-tests").total_estimated_matches < everything


@pytest.mark.parametrize("base", ["", "/v7.0", "/bing/v7.0", "/api/v7"])
def test_a_saved_subset_is_asked_for_beside_any_form_of_endpoint(connect: Connect, base: str) -> None:
    with service(Reply(body=b'{"_type": "Images", "value": []}')) as one:
        connect(one.address + base, "key").search("dog", custom_config="some")
        assert one.asked[0].path.startswith("/bingcustomsearch/v7.0/images/search?")
