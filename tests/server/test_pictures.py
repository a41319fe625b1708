"""Looking at pictures and fetching them: bounded, and beside the searches."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from conftest import Served
from vizsla.search.subject import Meant
from vizsla.server.pictures import Lane, at_home
from vizsla.wire import InvalidRequest, RateLimited

from .about_image import ASTRONAUT, Asking, action, error_of, ids, original, picture
from .shelf import KEY, Shelf, served_with
from .shelf import shelf as opened


@pytest.fixture(scope="module")
def asking(served: Served) -> Asking:
    return Asking(served)


# Bounds


def test_what_comes_when_too_much_waits_is_refused_and_later_taken() -> None:
    async def run() -> list[int]:
        lane, go = Lane("test", threads=1, most=2), threading.Event()
        waiting = [asyncio.ensure_future(lane.run(go.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(RateLimited):
            await lane.run(go.wait)
        go.set()
        await asyncio.gather(*waiting)
        return [await lane.run(lambda: 7) for _ in range(5)]

    assert asyncio.run(run()) == [7] * 5


def test_a_caller_that_goes_away_keeps_its_place_until_the_work_is_done() -> None:
    async def run() -> int:
        lane, go = Lane("test", threads=1, most=1), threading.Event()
        left = asyncio.ensure_future(lane.run(go.wait))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        with pytest.raises(RateLimited):
            await lane.run(lambda: 1)
        go.set()
        while True:
            try:
                return await lane.run(lambda: 2)
            except RateLimited:
                await asyncio.sleep(0.001)

    assert asyncio.run(run()) == 2


def test_a_failure_frees_its_place() -> None:
    def fail() -> None:
        raise ValueError("no")

    async def run() -> None:
        lane = Lane("test", threads=1, most=1)
        for _ in range(3):
            with pytest.raises(ValueError, match="no"):
                await lane.run(fail)
            await asyncio.sleep(0)

    asyncio.run(run())


def test_a_flood_of_pictures_is_answered_or_told_to_wait_and_searches_go_on(asking: Asking) -> None:
    data = picture(ASTRONAUT, width=300)
    with ThreadPoolExecutor(80) as pool:
        posted = [pool.submit(asking.look, {}, data) for _ in range(160)]
        searched = asking.get("/v7.0/images/search", q="dog")
        answers = [one.result() for one in posted]
    assert searched.status_code == 200
    statuses = {answer.status_code for answer in answers}
    assert 200 in statuses
    assert statuses <= {200, 429}
    for answer in answers:
        if answer.status_code == 429:
            assert answer.headers["Retry-After"] == "1"
            assert answer.json()["errors"][0]["code"] == "RateLimitExceeded"


# Addresses


class Gallery(BaseHTTPRequestHandler):
    """Another server, with one picture."""

    def do_GET(self) -> None:
        body = {"/a.jpg": original(ASTRONAUT), "/page.html": b"<html>", "/large": b"\0" * 2_000_000}.get(
            self.path
        )
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *told: object) -> None:
        pass


@contextmanager
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gallery)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_picture_of_another_server_is_fetched_and_looked_at(asking: Asking) -> None:
    networks = ("127.0.0.0/8",)
    with (
        elsewhere() as there,
        served_with(asking.library, anonymous=True, fetch_networks=networks) as address,
    ):
        at = f"{address}/v7.0/images"
        request = {"knowledgeRequest": (None, f'{{"imageInfo":{{"url":"{there}/a.jpg"}}}}')}
        answer = httpx.post(f"{at}/visualsearch", files=request).json()
        assert ids(action(answer, "PagesIncluding")["data"]["value"]) == [asking.record_id(ASTRONAUT)]
        details = httpx.get(f"{at}/details", params={"imgUrl": f"{there}/a.jpg", "modules": "BRQ"}).json()
        assert details["imageInsightsToken"] == answer["image"]["imageInsightsToken"]
        for path in ("/none.jpg", "/page.html", "/large"):
            refused = httpx.get(f"{at}/details", params={"imgUrl": there + path})
            assert error_of(refused) == (400, "ParameterInvalidValue", "imgUrl")


def test_an_owner_may_forbid_fetching(asking: Asking) -> None:
    with elsewhere() as there, served_with(asking.library, anonymous=True, fetch=False) as address:
        refused = httpx.get(f"{address}/v7.0/images/details", params={"imgUrl": f"{there}/a.jpg"})
        assert error_of(refused) == (400, "ParameterInvalidValue", "imgUrl")
        assert "fetches nothing" in refused.json()["errors"][0]["moreDetails"]
        home = f"{address}/content/{asking.record_id(ASTRONAUT)}"
        assert httpx.get(f"{address}/v7.0/images/details", params={"imgUrl": home}).status_code == 200


HOMES = frozenset(("pictures.example.org/v", "127.0.0.1:8000"))


def meant(url: str) -> Meant:
    return Meant(parameter="imgUrl", crop_parameter="cal", url=url)


@pytest.mark.parametrize(
    ("url", "field", "value"),
    [
        ("http://127.0.0.1:8000/content/AB", "image_id", "AB"),
        ("https://Pictures.Example.org/v/content/AB?x=1", "image_id", "AB"),
        ("http://127.0.0.1:8000/th?w=1&id=OIP.x&pid=Api", "token", "thid_OIP.x"),
        ("http://127.0.0.1:8000/images/search?view=detailv2&id=AB", "image_id", "AB"),
        ("http://127.0.0.1:8001/content/AB", "url", "http://127.0.0.1:8001/content/AB"),
        ("http://127.0.0.1:8000.example.org/content/AB", "url", "http://127.0.0.1:8000.example.org/content/AB"),
        ("https://pictures.example.org/content/AB", "url", "https://pictures.example.org/content/AB"),
        ("https://pictures.example.org/vv/content/AB", "url", "https://pictures.example.org/vv/content/AB"),
        ("ftp://127.0.0.1:8000/content/AB", "url", "ftp://127.0.0.1:8000/content/AB"),
        ("http://x@127.0.0.1:8000/content/AB", "url", "http://x@127.0.0.1:8000/content/AB"),
        ("http://[oops", "url", "http://[oops"),
    ],
)  # fmt: skip
def test_only_our_own_addresses_are_ours(url: str, field: str, value: str) -> None:
    found = at_home(meant(url), HOMES)
    assert getattr(found, field) == value
    assert sum(one is not None for one in (found.url, found.token, found.image_id)) == 1


@pytest.mark.parametrize("path", ["", "/", "/th?q=dog", "/healthz", "/v7.0/images/search?q=x"])
def test_an_address_of_ours_without_a_picture_is_refused(path: str) -> None:
    with pytest.raises(InvalidRequest, match="No image has this address"):
        at_home(meant(f"http://127.0.0.1:8000{path}"), HOMES)


# What of a library may be missing


def test_a_region_of_a_picture_whose_file_is_gone_is_looked_at_in_its_thumbnail(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf:
        before = cropped(shelf)
        (shelf.folder / "flag.jpg").unlink()
        assert cropped(shelf).json() == before.json()
        shelf.library.blobs.delete(content_id(shelf))
        assert cropped(shelf).status_code == 200


def cropped(shelf: Shelf) -> httpx.Response:
    params = {"id": shelf.id_of("flag.jpg"), "cal": "0.8", "modules": "SimilarImages,BRQ"}
    response = httpx.get(f"{shelf.address}/v7.0/images/details", params=params, headers={KEY: shelf.key})
    assert response.status_code == 200
    return response


def content_id(shelf: Shelf) -> bytes:
    stored = shelf.library.store.find(shelf.id_of("flag.jpg"))
    assert stored is not None
    return stored.record.content_id
