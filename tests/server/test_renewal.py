"""A served library that gets another encoder is opened anew behind the answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import msgspec
import pytest

from encoders.towers import make_model
from vizsla.library import Library, descriptor
from vizsla.server import renewal, running
from vizsla.server.renewal import Renewing
from vizsla.settings import Settings

from .shelf import add, fill

PATIENCE = 30


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a library of a few pictures."""
    fill(tmp_path / "photos")
    settings = Settings(library=tmp_path / "library", anonymous=True)
    with Library(settings) as library:
        add(library, tmp_path / "photos")
    return settings


@contextmanager
def served(settings: Settings) -> Iterator[Callable[[], list[str]]]:
    """The names that a search of a server finds, which renews itself while the block runs."""
    with running(Renewing(Library(settings))) as address, httpx.Client(timeout=PATIENCE) as http:

        def found() -> list[str]:
            answer = http.get(f"{address}/v7.0/images/search", params={"q": "flag OR drawn"})
            assert answer.status_code == 200
            return sorted(image["name"] for image in answer.json()["value"])

        yield found


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_each_encoder_in_turn_answers_and_what_is_added_is_seen_by_the_last(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def taken_over(times: int) -> bool:
        return caplog.text.count("is searched with it") == times

    caplog.set_level("INFO", "vizsla")
    before = set(threading.enumerate())
    tiny = str(make_model(tmp_path / "tiny"))
    with served(settings) as found:
        for turn, model in enumerate((tiny, "bundled", tiny), 1):
            with Library(msgspec.structs.replace(settings, encoder=model)) as other:
                other.reencoding().run()
            until(partial(taken_over, turn))
            assert found() == ["Drawn ball", "Striped flag"]
        until(
            lambda: sum(path.is_dir() for path in settings.library.glob("index*")) == 1
        )  # the others are swept
        with Library(settings) as other:
            other.remove(str(tmp_path / "photos" / "ball.svg"))
        until(lambda: found() == ["Striped flag"])
    assert "ERROR" not in caplog.text
    assert {thread for thread in threading.enumerate() if thread.name == "vizsla-follower"} <= before


def test_an_encoder_that_cannot_be_opened_leaves_the_former_answering_until_it_can(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "RETRY_SECONDS", 0.1)
    caplog.set_level("INFO", "vizsla")
    with served(settings) as found:
        before = descriptor.read(settings.library)
        unknown = msgspec.structs.replace(before.encoder, name="gone", digest="0" * 64, space="0" * 16)
        descriptor.replace(settings.library, msgspec.structs.replace(before, encoder=unknown))
        until(lambda: "which cannot be used here" in caplog.text)
        assert "made with the encoder gone, which is not here" in caplog.text
        assert found() == ["Drawn ball", "Striped flag"]
        descriptor.replace(settings.library, before)
        until(lambda: "is searched with it" in caplog.text)
        assert found() == ["Drawn ball", "Striped flag"]
