"""Every answer of every status can be told from every other, by the caller and in the log."""

from __future__ import annotations

import logging
import re

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from vizsla.library import Library
from vizsla.server import application, running
from vizsla.settings import Settings

from .shelf import KEY, Shelf, raw_get, served_with

PATH = "/v7.0/images/search"
ID = "[0-9A-F]{32}"

ANSWERS = [
    ("GET", f"{PATH}?q=flag", 200),
    ("HEAD", f"{PATH}?q=flag", 200),
    ("OPTIONS", PATH, 204),
    ("GET", PATH, 400),
    ("GET", f"{PATH}?q=flag&count=x", 400),
    ("GET", "/nowhere", 404),
    ("HEAD", "/nowhere", 404),
    ("GET", f"{PATH}?q={'x' * 3000}", 404),
    ("POST", PATH, 405),
    ("GET", "/th?id=nothing", 404),
    ("GET", "/healthz", 200),
    ("GET", "/", 200),
    ("GET", "/images/search?q=flag", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_has_a_trace_id_and_a_client_id(
    shelf: Shelf, method: str, path: str, status: int
) -> None:
    answer = httpx.request(method, f"{shelf.address}{path}", headers={KEY: shelf.key})
    assert answer.status_code == status
    assert re.fullmatch(ID, answer.headers["BingAPIs-TraceId"])
    assert re.fullmatch(ID, answer.headers["X-MSEdge-ClientID"])


def test_names_keep_their_capitals_and_come_once(shelf: Shelf) -> None:
    for target in (b"/v7.0/images/search", b"/nowhere", b"/healthz", b"/%zz"):
        head = raw_get(shelf.address, target).partition(b"\r\n\r\n")[0]
        for name in (b"BingAPIs-TraceId: ", b"X-MSEdge-ClientID: "):
            assert head.count(name) == head.lower().count(name.lower()) == 1


def test_what_shared_caches_keep_has_nobodys_client_id(shelf: Shelf) -> None:
    for address in (shelf.thumbnail("flag.jpg"), f"{shelf.address}/content/{shelf.id_of('flag.jpg')}"):
        answer = httpx.get(address)
        assert answer.status_code == 200
        assert "X-MSEdge-ClientID" not in answer.headers
        assert "BingAPIs-TraceId" in answer.headers


def test_answers_and_errors_of_the_api_belong_to_their_caller(shelf: Shelf) -> None:
    for q in ("flag", ""):
        assert shelf.search(q).headers["Cache-Control"] == "private, max-age=0"


# The log


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "vizsla.access"]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_a_request_that_failed_is_logged_with_its_trace_id(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, method: str, path: str, status: int
) -> None:
    caplog.set_level(logging.INFO, "vizsla.access")
    answer = httpx.request(method, f"{shelf.address}{path}", headers={KEY: shelf.key})
    if status < 400:
        assert lines(caplog) == []
    else:
        (line,) = lines(caplog)
        assert line.startswith(f"{method} {path.partition('?')[0]} {status} ")
        assert f"trace {answer.headers['BingAPIs-TraceId']} " in line


def test_the_log_says_why(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "vizsla.access")
    shelf.search(license="foo")
    httpx.get(f"{shelf.address}{PATH}?q=flag")
    bad, keyless = lines(caplog)
    assert bad.endswith(" InvalidRequest ParameterInvalidValue license")
    assert keyless.endswith(" key - InvalidAuthorization AuthorizationMissing")


def test_an_owner_may_have_every_request_logged_without_keys_and_queries(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "vizsla.access")
    with served_with(shelf.library, access_log=True) as address:
        answer = httpx.get(f"{address}{PATH}?q=secret", headers={KEY: shelf.key})
    (line,) = lines(caplog)
    key = shelf.library.keys.find(shelf.key)
    assert key
    assert re.fullmatch(
        rf"GET {PATH} 200 \d+\.\d ms trace {answer.headers['BingAPIs-TraceId']} key {key.id} -", line
    )
    assert shelf.key not in caplog.text
    assert "secret" not in caplog.text


def test_nobody_can_write_lines_of_their_own_into_the_log(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "vizsla.access")
    raw_get(shelf.address, b"/x%0a200%20OK" + b"y" * 500)
    (line,) = lines(caplog)
    assert "\n" not in line
    assert len(line) < 400


# What nobody expected


async def broken(request: Request) -> Response:
    raise RuntimeError("broken")


async def teapot(request: Request) -> Response:
    raise HTTPException(418, "short and stout")


class Breaks:
    """An answer that breaks off."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        raise RuntimeError("broken")


def test_an_error_that_nobody_expected_is_told_in_the_one_shape_and_logged_once(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Library(Settings(library=shelf.library.directory)) as library:
        app = application(library)
        app.router.routes.append(Route("/v7.0/broken", broken))
        with running(app) as address:
            answer = httpx.get(f"{address}/v7.0/broken?q=secret", headers={"Origin": "https://a.example"})
            assert httpx.get(f"{address}/healthz").status_code == 200
    (error,) = answer.json()["errors"]
    assert answer.status_code == 500
    assert (error["code"], error["subCode"]) == ("ServerError", "UnexpectedError")
    assert "broken" not in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    logged = [record for record in caplog.records if record.name.startswith(("vizsla", "uvicorn"))]
    (record,) = logged
    assert record.exc_info
    assert record.getMessage() == f"GET '/v7.0/broken' failed (trace {answer.headers['BingAPIs-TraceId']})"
    assert "secret" not in record.getMessage()


def test_an_answer_that_breaks_off_breaks_the_connection_and_is_logged(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    with Library(Settings(library=shelf.library.directory)) as library:
        app = application(library)
        app.router.routes.append(Route("/breaks", Breaks()))
        with running(app) as address:
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.get(f"{address}/breaks")
            assert httpx.get(f"{address}/healthz").status_code == 200
    (record,) = (record for record in caplog.records if record.name == "vizsla")
    assert record.exc_info


def test_whatever_else_the_framework_raises_has_the_one_shape(shelf: Shelf) -> None:
    with Library(Settings(library=shelf.library.directory)) as library:
        app = application(library)
        app.router.routes.append(Route("/teapot", teapot))
        with running(app) as address:
            answer = httpx.get(f"{address}/teapot")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"], error["moreDetails"]) == (
        400,
        "InvalidRequest",
        "short and stout",
    )
