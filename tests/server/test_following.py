"""While it serves, a server follows what others add, is asked how it is, and tells nobody what went wrong inside."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette

from vizsla.blobs import BlobError
from vizsla.library import Library
from vizsla.search import Searcher
from vizsla.server import ServingError, application, running, serve
from vizsla.server.follower import DROP_TICKS, FAILED_TICKS, Follower
from vizsla.server.run import listening
from vizsla.settings import Settings
from vizsla.state import Keys, Queries, StateError

from .shelf import KEY, Shelf, add
from .shelf import shelf as opened

PATIENCE = 10
"""Seconds that a test waits for what ought to happen within one."""


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def names(shelf: Shelf, q: str) -> set[str]:
    return {image["name"] for image in shelf.search(q).json()["value"]}


def test_what_is_added_and_removed_while_serving_is_soon_seen(tmp_path: Path) -> None:
    with opened(tmp_path) as shelf, Library(Settings(library=shelf.library.directory)) as other:
        Image.new("RGB", (40, 40), (250, 250, 0)).save(shelf.folder / "lemon tart.png")
        add(other, shelf.folder)
        until(lambda: "lemon tart" in names(shelf, "lemon"))
        other.remove(str(shelf.folder / "flag.jpg"))
        until(lambda: "Striped flag" not in names(shelf, "flag"))


def test_a_thumbnail_goes_also_if_whoever_removed_its_picture_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vizsla.server.follower.DROP_TICKS", 2)
    with opened(tmp_path) as shelf, Library(Settings(library=shelf.library.directory)) as other:
        (image_id,) = other.store.of_source(str(shelf.folder), "flag.jpg")
        (flag,) = other.store.remove([image_id])  # all that a command does before it is killed
        until(lambda: not other.blobs.has(flag.content_id))
        until(lambda: other.store.leaving() == [])


def test_thumbnails_go_one_look_after_another_until_one_fails(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow bucket keeps the follower from nothing else for longer than one look."""
    follower = Follower(shelf.library, None)  # type: ignore[arg-type]
    looks: list[int] = []
    there: Iterator[bool | BlobError] = iter([True, True, BlobError("the bucket has a cold"), False, False])

    def few() -> bool:
        looks.append(ticks)
        outcome = next(there)
        if isinstance(outcome, BlobError):
            raise outcome
        return outcome

    ticks = 0

    def wait(seconds: float) -> bool:
        nonlocal ticks
        ticks += 1
        if ticks > FAILED_TICKS + DROP_TICKS + 5:
            follower._stopping.set()
        return True

    for name in ("_follow", "_write_down"):
        monkeypatch.setattr(follower, name, lambda: None)
    monkeypatch.setattr(follower, "_library", MagicMock())
    monkeypatch.setattr(follower, "_drop_few", few)
    monkeypatch.setattr(follower._stopping, "wait", wait)
    follower._run()
    assert looks == [0, 1, 2, 2 + FAILED_TICKS, 2 + FAILED_TICKS + DROP_TICKS]


def test_a_server_says_that_it_lives_and_when_it_is_ready(shelf: Shelf) -> None:
    assert httpx.get(f"{shelf.address}/healthz").text == "alive\n"
    until(lambda: httpx.get(f"{shelf.address}/readyz").status_code == 200)
    assert httpx.get(f"{shelf.address}/readyz").text == "ready\n"


def test_a_server_is_not_ready_before_its_index_is(shelf: Shelf) -> None:
    """The application without its lifespan: nobody brings the index up to date."""
    transport = httpx.ASGITransport(application(shelf.library))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/readyz")

    response = asyncio.run(ask())
    assert response.status_code == 503
    assert "brought up to date" in response.text


class Failing:
    """A step of the follower that fails until it is told not to."""

    broken = True

    def __call__(self) -> None:
        if self.broken:
            raise OSError("no space left")


def test_what_keeps_going_wrong_is_logged_once(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    follower, step = Follower(shelf.library, None), Failing()  # type: ignore[arg-type]
    for _ in range(3):
        follower._attempt(step, "it could not be done")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "no space left" in caplog.text
    step.broken = False
    for _ in range(2):
        follower._attempt(step, "it could not be done")
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]


def test_what_cannot_be_written_down_ends_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any) -> None:
        raise StateError("the disk is full: make room")

    monkeypatch.setattr(Queries, "flush", full)
    monkeypatch.setattr(Keys, "count", full)
    with opened(tmp_path) as shelf:
        until(lambda: "what was asked could not be written down" in caplog.text)
        until(lambda: "calls could not be counted" in caplog.text)
        assert shelf.search().status_code == 200
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


SECRET = "no such column /srv/pictures/records.db"


def broken(*_: Any, **__: Any) -> None:
    raise RuntimeError(SECRET)


@pytest.mark.parametrize("path", ["/v7.0/images/search?q=dog", "/images/search?q=dog"])
def test_what_goes_wrong_inside_is_told_to_the_log_and_not_to_the_caller(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    monkeypatch.setattr(Searcher, "search", broken)
    response = httpx.get(f"{shelf.address}{path}", headers={KEY: shelf.key})
    assert response.status_code == 500
    assert response.json() == {
        "_type": "ErrorResponse",
        "errors": [
            {"code": "ServerError", "subCode": "UnexpectedError", "message": "An unexpected error occurred."}
        ],
    }
    assert SECRET not in response.text + str(response.headers)
    assert response.headers["X-MSEdge-ClientID"]
    until(lambda: SECRET in caplog.text)
    trace = response.headers["BingAPIs-TraceId"]
    (record,) = [record for record in caplog.records if trace in record.getMessage()]
    assert record.name == "vizsla"
    assert "/srv/pictures" not in record.getMessage()


def test_a_server_goes_on_after_something_went_wrong(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Searcher, "search", broken)
        assert shelf.search().status_code == 500
    assert shelf.search().status_code == 200


# Starting


def test_a_port_that_is_taken_is_a_clear_error(shelf: Shelf) -> None:
    port = httpx.URL(shelf.address).port
    assert port
    with (
        pytest.raises(ServingError, match=f"cannot listen on 127.0.0.1:{port}.*--port"),
        running(Starlette(), port=port),
    ):
        pass


@pytest.mark.parametrize(
    ("host", "port"), [("no.such.host.invalid", 0), ("127.0.0.1", 70_000), ("203.0.113.1", 0)]
)
def test_an_address_that_is_not_ours_is_a_clear_error(host: str, port: int) -> None:
    with pytest.raises(ServingError, match="--host"), running(Starlette(), host, port):
        pass


def test_an_application_that_does_not_start_is_a_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "the disk is gone"})

    with pytest.raises(ServingError, match="did not start"), running(fails):
        pass
    with pytest.raises(ServingError, match="did not start"), listening("127.0.0.1", 0) as (bound,):
        serve(fails, bound, ready=print)
    said = capsys.readouterr()
    assert said.err.count("the disk is gone") == 2
    assert said.out == ""


def test_a_server_ends_with_its_block() -> None:
    with running(Starlette()) as address:
        assert httpx.get(address).status_code == 404
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)
