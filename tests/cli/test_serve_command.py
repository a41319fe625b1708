from __future__ import annotations

import re
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from library.pictures import make
from vizsla.library import Library
from vizsla.settings import Settings
from vizsla.wire import Images, decode_images

from .command import TIMEOUT, Call, error_of, serving, succeed

WITHIN = 5.0
"""Seconds from being acknowledged to being found: the promise is one, on a machine that does not run tests."""


def search(address: str, query: str = "picture", **headers: str) -> Images:
    response = httpx.get(f"{address}/v7.0/images/search", params={"q": query}, headers=headers)
    response.raise_for_status()
    return decode_images(response.content)


def names(answer: Images) -> set[str]:
    return {image.name for image in answer.value}


def test_a_server_answers_with_a_key_and_says_at_the_start_if_there_is_none(
    library: Path, call: Call
) -> None:
    with serving(library) as (address, process):
        assert httpx.get(f"{address}/v7.0/images/search?q=picture").status_code == 401
        key = call("keys", "create", "--library", library).stdout.strip()
        assert len(search(address, **{"Ocp-Apim-Subscription-Key": key}).value) == 4
        process.terminate()
        _, said = process.communicate(timeout=TIMEOUT)
    assert said.startswith("there is no key yet, and the API answers only with one: `vizsla keys create`")


def test_an_anonymous_server_answers_without_a_key(shared_library: Path) -> None:
    with serving(shared_library, "--anonymous") as (address, _):
        assert len(search(address).value) == 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_well_when_told_also_with_connections_open(
    shared_library: Path, number: signal.Signals
) -> None:
    with serving(shared_library, "--anonymous") as (address, process), httpx.Client() as client:
        assert client.get(f"{address}/healthz").status_code == 200
        with socket.create_connection(("127.0.0.1", httpx.URL(address).port or 0)) as half_sent:
            half_sent.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            process.send_signal(number)
            _, said = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, said) == (0, "")
    with Library(Settings(library=shared_library)) as opened:
        assert opened.index(), "the index is still locked"


def test_a_taken_port_is_told(shared_library: Path, call: Call) -> None:
    with serving(shared_library, "--anonymous") as (address, _):
        port = address.rpartition(":")[2]
        code, message = error_of(call("serve", "--library", shared_library, "--anonymous", "--port", port))
    assert code == 1
    assert re.match(
        rf"vizsla: cannot listen on 127\.0\.0\.1:{port}: .*; choose another with --host and --port", message
    )


@pytest.mark.parametrize("options", [["--port", "70000"], ["--port", "http"], ["--public-url", "pictures"]])
def test_wrong_options_are_wrong_usage(shared_library: Path, call: Call, options: list[str]) -> None:
    assert error_of(call("serve", "--library", shared_library, *options)).code == 2


def test_there_is_nothing_to_serve_without_a_library(library_directory: Path, call: Call) -> None:
    code, message = error_of(call("serve", "--library", library_directory, "--port", "0"))
    assert (code, "there is no library in" in message) == (1, True)
    assert not library_directory.exists()


def test_addresses_in_answers_begin_with_the_public_url(shared_library: Path) -> None:
    with serving(shared_library, "--anonymous", "--public-url", "https://pictures.example/search/") as (
        address,
        _,
    ):
        image = search(address).value[0]
    ours = (image.thumbnail_url, image.content_url, image.web_search_url)
    assert all(url.startswith("https://pictures.example/search/") for url in ours), ours


def test_what_another_process_adds_and_removes_soon_shows_on_every_server(
    library: Path, photos: Path, call: Call
) -> None:
    with serving(library, "--anonymous") as (one, _), serving(library, "--anonymous") as (two, _):
        assert names(search(one)) == names(search(two))
        make(photos / "zeppelin.png", 77)
        succeed("add", photos, "--library", library)
        acknowledged = time.monotonic()
        for address in (one, two):
            while "zeppelin" not in names(search(address, "zeppelin")):
                assert time.monotonic() < acknowledged + WITHIN, address
        assert call("check", "--library", library).stdout == "5 pictures checked, 0 problems\n"
        succeed("remove", photos / "zeppelin.png", "--library", library)
        acknowledged = time.monotonic()
        for address in (one, two):
            while "zeppelin" in names(search(address, "zeppelin")):
                assert time.monotonic() < acknowledged + WITHIN, address


def test_when_one_server_is_killed_another_goes_on_with_the_index(library: Path, photos: Path) -> None:
    with serving(library, "--anonymous") as (_, first), serving(library, "--anonymous") as (address, _):
        first.kill()
        first.wait(TIMEOUT)
        make(photos / "zeppelin.png", 77)
        succeed("add", photos, "--library", library)
        deadline = time.monotonic() + TIMEOUT
        while "zeppelin" not in names(search(address, "zeppelin")):
            assert time.monotonic() < deadline
