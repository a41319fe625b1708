"""Renditions: made once, on few threads, kept within a bound, and gone with their picture."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from vizsla.blobs import Blobs
from vizsla.decode import Rendition, Thumbnail
from vizsla.server.flights import Flights
from vizsla.server.renditions import LARGEST_SHARE, TRUSTED_SECONDS, Renditions
from vizsla.wire import NotFound, RateLimited, ServerError, ThumbnailId

NAME = ThumbnailId(b"n" * 16, 474, 316)


def photo(seed: int = 1) -> bytes:
    file = BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (316, 474, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "JPEG", quality=85)
    return file.getvalue()


class Counted(Blobs):
    """Blobs that count how often they were read, and looked for."""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self.read = 0
        self.looked = 0

    def get(self, content_id: bytes) -> bytes | None:
        self.read += 1
        return super().get(content_id)

    def has(self, content_id: bytes) -> bool:
        self.looked += 1
        return super().has(content_id)


@pytest.fixture
def blobs(tmp_path: Path) -> Counted:
    made = Counted(tmp_path / "blobs")
    made.put({NAME.content_id: photo()})
    return made


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_hundred_callers_of_one_rendition_make_it_once(blobs: Counted, threads: ThreadPoolExecutor) -> None:
    renditions = Renditions(blobs, threads)

    async def call() -> list[Thumbnail]:
        return await asyncio.gather(*(renditions.get(NAME, Rendition(width=100)) for _ in range(100)))

    made = asyncio.run(call())
    assert {(one.width, one.height) for one in made} == {(100, 67)}
    assert blobs.read == 1


def test_what_was_made_is_kept(blobs: Counted, threads: ThreadPoolExecutor) -> None:
    renditions = Renditions(blobs, threads)

    async def call() -> None:
        for width in (100, 101, 100, 101):
            assert (await renditions.get(NAME, Rendition(width=width))).width == width

    asyncio.run(call())
    assert blobs.read == 2


def test_what_is_kept_does_not_wait_for_what_is_drawn(blobs: Counted, threads: ThreadPoolExecutor) -> None:
    renditions = Renditions(blobs, threads)
    gate = Event()
    threads.submit(gate.wait, 60)

    async def call() -> None:
        drawn = asyncio.create_task(renditions.get(NAME, Rendition(width=100)))
        assert (await renditions.get(NAME, Rendition())).data == photo()
        assert not drawn.done()
        gate.set()
        assert (await drawn).width == 100

    asyncio.run(call())


def test_what_was_asked_for_longest_ago_makes_room(blobs: Counted, threads: ThreadPoolExecutor) -> None:
    async def call() -> None:
        one = await Renditions(blobs, threads).get(NAME, Rendition(width=100))
        renditions = Renditions(blobs, threads, limit=(LARGEST_SHARE + 1) * len(one.data))
        for width in (*range(60, 100), 99, 60):
            await renditions.get(NAME, Rendition(width=width))

    asyncio.run(call())
    assert blobs.read == 1 + 40 + 1


def test_what_would_fill_the_bound_alone_is_not_kept(blobs: Counted, threads: ThreadPoolExecutor) -> None:
    async def call() -> None:
        renditions = Renditions(blobs, threads, limit=1000)
        for _ in range(3):
            await renditions.get(NAME, Rendition(width=100))

    asyncio.run(call())
    assert blobs.read == 3


def test_a_rendition_goes_with_its_picture(blobs: Counted, threads: ThreadPoolExecutor) -> None:
    clock = Clock()
    renditions = Renditions(blobs, threads, clock=clock)

    async def call() -> None:
        await renditions.get(NAME, Rendition(width=100))
        clock.now += TRUSTED_SECONDS
        await renditions.get(NAME, Rendition(width=100))
        await renditions.get(NAME, Rendition(width=100))
        assert (blobs.read, blobs.looked) == (1, 1)
        blobs.delete(NAME.content_id)
        clock.now += TRUSTED_SECONDS
        with pytest.raises(NotFound):
            await renditions.get(NAME, Rendition(width=100))

    asyncio.run(call())


@pytest.mark.parametrize("rendition", [Rendition(), Rendition(width=100)])
@pytest.mark.parametrize("broken", [b"", b"GIF89a", photo()[:5000], b"\xff\xd8\xff\xe0" + bytes(100)])
def test_a_damaged_thumbnail_is_one_clear_error_and_logged(
    blobs: Counted,
    threads: ThreadPoolExecutor,
    caplog: pytest.LogCaptureFixture,
    rendition: Rendition,
    broken: bytes,
) -> None:
    blobs.put({NAME.content_id: broken})
    with caplog.at_level(logging.ERROR, "vizsla"), pytest.raises(ServerError) as raised:
        asyncio.run(Renditions(blobs, threads).get(NAME, rendition))
    assert (raised.value.status, raised.value.error.sub_code) == (500, "ResourceError")
    assert str(NAME) in caplog.text
    blobs.put({NAME.content_id: photo()})
    assert asyncio.run(Renditions(blobs, threads).get(NAME, rendition)).data


def test_blobs_that_cannot_be_read_are_one_clear_error_and_logged(
    tmp_path: Path, threads: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    blobs = Blobs(tmp_path / "blobs")
    key = NAME.content_id.hex()
    place = tmp_path / "blobs" / "thumbnails" / key[:2] / key[2:4] / key
    place.parent.mkdir(parents=True)
    place.symlink_to(place)
    with caplog.at_level(logging.ERROR, "vizsla"), pytest.raises(ServerError) as raised:
        asyncio.run(Renditions(blobs, threads).get(NAME, Rendition()))
    assert raised.value.error.sub_code == "ResourceError"
    assert str(NAME) in caplog.text


def test_too_much_at_once_is_refused_instead_of_kept_waiting() -> None:
    flights: Flights[int] = Flights(3)

    async def call() -> None:
        gate = asyncio.Event()

        async def wait() -> int:
            await gate.wait()
            return 1

        flying = [asyncio.create_task(flights.join(key % 3, wait)) for key in range(9)]
        await asyncio.sleep(0)
        with pytest.raises(RateLimited):
            await flights.join("one more", wait)
        gate.set()
        assert await asyncio.gather(*flying) == [1] * 9
        assert await flights.join("one more", wait) == 1

    asyncio.run(call())


def test_who_gives_up_stops_nobody_else() -> None:
    flights: Flights[int] = Flights(3)

    async def call() -> None:
        gate = asyncio.Event()

        async def wait() -> int:
            await gate.wait()
            return 1

        impatient, patient = (asyncio.create_task(flights.join("key", wait)) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.sleep(0)
        gate.set()
        assert await patient == 1
        assert impatient.cancelled()

    asyncio.run(call())


def test_a_failure_is_told_to_all_who_wait_and_tried_again_for_the_next() -> None:
    flights: Flights[int] = Flights(3)
    tries = 0

    async def call() -> None:
        async def fail() -> int:
            nonlocal tries
            tries += 1
            await asyncio.sleep(0)
            raise NotFound("gone")

        told = await asyncio.gather(*(flights.join("key", fail) for _ in range(5)), return_exceptions=True)
        assert all(isinstance(one, NotFound) for one in told)
        assert tries == 1
        with pytest.raises(NotFound):
            await flights.join("key", fail)
        assert tries == 2

    asyncio.run(call())
