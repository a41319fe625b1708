"""The pages a person sees: they hold what was found, lead to each other, and run nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from conftest import Served
from vizsla.library import Choices, Library
from vizsla.server.pages import SIMILAR
from vizsla.settings import Settings

from .shelf import HOSTILE, KEY, Shelf, fill, served_with
from .shelf import add as add_to

QUERY = """<script>alert("q")</script>' onfocus=alert(1) autofocus="{{ 7 * 7 }}"""


class Page(HTMLParser):
    """Elements and text of a page."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.url = str(response.url)
        self.status = response.status_code
        self.headers = response.headers
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, tag: str, attribute: str) -> list[str]:
        return [value for one, found in self.elements if one == tag and (value := found.get(attribute))]

    def addresses(self) -> Iterator[str]:
        for tag, attribute in (("a", "href"), ("img", "src"), ("link", "href"), ("form", "action")):
            yield from (urljoin(self.url, value) for value in self.values(tag, attribute))


def visit(address: str, **params: str | int) -> Page:
    return Page(httpx.get(address, params=params or None))


def visit_in(language: str, address: str) -> Page:
    return Page(httpx.get(address, headers={"Accept-Language": language}))


def results(shelf: Shelf, q: str = "picture", **params: str | int) -> Page:
    return visit(f"{shelf.address}/images/search", q=q, **params)


def picture(shelf: Shelf, name: str, **params: str) -> Page:
    return visit(f"{shelf.address}/images/search", view="detailv2", id=shelf.id_of(name), **params)


def words_of(page: Page) -> str:
    return " ".join(page.text.split())


def until(true: Callable[[], bool]) -> None:
    """What is learnt behind the searches is there."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def assert_harmless(page: Page) -> None:
    assert not {tag for tag, _ in page.elements} & {"script", "iframe", "object", "embed", "base", "style"}
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "autofocus")]
    assert all(urlsplit(address).scheme in ("http", "https") for address in page.addresses())
    policy = policy_of(page)
    assert policy["default-src"] == ["'none'"]
    assert policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert "script-src" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def policy_of(page: Page) -> dict[str, list[str]]:
    parts = [part.split() for part in page.headers["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


def test_the_first_page_shows_the_newest_and_counts_all(shelf: Shelf) -> None:
    page = visit(f"{shelf.address}/")
    assert page.status == 200
    assert "4 pictures" in page.text
    pictures = [address for address in page.values("a", "href") if "view=detailv2" in address]
    assert len(pictures) == 4
    assert_harmless(page)


def test_results_are_those_of_the_api(shelf: Shelf) -> None:
    answer = shelf.search("flag ball").json()
    page = results(shelf, "flag ball")
    pictures = [source for source in page.values("img", "src") if "/th?" in source]
    assert page.status == 200
    assert pictures == [image["thumbnailUrl"] for image in answer["value"]]
    assert f"{answer['totalEstimatedMatches']} results" in page.text
    assert page.values("input", "value") == ["flag ball"]


def test_the_policy_of_the_market_that_the_browser_tells_holds(tmp_path: Path) -> None:
    fill(tmp_path / "pictures")
    with Library(Settings(library=tmp_path / "library")) as library:
        add_to(library, tmp_path / "pictures", Choices(adult="yes"))
        with served_with(library, strict_markets=("de-DE",)) as address:
            asked = f"{address}/images/search?q=flag&safeSearch=off"
            until(lambda: bool(shown(visit_in("en-GB,de;q=0.5", asked))))
            strict = visit_in("de-DE,en;q=0.5", asked)
            assert not shown(strict)
            assert chosen(strict) == ["Strict"]
            assert shown(visit_in("de-DE", f"{asked}&mkt=en-GB"))


def test_only_where_the_browser_wants_english_its_words_are_what_a_slip_is_taken_for(shelf: Shelf) -> None:
    asked = f"{shelf.address}/images/search?q=moneky"
    until(lambda: "Results for monkey" in words_of(visit_in("en-GB", asked)))
    assert "Results for" not in words_of(visit_in("fr-FR", asked))


def test_where_an_answer_leads_people_find_a_page(shelf: Shelf) -> None:
    answer = shelf.search("flag").json()
    first = answer["value"][0]
    best = first["insightsMetadata"]["bestRepresentativeQuery"]
    for address in (
        answer["webSearchUrl"],
        first["webSearchUrl"],
        best["webSearchUrl"],
        first["hostPageUrl"],
    ):
        assert visit(address).status == 200
    assert "Striped flag" in visit(first["webSearchUrl"]).text


def test_beside_a_picture_stand_those_that_look_like_it(served: Served) -> None:
    headers = {"Ocp-Apim-Subscription-Key": served.key}
    found = httpx.get(f"{served.address}/v7.0/images/search?q=dog&count=1", headers=headers).json()
    page = visit(found["value"][0]["webSearchUrl"])
    assert "More like this" in page.text
    shown = [source for source in page.values("img", "src") if "/th?" in source]
    assert len(shown) == len(set(shown)) == 1 + SIMILAR
    assert_harmless(page)


def test_words_beside_a_picture_choose_what_is_like_it(served: Served) -> None:
    image = httpx.get(
        f"{served.address}/v7.0/images/search", params={"q": "dog"}, headers={KEY: served.key}
    ).json()["value"][0]
    page, red, hostile = (
        visit(f"{served.address}/images/search", view="detailv2", id=image["imageId"], words=words)
        for words in ("", "red", QUERY)
    )
    assert "words" in page.values("input", "name")
    assert "red" in red.values("input", "value")
    assert len(red.values("img", "src")) == len(page.values("img", "src"))
    assert red.values("img", "src") != page.values("img", "src")
    assert QUERY in hostile.values("input", "value")
    assert_harmless(hostile)


def test_trends_lead_to_what_they_show(served: Served) -> None:
    page = visit(f"{served.address}/images/trending")
    tiles = [address for address in page.values("a", "href") if "FORM=ISTRTH" in address]
    assert tiles
    assert_harmless(page)
    assert all(visit(address).status == 200 for address in tiles[:5])


def test_a_query_that_was_corrected_can_be_asked_as_it_was(served: Served) -> None:
    asked = f"{served.address}/images/search?q=pupppies"
    until(lambda: "Search instead for" in visit(asked).text)
    page = visit(asked)
    assert "Results for puppies" in words_of(page)
    (original,) = [address for address in page.values("a", "href") if "q=%2Bpupppies" in address]
    assert "Results for" not in visit(original).text


def test_every_address_on_every_page_is_answered(shelf: Shelf) -> None:
    """From the first page on, whatever is ours and linked is there."""
    seen: set[str] = set()
    todo = [f"{shelf.address}/"]
    with httpx.Client() as client:
        while todo:
            address = todo.pop()
            if address in seen or not address.startswith(shelf.address):
                continue
            seen.add(address)
            response = client.get(
                address, params={"q": "dog"} if address.endswith("/images/search") else None
            )
            assert response.status_code == 200, address
            if response.headers["content-type"].startswith("text/html"):
                page = Page(response)
                assert_harmless(page)
                todo += page.addresses()
    paths = {urlsplit(address).path for address in seen}
    assert paths >= {"/", "/images/search", "/images/trending", "/docs", "/openapi.json", "/th"}
    assert paths >= {"/static/style.css", "/static/icon.svg"}
    assert f"/content/{shelf.id_of('flag.jpg')}" in paths


def test_pages_of_results_lead_to_their_neighbours(shelf: Shelf) -> None:
    first = results(shelf, "picture flag ball dog", count=2, license="All", color="")
    assert neighbour(first, "prev") is None
    second = visit(str(neighbour(first, "next")))
    assert neighbour(second, "next") is None
    assert shown(visit(str(neighbour(second, "prev")))) == shown(first)
    assert len(shown(first) | shown(second)) == 4


def chosen(page: Page) -> list[str | None]:
    options = (attributes for tag, attributes in page.elements if tag == "option")
    return [attributes["value"] for attributes in options if "selected" in attributes]


def neighbour(page: Page, rel: str) -> str | None:
    found = (attributes for tag, attributes in page.elements if tag == "a" and attributes.get("rel") == rel)
    return next((attributes["href"] for attributes in found), None)


def shown(page: Page) -> set[str]:
    return {source for source in page.values("img", "src") if "/th?" in source}


def test_a_neighbour_keeps_query_and_filters(shelf: Shelf) -> None:
    page = results(shelf, "a&b=c picture", count=1, license="any", imageType="photo")
    following = neighbour(page, "next")
    if following:
        sent = parse_qs(urlsplit(following).query)
        assert sent == {
            "q": ["a&b=c picture"],
            "count": ["1"],
            "offset": ["1"],
            "license": ["Any"],
            "imageType": ["Photo"],
        }
    assert chosen(page) == ["Photo", "Any"]


def test_filters_filter(shelf: Shelf) -> None:
    assert len(shown(results(shelf, "picture flag ball dog", license="Public"))) == 1
    assert "Nothing was found" in results(shelf, "flag", imageType="AnimatedGif").text
    assert "Nothing was found" in results(shelf, "flag", imageContent="Portrait").text
    assert shown(results(shelf, "flag", freshness="Day", safeSearch="Strict"))


def test_other_queries_are_asked_within_what_was_chosen(served: Served) -> None:
    asked = {"q": "red flower", "license": "Public", "imageType": "Photo", "freshness": "Month"}

    def others() -> list[str]:
        links = visit(f"{served.address}/images/search", **asked).values("a", "href")
        return [link for link in links if "FORM=IRPATC" in link]

    until(lambda: len(others()) > 4)
    for link in others():
        sent = {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()}
        assert sent == {**asked, "q": sent["q"], "FORM": "IRPATC"}
        assert chosen(visit(link)) == ["Photo", "Public", "Month"]


def test_the_page_of_a_picture_tells_what_is_known(shelf: Shelf) -> None:
    page = picture(shelf, "flag.jpg", q="flags & more")
    assert page.status == 200
    for fact in ("Striped flag", "948 × 632 jpeg", "flag.jpg", "CC BY-SA", "a&b=c"):
        assert fact in page.text
    assert f"{shelf.address}/content/{shelf.id_of('flag.jpg')}" in page.values("a", "href")
    queries = [parse_qs(urlsplit(link).query).get("q") for link in page.values("a", "href")]
    assert ["a&b=c"] in queries
    assert ["flags & more"] in queries


def test_a_picture_that_lives_elsewhere_leads_there(shelf: Shelf) -> None:
    links = picture(shelf, "away.png").values("a", "href")
    assert "https://cdn.example.org/away.png?a=1&b=2" in links
    assert "https://pictures.example.org/away" in links


def test_hostile_words_are_text(shelf: Shelf) -> None:
    """Titles, descriptions, tags and creators come from strangers' files, queries from strangers' links."""
    title = " ".join(HOSTILE.split())
    page = picture(shelf, "disc.png", q=QUERY)
    assert page.text.count(title) >= 4
    assert QUERY in page.text
    assert_harmless(page)
    listed = results(shelf, QUERY)
    assert listed.values("input", "value") == [QUERY]
    assert_harmless(listed)
    assert title in results(shelf, "dog").values("img", "alt")
    assert "49" not in page.text.replace(shelf.id_of("disc.png"), "")


@pytest.mark.parametrize("params", [{"q": "dog", "count": QUERY}, {"q": "dog", "license": QUERY}, {"q": ""}])
def test_a_bad_request_gets_a_page_that_says_why(shelf: Shelf, params: dict[str, str]) -> None:
    page = visit(f"{shelf.address}/images/search", **params)
    assert page.status == 400
    assert "Parameter" in page.text or "parameter" in page.text
    assert_harmless(page)


@pytest.mark.parametrize("image_id", ["0" * 40, "x", QUERY])
def test_a_picture_that_is_not_there_gets_a_page_that_says_so(shelf: Shelf, image_id: str) -> None:
    page = visit(f"{shelf.address}/images/search", view="detailv2", id=image_id)
    assert page.status == 404
    assert "not here" in page.text
    assert_harmless(page)


def test_pictures_of_a_public_address_may_be_shown(shelf: Shelf) -> None:
    """The page may be reached under an origin that is not the public one."""
    with served_with(shelf.library, public_url="https://pictures.example.com:8443/v") as address:
        page = visit(f"{address}/images/search", q="flag")
    ours = ["'self'", "https://pictures.example.com:8443"]
    policy = policy_of(page)
    assert policy["img-src"] == policy["style-src"] == policy["form-action"] == ours
    used = page.values("img", "src") + page.values("link", "href") + page.values("form", "action")
    assert used
    assert all(one.startswith("https://pictures.example.com:8443/v/") for one in used)


def test_an_owner_may_serve_no_pages(shelf: Shelf) -> None:
    with served_with(shelf.library, pages=False) as address:
        statuses = [
            httpx.get(f"{address}{path}").status_code
            for path in ("/", "/images/search?q=dog", "/images/trending", "/docs", "/static/style.css")
        ]
        assert set(statuses) == {404}
        assert httpx.get(shelf.thumbnail("flag.jpg")).status_code == 200


def test_static_files_do_not_lead_out_of_their_folder(shelf: Shelf) -> None:
    for path in (
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
        "/static/..%2fpages.py",
        "/static//etc/passwd",
    ):
        response: Any = httpx.get(f"{shelf.address}{path}")
        assert response.status_code == 404
