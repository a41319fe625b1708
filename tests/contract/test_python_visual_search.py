"""Visual search by both generations of the published Python packages, in every form of body that they make."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from conftest import Served
from server.shelf import Shelf
from server.shelf import shelf as opened

from .packages import VISUAL_SEARCH, Package, check_arrived

KEY = "Ocp-Apim-Subscription-Key"

HEADERS = {
    "accept_language": "en",
    "client_id": "00B4230B74496E7A13CC2C1475056FF4",
    "client_ip": "127.0.0.1",
    "location": "lat:47.6;long:-122.3;re:22",
    "market": "en-US",
    "safe_search": "Strict",
    "set_lang": "en",
}

CROP = {"top": 0.1, "left": 0.1, "right": 0.9, "bottom": 0.9}


class Client(NamedTuple):
    """A package that is connected to the server."""

    package: Package
    operations: Any

    def search(self, request: object = None, image: Any = None, **arguments: Any) -> Any:
        text = None if request is None else json.dumps(request)
        answer = self.package.call(
            self.operations, "visual_search", knowledge_request=text, image=image, **arguments
        )
        check_arrived(answer.typed, answer.sent)
        assert type(answer.typed) is self.package.models.ImageKnowledge
        assert answer.typed.tags
        assert isinstance(answer.typed.image.image_insights_token, str)
        return answer.typed


@pytest.fixture(params=VISUAL_SEARCH, ids=lambda package: package.name)
def client(request: pytest.FixtureRequest, served: Served) -> Client:
    package: Package = request.param
    return Client(package, package.connected(served.address, served.key))


@pytest.fixture(scope="module")
def found(served: Served) -> dict[str, Any]:
    """The picture as a search tells it."""
    answer = httpx.get(
        f"{served.address}/v7.0/images/search",
        params={"q": "grey cat walking"},
        headers={KEY: served.key},
    )
    image: dict[str, Any] = answer.json()["value"][0]
    return image


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with opened(tmp_path_factory.mktemp("shelf")) as made:
        yield made


def action_of(knowledge: Any, kind: str) -> Any:
    """The one action of a kind on the tag for the whole picture."""
    (default,) = [tag for tag in knowledge.tags if tag.display_name == ""]
    assert default.bounding_box is None
    (action,) = [action for action in default.actions if action.action_type == kind]
    return action


def data_of(action: Any) -> Any:
    """The wire form of what an action holds; the newer package does not know the classes of actions and keeps it so."""
    if hasattr(action, "data"):
        return action.data.serialize(keep_readonly=True) | action.data.additional_properties
    return action.additional_properties["data"]


def ids(action: Any) -> list[str]:
    return [image["imageId"] for image in data_of(action)["value"]]


def test_every_action_arrives_with_what_its_class_holds(client: Client, picture: Path) -> None:
    models = client.package.models
    with picture.open("rb") as image:
        knowledge = client.search({}, image)
    assert {type(action) for tag in knowledge.tags for action in tag.actions} >= {models.ImageAction}
    assert len(ids(action_of(knowledge, "VisualSearch"))) > 1
    assert data_of(action_of(knowledge, "PagesIncluding"))["value"][0]["hostPageUrl"]
    assert isinstance(data_of(action_of(knowledge, "RelatedSearches"))["value"], list)


def test_the_older_package_tells_the_classes_of_actions(served: Served, picture: Path) -> None:
    package = VISUAL_SEARCH[0]
    client, models = Client(package, package.connected(served.address, served.key)), package.models
    with picture.open("rb") as image:
        knowledge = client.search({}, image)
    similar = action_of(knowledge, "VisualSearch")
    assert type(similar) is models.ImageModuleAction
    assert type(similar.data) is models.ImagesModule
    assert len(similar.data.value) > 1
    for one in similar.data.value:
        assert type(one) is models.ImageObject
        assert one.thumbnail_url
        assert one.thumbnail.width > 0
    pages = action_of(knowledge, "PagesIncluding")
    assert type(pages) is models.ImageModuleAction
    assert pages.data.value[0].host_page_url
    related = action_of(knowledge, "RelatedSearches")
    assert type(related) is models.ImageRelatedSearchesAction
    assert isinstance(related.data.value, list)


def test_tags_have_names_and_actions(client: Client, picture: Path) -> None:
    with picture.open("rb") as image:
        knowledge = client.search(None, image)
    named = [tag for tag in knowledge.tags if tag.display_name]
    assert named
    for tag in named:
        assert tag.actions[0].action_type


BODIES: dict[str, Callable[[Path], Any]] = {
    "a file": lambda picture: picture.open("rb"),
    "a stream in memory": lambda picture: io.BytesIO(picture.read_bytes()),
    "bytes": lambda picture: picture.read_bytes(),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("request_", [None, {}, {"imageInfo": {"cropArea": CROP}}])
def test_a_picture_may_be_sent_in_every_way(
    client: Client, picture: Path, found: dict[str, Any], body: str, request_: object
) -> None:
    image = BODIES[body](picture)
    try:
        knowledge = client.search(request_, image)
    finally:
        if isinstance(image, io.IOBase):
            image.close()
    assert ids(action_of(knowledge, "VisualSearch"))
    if request_ != {"imageInfo": {"cropArea": CROP}}:
        assert found["imageId"] in ids(action_of(knowledge, "PagesIncluding"))


def test_every_parameter_is_understood(client: Client, picture: Path) -> None:
    agent = {client.package.user_agent: "a program of 2018"}
    with picture.open("rb") as image:
        knowledge = client.search({}, image, content_type="multipart/form-data", **HEADERS, **agent)
    assert ids(action_of(knowledge, "VisualSearch"))


def test_a_token_or_an_address_stands_for_the_picture(client: Client, found: dict[str, Any]) -> None:
    for info in (
        {"imageInsightsToken": found["imageInsightsToken"]},
        {"imageInsightsToken": found["imageInsightsToken"], "cropArea": CROP},
        {"url": found["thumbnailUrl"]},
        {"url": found["contentUrl"]},
    ):
        assert ids(action_of(client.search({"imageInfo": info}), "VisualSearch"))


@pytest.mark.parametrize(
    ("site", "names"),
    [
        ("pictures.example.org", ["Picture that lives elsewhere"]),
        ("example.org", ["Picture that lives elsewhere"]),
        ("elsewhere.example", []),
    ],
)
@pytest.mark.parametrize("package", VISUAL_SEARCH, ids=lambda package: package.name)
def test_similar_images_may_be_kept_to_a_site(
    package: Package, shelf: Shelf, site: str, names: list[str]
) -> None:
    client = Client(package, package.connected(shelf.address, shelf.key))
    info = {"url": shelf.thumbnail("flag.jpg")}
    request = {"imageInfo": info, "knowledgeRequest": {"filters": {"site": site}}}
    similar = action_of(client.search(request), "VisualSearch")
    assert [image["name"] for image in data_of(similar)["value"]] == names


def test_similar_images_have_pages(client: Client, found: dict[str, Any]) -> None:
    info = {"imageInsightsToken": found["imageInsightsToken"]}
    met: list[str] = []
    offset = 0
    for _ in range(3):
        skill = {"invokedSkills": ["SimilarImages"], "offset": offset, "count": 5}
        action = action_of(client.search({"imageInfo": info, "knowledgeRequest": skill}), "VisualSearch")
        assert len(ids(action)) == 5
        met += ids(action)
        offset = data_of(action)["nextOffset"]
    assert len(met) == len(set(met)) == 15


def test_entity_data_may_be_asked_for(client: Client, found: dict[str, Any]) -> None:
    for asked in (True, "true"):
        request = {
            "imageInfo": {"imageInsightsToken": found["imageInsightsToken"]},
            "knowledgeRequest": {"invokedSkillsRequestData": {"enableEntityData": asked}},
        }
        assert client.search(request).tags


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"imageInfo": {}},
        {"imageInfo": {"imageInsightsToken": "nonsense"}},
        {"imageInfo": {"url": "nonsense"}},
        {"imageInfo": {"url": "https://example.com/a.png", "imageInsightsToken": "ccid_x"}},
    ],
)
def test_a_request_without_one_picture_is_told(client: Client, request_: object) -> None:
    package, operations = client
    refusal = package.refused(operations, "visual_search", knowledge_request=json.dumps(request_))
    (error,) = refusal.errors
    assert refusal.status == 400
    assert error.code == "InvalidRequest"
    assert error.message


def test_what_is_no_picture_is_told(client: Client) -> None:
    package, operations = client
    refusal = package.refused(operations, "visual_search", image=io.BytesIO(b"no picture" * 100))
    (error,) = refusal.errors
    assert (refusal.status, error.code) == (400, "InvalidRequest")


def test_a_wrong_key_is_told(client: Client, served: Served, picture: Path) -> None:
    operations = client.package.connected(served.address, "0" * 32)
    with picture.open("rb") as image:
        refusal = client.package.refused(operations, "visual_search", image=image)
    assert refusal.status == 401
    for error in refusal.errors or ():
        assert (error.code, error.sub_code) == ("InvalidAuthorization", "AuthorizationMissing")
