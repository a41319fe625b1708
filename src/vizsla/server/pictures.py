"""From how a caller names an image to the image, without keeping searches waiting.

Looking at pixels is work for a core, and an address of somebody else's is a wait of seconds: both have threads of their
own, and only so many may wait for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from vizsla.fetch import Fetcher, FetchError
from vizsla.search.subject import Meant, Subject, Subjects
from vizsla.wire import BodyTooLarge, InsightsToken, RateLimited

MOST_LOOKED_AT: Final = 32
"""Pictures that are looked at or wait for it: the last of them waits for about two seconds."""
MOST_FETCHED: Final = 32
"""Addresses that are fetched or wait for it; each takes a thread for seconds at the worst."""
FETCHING_THREADS: Final = 16

_Made = TypeVar("_Made")


class Lane:
    """Threads for one kind of work, with a bound on what waits for them. For one event loop."""

    def __init__(self, name: str, *, threads: int, most: int) -> None:
        self._threads = ThreadPoolExecutor(threads, name)
        self._most = most
        self._under_way = 0

    async def run(self, work: Callable[[], _Made]) -> _Made:
        """What `work` makes.

        Raises:
            RateLimited: too much waits already.
        """
        if self._under_way >= self._most:
            raise RateLimited
        self._under_way += 1
        running = asyncio.wrap_future(self._threads.submit(work))
        running.add_done_callback(self._done)  # also if the caller has gone: the thread goes on until then
        return await asyncio.shield(running)

    def _done(self, running: asyncio.Future[_Made]) -> None:
        self._under_way -= 1
        if not running.cancelled():
            running.exception()  # looked at, or asyncio complains where the caller has gone


class Pictures:
    """Finds the images that are meant.

    Args:
        max_bytes: of a picture that is fetched.
    """

    def __init__(self, subjects: Subjects, fetcher: Fetcher, *, max_bytes: int) -> None:
        self._subjects = subjects
        self._fetcher = fetcher
        self._max_bytes = max_bytes
        self._looking = Lane("vizsla-look", threads=max(1, (cpu_count() or 1) // 2), most=MOST_LOOKED_AT)
        self._fetching = Lane("vizsla-fetch", threads=FETCHING_THREADS, most=MOST_FETCHED)

    def check(self, meant: Meant) -> None:
        """Raises `BodyTooLarge` if the picture that is posted is."""
        if meant.data is not None and len(meant.data) > self._max_bytes:
            raise BodyTooLarge(self._max_bytes)

    async def find(self, meant: Meant) -> Subject:
        """The image that `Subjects.known` does not know: its pixels are looked at.

        Raises:
            InvalidRequest: there is no picture.
            RateLimited: too many others wait.
        """
        if meant.url is not None:
            meant = await self._fetching.run(lambda: self._fetched(meant))
        return await self._looking.run(lambda: self._subjects.known(meant) or self._subjects.seen(meant))

    def _fetched(self, meant: Meant) -> Meant:
        assert meant.url is not None
        try:
            fetched = self._fetcher.get(meant.url, max_bytes=self._max_bytes)
        except FetchError as error:
            if error.reason == "busy":
                raise RateLimited from error
            raise meant.invalid(meant.url, f"It cannot be fetched: {error.detail}.") from None
        return msgspec.structs.replace(meant, url=None, data=fetched.body)


def at_home(meant: Meant, bases: frozenset[str]) -> Meant:
    """An address of this server itself as the image that is there; any other as it is.

    Args:
        bases: beginnings of our addresses without their scheme, in lower case.

    Raises:
        InvalidRequest: no image has this address of ours.
    """
    if meant.url is None:
        return meant
    try:
        parts = urlsplit(meant.url)
    except ValueError:
        return meant  # whoever fetches it says what is wrong
    path = next(
        (found for base in bases if (found := _below(parts.netloc + parts.path, base)) is not None), None
    )
    if parts.scheme.lower() not in ("http", "https") or path is None:
        return meant
    given = {name.lower(): value for name, value in reversed(parse_qsl(parts.query))}
    if path == "/th" and "id" in given:
        return msgspec.structs.replace(meant, url=None, token=str(InsightsToken(thid=given["id"])))
    if path.startswith("/content/"):
        return msgspec.structs.replace(meant, url=None, image_id=path.removeprefix("/content/"))
    if path == "/images/search" and "id" in given:
        return msgspec.structs.replace(meant, url=None, image_id=given["id"])
    raise meant.invalid(meant.url, "No image has this address.")


def _below(address: str, base: str) -> str | None:
    """What follows the base in an address; `None`: it is elsewhere."""
    rest = address[len(base) :]
    return rest if address[: len(base)].lower() == base and rest[:1] in ("", "/") else None
