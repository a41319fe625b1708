"""`/images/details` over real HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from conftest import Served
from vizsla.wire import MAX_URL_LENGTH, Module

from .about_image import ASTRONAUT, SAMPLE, Asking, coded, contract, error_of, ids, original, outcome, picture
from .shelf import KEY, Shelf, add
from .shelf import shelf as opened

FIELDS = {
    "BRQ": "bestRepresentativeQuery",
    "Caption": "imageCaption",
    "Collections": "relatedCollections",
    "PagesIncluding": "pagesIncluding",
    "RelatedSearches": "relatedSearches",
    "SimilarImages": "visuallySimilarImages",
    "Tags": "imageTags",
}
"""Modules that a picture of the gallery has data for."""
DEREFERENCED = ("pagesIncluding", "relatedSearches", "visuallySimilarImages", "imageTags")


@pytest.fixture(scope="module")
def asking(served: Served) -> Asking:
    return Asking(served)


def modules_of(answer: dict[str, Any]) -> set[str]:
    return set(answer) - {"_type", "imageInsightsToken"}


# What is answered


def test_all_modules_have_what_is_known(asking: Asking) -> None:
    image = asking.image(ASTRONAUT)
    answer = asking.details(insightsToken=image["imageInsightsToken"], modules="All", q="space").json()
    assert answer["_type"] == "ImageInsights"
    assert answer["imageInsightsToken"] == image["imageInsightsToken"]
    assert modules_of(answer) == set(FIELDS.values())
    assert answer["bestRepresentativeQuery"]["text"] == image["name"]
    assert "FORM=IDBQDM" in answer["bestRepresentativeQuery"]["webSearchUrl"]
    assert answer["imageCaption"]["dataSourceUrl"] == image["hostPageUrl"]
    assert answer["imageCaption"]["caption"]
    assert answer["relatedCollections"]["value"][0]["imagesCount"] == asking.library.store.count()
    assert ids(answer["pagesIncluding"]["value"]) == [image["imageId"]]
    assert answer["visuallySimilarImages"]["value"]
    assert 0 < len(answer["imageTags"]["value"]) <= 10
    for query in answer["relatedSearches"]["value"]:
        assert "FORM=IDINTS" in query["webSearchUrl"]
        assert "searchLink" not in query
        assert query["thumbnail"]["url"] == query["thumbnail"]["thumbnailUrl"]


@pytest.mark.parametrize("module", FIELDS)
def test_a_module_that_is_asked_for_comes_alone(asking: Asking, module: str) -> None:
    token = asking.image(ASTRONAUT)["imageInsightsToken"]
    answer = asking.details(insightsToken=token, modules=module.lower()).json()
    assert modules_of(answer) == {FIELDS[module]}


ROWS = contract("Details of an image")


@pytest.mark.parametrize(("asked", "answer", "why"), ROWS, ids=[row[0] for row in ROWS])
def test_details_are_as_the_contract_says(
    asking: Asking, served: Served, asked: str, answer: str, why: str
) -> None:
    image = asking.image(ASTRONAUT)
    (query,) = coded(asked)
    for name, value in (
        ("ID", image["imageId"]),
        ("HOME", served.address),
        ("TOKEN", quote(image["imageInsightsToken"])),
    ):
        query = query.replace(name, value)
    response = httpx.get(f"{served.address}/v7.0/images/details{query}", headers={KEY: served.key})
    assert outcome(response, lambda told: sorted(modules_of(told))) == sorted(coded(answer))


@pytest.mark.parametrize("module", sorted({*Module} - {*FIELDS, "All"}))
def test_a_module_without_data_is_left_out(asking: Asking, module: str) -> None:
    token = asking.image(ASTRONAUT)["imageInsightsToken"]
    answer = asking.details(insightsToken=token, modules=module).json()
    assert modules_of(answer) == set()


@pytest.mark.parametrize("modules", ["BRQ,Tags", "BRQ%2CTags"])
def test_the_comma_may_be_raw_or_encoded(asking: Asking, served: Served, modules: str) -> None:
    token = quote(asking.image(ASTRONAUT)["imageInsightsToken"])
    url = f"{served.address}/v7.0/images/details?insightsToken={token}&modules={modules}"
    answer = httpx.get(url, headers={KEY: served.key}).json()
    assert modules_of(answer) == {"bestRepresentativeQuery", "imageTags"}


def test_what_samples_read_without_looking_is_there_for_any_picture(asking: Asking) -> None:
    for answer in (
        asking.post_details(picture(ASTRONAUT), modules="All").json(),
        asking.post_details(picture(ASTRONAUT), modules=",".join(("PagesIncluding", "RelatedSearches", "Tags", "SimilarImages"))).json(),
    ):  # fmt: skip
        assert all(isinstance(answer[field]["value"], list) for field in DEREFERENCED)
        assert answer["pagesIncluding"]["value"] == []


@pytest.mark.parametrize("prefix", ["/v7.0", "/bing/v7.0", "/v7", "/api/v7"])
@pytest.mark.parametrize("path", ["/images/details", "/images/search/details"])
def test_every_address_answers_alike(asking: Asking, prefix: str, path: str) -> None:
    params = {"insightsToken": asking.image(ASTRONAUT)["imageInsightsToken"], "modules": "Tags"}
    assert asking.get(prefix + path, **params).json() == asking.details(**params).json()


def test_the_tags_of_a_picture_come_first(asking: Asking) -> None:
    stored = asking.library.store.find(asking.record_id("fruit/watermelon.png"))
    assert stored is not None
    token = asking.image("fruit/watermelon.png")["imageInsightsToken"]
    answer = asking.details(insightsToken=token, modules="Tags").json()
    tags = [tag["name"] for tag in answer["imageTags"]["value"]]
    assert tags[: len(stored.record.tags)] == [tag.lower() for tag in stored.record.tags]


def test_what_a_posted_picture_shows_is_told_by_those_that_look_like_it(asking: Asking) -> None:
    told = []
    for key in SAMPLE:
        answer = asking.post_details(picture(key), modules="Tags").json()
        stored = asking.library.store.find(asking.record_id(key))
        assert stored is not None
        own = {tag.lower() for tag in stored.record.tags}
        told.append(bool(own.intersection(tag["name"] for tag in answer["imageTags"]["value"])))
    assert sum(told) >= len(SAMPLE) - 2


# Which picture is meant


@pytest.mark.parametrize("key", SAMPLE)
def test_what_is_mirrored_is_led_to_what_it_is_mirrored_of(asking: Asking, key: str) -> None:
    answer = asking.post_details(picture(key), modules="SimilarImages").json()
    assert asking.record_id(key) in ids(answer["visuallySimilarImages"]["value"])[:10]


@pytest.mark.parametrize("name", ["file", "image", "picture", ""])
def test_the_part_of_the_picture_may_have_any_name(asking: Asking, name: str) -> None:
    answer = asking.post_details(original(ASTRONAUT), name, modules="BRQ").json()
    assert answer["imageInsightsToken"] == asking.image(ASTRONAUT)["imageInsightsToken"]


def test_the_picture_itself_is_not_similar_to_itself(asking: Asking) -> None:
    image = asking.image(ASTRONAUT)
    answer = asking.details(insightsToken=image["imageInsightsToken"], modules="SimilarImages").json()
    found = ids(answer["visuallySimilarImages"]["value"])
    assert image["imageId"] not in found
    assert len(found) == len(set(found)) == 60


def test_a_picture_can_be_named_in_every_way(asking: Asking, served: Served) -> None:
    image = asking.image(ASTRONAUT)
    token, name = image["imageInsightsToken"], image["thumbnailUrl"].partition("id=")[2].partition("&")[0]
    ways: list[dict[str, str]] = [
        {"insightsToken": token},
        {"insightsToken": next(part for part in token.split("*") if part.startswith("mid_"))},
        {"insightsToken": next(part for part in token.split("*") if part.startswith("thid_"))},
        {"id": image["imageId"]},
        {"imgUrl": image["contentUrl"]},
        {"imgurl": image["thumbnailUrl"]},
        {"imgUrl": f"{image['thumbnailUrl']}&w=100&h=100&c=7"},
        {"imgUrl": f"HTTP://{served.address.partition('://')[2]}/th?ID={name}"},
        {"imgUrl": f"https://{served.address.partition('://')[2]}/th?id={name}"},
        {"imgUrl": image["webSearchUrl"]},
    ]
    answers = [asking.details(**way, modules="BRQ,Tags") for way in ways]
    answers.append(asking.post_details(original(ASTRONAUT), modules="BRQ,Tags"))
    assert [answer.status_code for answer in answers] == [200] * len(ways) + [200]
    assert all(answer.json() == answers[0].json() for answer in answers)


def test_a_posted_picture_goes_before_a_token_and_that_before_an_address(asking: Asking) -> None:
    other = asking.image("fruit/watermelon.png")
    token = asking.image(ASTRONAUT)["imageInsightsToken"]
    posted = asking.post_details(
        original(ASTRONAUT), insightsToken=other["imageInsightsToken"], modules="BRQ"
    )
    named = asking.details(insightsToken=token, imgUrl=other["contentUrl"], modules="BRQ")
    assert posted.json()["imageInsightsToken"] == named.json()["imageInsightsToken"] == token


def test_a_server_is_at_home_at_its_public_address_too(asking: Asking, tmp_path: Path) -> None:
    from .shelf import served_with

    with (
        opened(tmp_path) as shelf,
        served_with(shelf.library, public_url="https://pictures.example.org/v", anonymous=True) as address,
    ):
        at = f"{address}/v7.0/images/details"
        image_id = shelf.id_of("flag.jpg")
        for base in ("https://pictures.example.org/v", address):
            answer = httpx.get(at, params={"imgUrl": f"{base}/content/{image_id}", "modules": "BRQ"})
            assert answer.json()["bestRepresentativeQuery"]["text"] == "Striped flag"


REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({}, "ParameterMissing", "insightsToken"),
    ({"insightsToken": "x"}, "ParameterInvalidValue", "insightsToken"),
    ({"insightsToken": "mid_" + "0" * 40}, "ParameterInvalidValue", "insightsToken"),
    ({"insightsToken": "mid_nothing"}, "ParameterInvalidValue", "insightsToken"),
    ({"insightsToken": "thid_OIP.fmwSKKmKpmZtJiBDps1kLAHaEo"}, "ParameterInvalidValue", "insightsToken"),
    ({"insightsToken": "thid_R.fmwSKKmKpmZtJiBDps1kLAHaEo"}, "ParameterInvalidValue", "insightsToken"),
    ({"insightsToken": "bcid_AAAA"}, "ParameterInvalidValue", "insightsToken"),
    ({"insightsToken": "bcid_" + "A" * 342}, "ParameterInvalidValue", "insightsToken"),
    ({"insightsToken": "bcid_" + "=" * 342}, "ParameterInvalidValue", "insightsToken"),
    ({"insightsToken": "bcid_" + "0" * 32}, "ParameterInvalidValue", "insightsToken"),
    ({"id": "x"}, "ParameterInvalidValue", "id"),
    ({"id": "0" * 40}, "ParameterInvalidValue", "id"),
    ({"imgUrl": "nonsense"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "file:///etc/passwd"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "http://127.0.0.1:9/a.jpg"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "http://127.0.0.1:1/"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "http://[::1]:8080/"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "http://169.254.169.254/latest/meta-data/"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "http://[oops/"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "{home}/th?id=x"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "{home}/content/x"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "{home}/healthz"}, "ParameterInvalidValue", "imgUrl"),
    ({"imgUrl": "{home}"}, "ParameterInvalidValue", "imgUrl"),
]


@pytest.mark.parametrize(("params", "sub_code", "parameter"), REFUSED)
def test_what_names_no_picture_is_refused(
    asking: Asking, params: dict[str, str], sub_code: str, parameter: str
) -> None:
    sent = {name: value.replace("{home}", asking.address) for name, value in params.items()}
    assert error_of(asking.details(**sent)) == (400, sub_code, parameter)


def test_a_refused_address_tells_nothing_about_the_network(asking: Asking) -> None:
    texts = {
        asking.details(imgUrl=url).json()["errors"][0]["moreDetails"]
        for url in ("http://127.0.0.1:8765/", "http://10.1.2.3/", "http://no-such-name.invalid/")
    }
    assert len(texts) == 1


# Regions


def test_a_region_is_looked_at_alone(asking: Asking) -> None:
    token = asking.image(ASTRONAUT)["imageInsightsToken"]
    whole = asking.details(insightsToken=token, modules="SimilarImages").json()
    part = asking.details(
        insightsToken=token, modules="SimilarImages", cal="0.6", cat="0", car="1", cab="0.4", ct="0"
    )
    assert part.status_code == 200
    assert ids(part.json()["visuallySimilarImages"]["value"]) != ids(whole["visuallySimilarImages"]["value"])


def test_a_region_of_a_posted_picture_is_looked_at_like_that_region_posted(asking: Asking) -> None:
    box = (0.25, 0.0, 0.75, 0.5)
    sides = dict(zip(("cal", "cat", "car", "cab"), map(str, box), strict=True))
    cropped = asking.post_details(picture(ASTRONAUT, width=320), modules="SimilarImages", **sides).json()
    posted = asking.post_details(picture(ASTRONAUT, width=320, box=box), modules="SimilarImages").json()
    found, wanted = (ids(one["visuallySimilarImages"]["value"])[:10] for one in (cropped, posted))
    assert len(set(found) & set(wanted)) >= 5


def test_a_posted_picture_that_is_not_kept_cannot_be_cropped_later(asking: Asking) -> None:
    token = asking.post_details(picture(ASTRONAUT), modules="Tags").json()["imageInsightsToken"]
    assert asking.details(insightsToken=token, modules="Tags").status_code == 200
    assert error_of(asking.details(insightsToken=token, cal="0.5")) == (400, "ParameterInvalidValue", "cal")


# Posted pictures and later calls


def test_the_token_of_a_posted_picture_leads_on(asking: Asking) -> None:
    posted = asking.post_details(picture(ASTRONAUT), modules="SimilarImages").json()
    token = posted["imageInsightsToken"]
    later = asking.details(insightsToken=token, modules="SimilarImages")
    assert later.status_code == 200
    assert later.json()["imageInsightsToken"] == token
    before, after = (ids(answer["visuallySimilarImages"]["value"])[:20] for answer in (posted, later.json()))
    assert len(set(before) & set(after)) >= 18


def test_the_token_of_a_posted_picture_fits_into_an_address(asking: Asking) -> None:
    token = asking.post_details(picture(ASTRONAUT), modules="Tags").json()["imageInsightsToken"]
    assert token.startswith("bcid_")
    assert quote(token) == token
    assert len(token) < MAX_URL_LENGTH // 3


def test_all_copies_of_a_picture_are_its_pages(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf:
        (shelf.folder / "more").mkdir()
        (shelf.folder / "more" / "banner.jpg").write_bytes((shelf.folder / "flag.jpg").read_bytes())
        add(shelf.library, shelf.folder)
        shelf.library.index()
        answer = details_of(shelf, "flag.jpg")
        assert ids(answer["pagesIncluding"]["value"]) == [
            shelf.id_of("flag.jpg"),
            shelf.id_of("more/banner.jpg"),
        ]
        similar = ids(answer["visuallySimilarImages"]["value"])
        assert similar
        assert not {shelf.id_of("flag.jpg"), shelf.id_of("more/banner.jpg")} & set(similar)


def details_of(shelf: Shelf, name: str) -> dict[str, Any]:
    response = httpx.get(
        f"{shelf.address}/v7.0/images/details", params={"id": shelf.id_of(name)}, headers={KEY: shelf.key}
    )
    answer: dict[str, Any] = response.json()
    return answer


def test_details_need_a_key_before_anything_is_read(served: Served) -> None:
    response = httpx.post(f"{served.address}/v7.0/images/details", content=b"x" * 2_000_000)
    assert response.status_code == 401


def test_details_tell_market_and_ids_in_their_headers(asking: Asking) -> None:
    response = asking.details(id=asking.record_id(ASTRONAUT), mkt="de-DE", modules="Tags")
    assert response.headers["BingAPIs-Market"] == "de-DE"
    assert {"BingAPIs-TraceId", "X-MSEdge-ClientID"} <= set(response.headers.keys()) or {
        "bingapis-traceid",
        "x-msedge-clientid",
    } <= set(response.headers.keys())
