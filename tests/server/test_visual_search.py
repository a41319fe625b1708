"""`POST /images/visualsearch` over real HTTP, with the bodies of published clients."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from conftest import Served
from undistributed import HOSTILE, needs_hostile
from vizsla.library import Library

from .about_image import (
    ASTRONAUT,
    SAMPLE,
    Asking,
    action,
    coded,
    contract,
    error_of,
    ids,
    original,
    outcome,
    picture,
)
from .shelf import KEY, Shelf, served_with

SIMILAR = {"invokedSkills": ["SimilarImages"]}
DEFAULT_ACTIONS = [
    "PagesIncluding",
    "MoreSizes",
    "VisualSearch",
    "ImageById",
    "RelatedSearches",
    "DocumentLevelSuggestions",
    "BestRepresentativeQuery",
]


@pytest.fixture(scope="module")
def asking(served: Served) -> Asking:
    return Asking(served)


@pytest.fixture(scope="module")
def token(asking: Asking) -> str:
    return str(asking.image(ASTRONAUT)["imageInsightsToken"])


def by_token(token: str, **knowledge: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"imageInfo": {"imageInsightsToken": token}}
    return asked | ({"knowledgeRequest": knowledge} if knowledge else {})


# What is answered


def test_the_picture_as_a_whole_comes_first_with_its_actions_in_order(asking: Asking, token: str) -> None:
    image = asking.image(ASTRONAUT)
    answer = asking.look(by_token(token)).json()
    assert answer["_type"] == "ImageKnowledge"
    assert answer["image"] == {"imageInsightsToken": token}
    whole = answer["tags"][0]
    assert whole["displayName"] == ""
    assert "boundingBox" not in whole
    assert whole["image"] == {"thumbnailUrl": image["thumbnailUrl"]}
    assert [one["actionType"] for one in whole["actions"]] == DEFAULT_ACTIONS
    assert ids(action(answer, "PagesIncluding")["data"]["value"]) == [image["imageId"]]
    for kind in ("ImageById", "MoreSizes"):
        assert action(answer, kind)["image"]["imageId"] == image["imageId"]
    similar = action(answer, "VisualSearch")["data"]
    assert (similar["currentOffset"], similar["nextOffset"]) == (0, 35)
    assert similar["totalEstimatedMatches"] == 300
    assert image["imageId"] not in ids(similar["value"])
    best = action(answer, "BestRepresentativeQuery")
    assert best["displayName"] == image["name"]
    assert best["serviceUrl"].startswith(f"{asking.address}/v7.0/images/search?q=")


def test_what_is_recognised_is_a_tag_with_its_searches(asking: Asking, token: str) -> None:
    answer = asking.look(by_token(token)).json()
    assert len(answer["tags"]) > 1
    for tag in answer["tags"][1:]:
        assert tag["displayName"]
        assert tag["boundingBox"]["queryRectangle"]["bottomRight"] == {"x": 1.0, "y": 1.0}
        assert [one["actionType"] for one in tag["actions"]] == ["ImageResults", "TextResults"]
        for one in tag["actions"]:
            assert one["displayName"] == tag["displayName"]
            assert one["serviceUrl"].startswith(f"{asking.address}/v7.0/images/search?q=")


def test_the_box_of_what_is_recognised_is_the_region_that_was_asked_about(asking: Asking, token: str) -> None:
    asked = by_token(token)
    asked["imageInfo"]["cropArea"] = {"top": 0.1, "left": "0.2", "right": "0.9", "bottom": 0.6}
    (box,) = {
        str(tag["boundingBox"]["displayRectangle"]) for tag in asking.look(asked).json()["tags"][1:]
    } or {"none"}
    corners = "{'topLeft': {'x': 0.2, 'y': 0.1}, 'topRight': {'x': 0.9, 'y': 0.1}, "
    assert box.startswith(corners) or box == "none"


def test_each_link_of_the_answer_leads_to_an_answer(asking: Asking, served: Served, token: str) -> None:
    answer = asking.look(by_token(token)).json()
    links = [one["serviceUrl"] for tag in answer["tags"] for one in tag["actions"] if "serviceUrl" in one]
    links += [query["searchLink"] for query in action(answer, "RelatedSearches")["data"]["value"]]
    for link in dict.fromkeys(links):
        assert httpx.get(link, headers={KEY: served.key}).json()["value"]


def test_a_posted_picture_that_is_not_in_the_library_has_what_can_be_said_of_it(asking: Asking) -> None:
    answer = asking.look(image=picture(ASTRONAUT)).json()
    kinds = [one["actionType"] for one in answer["tags"][0]["actions"]]
    assert kinds == [
        kind for kind in DEFAULT_ACTIONS if kind not in ("MoreSizes", "ImageById", "DocumentLevelSuggestions")
    ]
    assert action(answer, "PagesIncluding")["data"]["value"] == []
    assert "image" not in answer["tags"][0]


# Finding


@pytest.mark.parametrize("key", SAMPLE)
def test_what_is_mirrored_finds_what_it_is_mirrored_of(asking: Asking, key: str) -> None:
    answer = asking.look({}, picture(key)).json()
    assert asking.record_id(key) in ids(action(answer, "VisualSearch")["data"]["value"])[:10]


def test_an_exact_copy_is_known(asking: Asking, token: str) -> None:
    assert asking.look(image=original(ASTRONAUT)).json() == asking.look(by_token(token)).json()


def test_a_region_changes_what_is_similar(asking: Asking, token: str) -> None:
    def similar(**info: Any) -> list[str]:
        asked = {"imageInfo": {"imageInsightsToken": token, **info}, "knowledgeRequest": SIMILAR}
        return ids(action(asking.look(asked).json(), "VisualSearch")["data"]["value"])

    corner = similar(cropArea={"top": 0, "left": 0.6, "right": 1, "bottom": 0.4})
    assert corner != similar()
    assert similar(cropArea={"top": 0, "left": 0, "right": 1, "bottom": 1}) == similar()


def test_a_posted_picture_may_come_with_a_region(asking: Asking) -> None:
    area = {"imageInfo": {"cropArea": {"top": 0.0, "left": 0.6, "right": 1.0, "bottom": 0.4}}}
    whole = asking.look({}, picture(ASTRONAUT)).json()
    part = asking.look(area, picture(ASTRONAUT))
    assert part.status_code == 200
    assert ids(action(part.json(), "VisualSearch")["data"]["value"]) != ids(
        action(whole, "VisualSearch")["data"]["value"]
    )


# Pages


@pytest.mark.parametrize("posted", [False, True])
def test_similar_images_come_page_by_page_each_once(asking: Asking, token: str, posted: bool) -> None:
    if posted:
        token = asking.look(image=picture(ASTRONAUT)).json()["image"]["imageInsightsToken"]
    seen: list[str] = []
    offset = 0
    while True:
        answer = asking.look(by_token(token, **SIMILAR, offset=offset, count=70)).json()
        assert [one["actionType"] for tag in answer["tags"] for one in tag["actions"]] == ["VisualSearch"]
        data = action(answer, "VisualSearch")["data"]
        assert data["currentOffset"] == offset
        if not data["value"]:
            break
        seen += ids(data["value"])
        offset = data["nextOffset"]
    assert data["nextOffset"] == offset == data["totalEstimatedMatches"] == len(seen)
    assert len(set(seen)) == len(seen)


def test_from_a_search_to_details_to_visual_search_to_its_next_page(asking: Asking) -> None:
    found = asking.get("/v7.0/images/search", q="dog").json()["value"][0]
    details = asking.details(insightsToken=found["imageInsightsToken"], modules="All").json()
    answer = asking.look(by_token(details["imageInsightsToken"])).json()
    data = action(answer, "VisualSearch")["data"]
    again = by_token(answer["image"]["imageInsightsToken"], **SIMILAR, offset=data["nextOffset"])
    following = action(asking.look(again).json(), "VisualSearch")["data"]
    assert following["currentOffset"] == data["nextOffset"]
    assert not set(ids(data["value"])) & set(ids(following["value"]))


def test_nothing_is_known_of_products(asking: Asking, token: str) -> None:
    data = action(
        asking.look(by_token(token, invokedSkills=["SimilarProducts"])).json(), "ProductVisualSearch"
    )["data"]
    assert data == {"value": [], "currentOffset": 0, "nextOffset": 0, "totalEstimatedMatches": 0}


def test_similar_images_can_be_restricted_to_a_site(shelf: Shelf) -> None:
    def names(site: str) -> list[str]:
        asked = {
            "imageInfo": {"imageInsightsToken": f"mid_{shelf.id_of('flag.jpg')}"},
            "knowledgeRequest": {"filters": {"site": site}},
        }
        answer = Asking(Served(shelf.address, shelf.key, shelf.library)).look(asked).json()
        return [image["name"] for image in action(answer, "VisualSearch")["data"]["value"]]

    away = ["Picture that lives elsewhere"]
    assert names("example.org") == names("PICTURES.example.org") == away
    assert names("https://pictures.example.org/away") == away
    assert names("example.com") == []


def similar_ids(asking: Asking, request: dict[str, Any], image: bytes | None = None) -> list[str]:
    response = asking.look(request, image)
    assert response.status_code == 200, response.text
    return ids(action(response.json(), "VisualSearch")["data"]["value"])


def test_similar_images_may_be_like_several_and_as_words_say(asking: Asking, token: str) -> None:
    other = asking.image("flowers/sunflower.png")["imageInsightsToken"]
    alone = similar_ids(asking, by_token(token))
    several = by_token(token, invokedSkillsRequestData={"imageInsightsTokens": [other]})
    said = by_token(token, invokedSkillsRequestData={"q": "sunflower"})
    for request in (several, said):
        found = similar_ids(asking, request)
        assert found != alone
        assert len(found) == 35
    assert asking.record_id("flowers/sunflower.png") not in similar_ids(asking, several)
    assert asking.record_id("flowers/sunflower.png") in similar_ids(asking, said)[:10]


def test_the_words_are_about_similar_images_only(asking: Asking, token: str) -> None:
    plain = asking.look(by_token(token)).json()
    said = asking.look(by_token(token, invokedSkillsRequestData={"q": "red"})).json()
    for kind in ("PagesIncluding", "RelatedSearches", "BestRepresentativeQuery"):
        assert action(said, kind) == action(plain, kind)
    assert said["tags"][1:] == plain["tags"][1:]


def test_words_and_more_images_may_stand_beside_a_posted_picture(asking: Asking) -> None:
    token = asking.image("flowers/sunflower.png")["imageInsightsToken"]
    data = {"invokedSkillsRequestData": {"q": "red", "imageInsightsTokens": token}}
    posted = similar_ids(asking, {"knowledgeRequest": data}, picture(ASTRONAUT))
    assert posted != similar_ids(asking, {}, picture(ASTRONAUT))


def test_a_region_has_words_and_other_images_beside_it(asking: Asking, token: str) -> None:
    request = by_token(token, invokedSkillsRequestData={"q": "red"})
    whole = similar_ids(asking, request)
    request["imageInfo"]["cropArea"] = {"top": 0, "left": 0.6, "right": 1, "bottom": 0.4}
    assert similar_ids(asking, request) != whole


def test_similar_images_pass_every_filter_that_is_named(asking: Asking, token: str) -> None:
    answer = asking.look(by_token(token, filters={"Aspect": "tall", "minHeight": 300})).json()
    found = action(answer, "VisualSearch")["data"]
    assert found["value"]
    assert all(one["height"] >= 300 and one["height"] > one["width"] for one in found["value"])
    plain = asking.look(by_token(token)).json()
    assert action(answer, "PagesIncluding") == action(plain, "PagesIncluding")


def test_what_is_asked_about_entities_is_politely_ignored(asking: Asking, token: str) -> None:
    asked = by_token(token, invokedSkillsRequestData={"enableEntityData": "true"})
    asked["knowledgeRequest"]["subscriptionContext"] = {"any": "thing"}
    assert asking.look(asked).json() == asking.look(by_token(token)).json()
    assert (
        asking.look(
            {"knowledgeRequest": {"invokedSkillsRequestData": {"enableEntityData": True}}}, picture(ASTRONAUT)
        ).status_code
        == 200
    )


# Bodies, as clients send them


def lines(*parts: str, end: str = "\r\n") -> bytes:
    return (end.join(parts) + end).encode()


def request_text(token: str) -> str:
    return '{"imageInfo":{"imageInsightsToken":"' + token.replace("\\", "\\\\") + '"}}'


def test_the_python_sample_with_line_feeds_and_two_dashes_too_few_is_answered(
    asking: Asking, token: str
) -> None:
    b = "--example-boundary-1234"
    disposition = 'Content-Disposition: form-data; name="knowledgeRequest"'
    sent = lines(b, disposition, "", request_text(token), b + "--", end="\n")
    response = asking.post(sent, f"multipart/form-data;boundary={b}")
    assert response.json() == asking.look(by_token(token)).json()


def test_the_python_sample_without_a_boundary_in_its_header_is_answered(asking: Asking) -> None:
    head = b'--x1\r\nContent-Disposition: form-data; name="image"; filename="myFile"\r\n\r\n'
    response = asking.post(head + original(ASTRONAUT) + b"\r\n--x1--\r\n", "multipart/form-data")
    assert response.json()["image"]["imageInsightsToken"] == asking.image(ASTRONAUT)["imageInsightsToken"]


def test_the_dotnet_quickstart_with_pascal_case_is_answered(asking: Asking, token: str) -> None:
    b = "boundary_11/22/2026 4:22:01 PM"
    text = (
        '{"ImageInfo":{"ImageInsightsToken":"' + token.replace("\\", "\\\\") + '","CropArea":null},'
        '"KnowledgeRequest":{"Filters":null,"InvokedSkillsRequestData":{"EnableEntityData":true}}}'
    )
    sent = lines(f"--{b}", "Content-Disposition: form-data; name=knowledgeRequest", "", text, f"--{b}--")
    response = asking.post(sent, f'multipart/form-data; boundary="{b}"')
    assert response.json() == asking.look(by_token(token)).json()


def test_the_dotnet_samples_with_two_line_ends_behind_the_picture_are_answered(asking: Asking) -> None:
    head = b'--batch_1\r\nContent-Disposition: form-data; name="image"; filename="C:\\a\\b.jpg"\r\n\r\n'
    sent = head + original(ASTRONAUT) + b"\r\n\r\n--batch_1--\r\n"
    response = asking.post(sent, 'multipart/form-data; boundary="batch_1"')
    data = action(response.json(), "PagesIncluding")["data"]
    assert ids(data["value"]) == [asking.record_id(ASTRONAUT)]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_a_request_without_a_form_is_answered(asking: Asking, token: str, content_type: str) -> None:
    response = asking.post(request_text(token).encode(), content_type)
    assert response.json() == asking.look(by_token(token)).json()


@pytest.mark.parametrize("content_type", ["image/jpeg", "application/octet-stream", ""])
def test_a_picture_without_a_form_is_answered(asking: Asking, token: str, content_type: str) -> None:
    assert (
        asking.post(original(ASTRONAUT), content_type).json()["image"]["imageInsightsToken"]
        == asking.image(ASTRONAUT)["imageInsightsToken"]
    )


# What is refused

ROWS = contract("Visual search")


def kinds(answer: dict[str, Any]) -> list[str]:
    return [one["actionType"] for one in answer["tags"][0]["actions"]]


@pytest.mark.parametrize(
    ("image", "request_", "answer", "why"), ROWS, ids=[f"{row[0]} {row[1][:80]}" for row in ROWS]
)
def test_visual_search_is_as_the_contract_says(
    asking: Asking, token: str, image: str, request_: str, answer: str, why: str
) -> None:
    text = "".join(coded(request_)).replace("TOKEN", json.dumps(token)[1:-1])
    files: dict[str, Any] = {"image": picture(ASTRONAUT)} if image == "yes" else {}
    files |= {"knowledgeRequest": (None, text)} if text else {}
    response = asking.post(None, None, files=files)
    assert outcome(response, kinds) == coded(answer)


@pytest.mark.parametrize("posted", [b"no picture", b"\xff\xd8\xff\xe0" + b"x" * 100, b"GIF89a" + b"\0" * 20])
def test_what_is_no_picture_is_refused(asking: Asking, posted: bytes) -> None:
    assert error_of(asking.look(image=posted)) == (400, "ParameterInvalidValue", "image")


def test_a_damaged_form_is_refused(asking: Asking) -> None:
    assert error_of(asking.post(b"--b\r\nx", "multipart/form-data; boundary=b")) == (
        400,
        "ParameterInvalidValue",
        "body",
    )


def test_a_picture_that_is_too_large_is_refused(asking: Asking) -> None:
    limit = asking.library.settings.max_upload_bytes
    data = original(ASTRONAUT)
    assert asking.look(image=data + b"\0" * (limit - len(data))).status_code == 200
    for more in (1, limit * 3):
        response = asking.look(image=data + b"\0" * (limit - len(data) + more))
        assert error_of(response) == (413, None, None)


def test_pictures_that_are_large_inside_are_refused(asking: Asking) -> None:
    bomb = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(bomb, "PNG", compress_level=1)
    response = asking.look(image=bomb.getvalue())
    assert error_of(response) == (400, "ParameterInvalidValue", "image")
    assert "too large" in response.json()["errors"][0]["moreDetails"]


def test_a_drawing_and_an_animation_are_looked_at(asking: Asking) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>'
    frames = [Image.new("P", (60, 60), colour) for colour in (1, 2, 3)]
    gif = io.BytesIO()
    frames[0].save(gif, "GIF", save_all=True, append_images=frames[1:])
    for data in (svg, gif.getvalue()):
        assert asking.look(image=data).status_code == 200


def test_a_drawing_that_would_take_for_ever_is_refused(asking: Asking) -> None:
    nested = "".join(
        f'<g id="g{level}">' + f'<use href="#g{level - 1}"/>' * 10 + "</g>" for level in range(1, 10)
    )
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        f'<defs><g id="g0"><rect width="5" height="5" opacity="0.5"/></g>{nested}</defs><use href="#g9"/></svg>'
    )
    response = asking.look(image=drawing.encode())
    assert error_of(response) == (400, "ParameterInvalidValue", "image")
    assert "too large" in response.json()["errors"][0]["moreDetails"]
    assert asking.get("/v7.0/images/search", q="dog").status_code == 200


@needs_hostile
@pytest.mark.parametrize(
    "file", sorted(HOSTILE.iterdir()) if HOSTILE.is_dir() else [], ids=lambda file: file.name
)
def test_files_that_are_made_to_break_decoders_break_nothing(asking: Asking, file: Path) -> None:
    response = asking.look(image=file.read_bytes())
    if response.status_code != 200:
        assert error_of(response)[0] in (400, 413)


def test_bodies_of_noise_are_refused_and_never_our_fault(asking: Asking) -> None:
    noise = random.Random(7)
    for _ in range(40):
        sent = b"--b\r\n" + noise.randbytes(noise.randrange(2000))
        head = b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n'
        for body in (sent, head + sent, b"{" + sent):
            assert asking.post(body, "multipart/form-data; boundary=b").status_code == 400


# Nothing is kept


def snapshot(library: Library) -> dict[str, int]:
    """Files of the library and their sizes, but for the books of what was asked and counted."""
    return {
        str(path.relative_to(library.directory)): path.stat().st_size
        for path in library.directory.rglob("*")
        if path.is_file() and not path.name.startswith("state.db")
    }


def test_posted_pictures_are_not_kept(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    library, before = asking.library, snapshot(asking.library)
    data = picture(ASTRONAUT, width=210)
    assert asking.look({}, data).status_code == 200
    assert asking.post_details(data, modules="All").status_code == 200
    assert snapshot(library) == before
    assert list(tmp_path.iterdir()) == []
    assert caplog.text == ""
    assert not any(data[20:60] in (library.directory / name).read_bytes() for name in before)


def test_a_token_of_one_server_is_good_on_another_of_the_library(asking: Asking) -> None:
    token = asking.look(image=picture(ASTRONAUT)).json()["image"]["imageInsightsToken"]
    with served_with(asking.library, anonymous=True) as address:
        files = {"knowledgeRequest": (None, request_text(token))}
        there = httpx.post(f"{address}/v7.0/images/visualsearch", files=files).json()
    here = asking.look(by_token(token)).json()
    assert ids(action(there, "VisualSearch")["data"]["value"]) == ids(
        action(here, "VisualSearch")["data"]["value"]
    )


def test_the_market_decides_and_is_told(asking: Asking, token: str) -> None:
    response = asking.look(by_token(token), mkt="fr-FR", safesearch="strict")
    assert response.headers["BingAPIs-Market"] == "fr-FR"
    queries = action(response.json(), "RelatedSearches")["data"]["value"]
    assert all("mkt=fr-FR&adlt=strict" in query["thumbnail"]["url"] for query in queries)


def test_visual_search_is_posted(asking: Asking) -> None:
    response = asking.get("/v7.0/images/visualsearch")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
