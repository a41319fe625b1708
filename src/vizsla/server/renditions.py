"""Renditions of thumbnails: made on demand, once, on few threads, and kept within a bound."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final, NamedTuple, TypeVar

from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool

from vizsla.blobs import BlobError, Blobs
from vizsla.decode import DecodeError, Rendition, Thumbnail, as_kept, resize
from vizsla.wire import NotFound, ServerError, ThumbnailId

from .flights import Flights

log = logging.getLogger("vizsla")

_Told = TypeVar("_Told")
_AS_KEPT: Final = Rendition()

CACHE_BYTES: Final = 8_000_000
"""About three hundred thumbnails as they are kept, or eight hundred small ones: what the pages of a busy hour show,
for a small part of the server's memory."""
LARGEST_SHARE: Final = 16
"""A rendition that takes more than this part of the cache is not kept: it would drive out dozens."""
TRUSTED_SECONDS: Final = 10.0
"""How long a kept rendition is given away without a look whether its picture is still in the library."""
MOST_WAITING: Final = 1_000
"""Renditions under way; at a few milliseconds each, who comes later would wait for seconds."""


class _Kept(NamedTuple):
    made: Thumbnail
    seen: float
    """When its picture was last known to be in the library."""


class Renditions:
    """Gives thumbnails away as they are wanted. For one event loop.

    Args:
        threads: where pictures are resized; reading what is kept waits elsewhere.
        clock: seconds.
    """

    def __init__(
        self,
        blobs: Blobs,
        threads: Executor,
        *,
        limit: int = CACHE_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._blobs = blobs
        self._threads = threads
        self._limit = limit
        self._clock = clock
        self._reading: Flights[Thumbnail] = Flights(MOST_WAITING)
        self._drawing: Flights[Thumbnail] = Flights(MOST_WAITING)
        self._cache: OrderedDict[tuple[ThumbnailId, Rendition], _Kept] = OrderedDict()
        self._bytes = 0

    async def get(self, name: ThumbnailId, rendition: Rendition) -> Thumbnail:
        """The rendition of what was kept for that id.

        Raises:
            NotFound: there is no such thumbnail, or not any more.
            RateLimited: too many are under way.
            ServerError: what was kept is damaged or cannot be read; the log says more.
        """
        key = name, rendition
        kept = self._cache.get(key)
        if kept and self._clock() - kept.seen < TRUSTED_SECONDS:
            self._cache.move_to_end(key)
            return kept.made
        flights = self._reading if rendition == _AS_KEPT else self._drawing
        return await flights.join(key, lambda: self._make(*key) if kept is None else self._renew(*key))

    async def _make(self, name: ThumbnailId, rendition: Rendition) -> Thumbnail:
        wanted = in_own_size(name, rendition)
        try:
            data, made = await self._asked(lambda content_id: self._read(content_id, wanted), name)
            if made is None:
                made = await asyncio.get_running_loop().run_in_executor(self._threads, resize, data, wanted)
        except DecodeError as error:
            log.error("the thumbnail %s cannot be shown: %s", name, error)
            raise ServerError("ResourceError", more_details="The thumbnail is damaged.") from error
        self._keep((name, rendition), made)
        return made

    def _read(self, content_id: bytes, wanted: Rendition) -> tuple[bytes, Thumbnail | None]:
        """What is kept, and the rendition if it is that: such a one does not wait for those that are drawn."""
        data = self._blobs.get(content_id)
        if data is None:
            raise NotFound("There is no such thumbnail.")
        return data, as_kept(data, wanted)

    async def _renew(self, name: ThumbnailId, rendition: Rendition) -> Thumbnail:
        """What is kept, if its picture was not removed since."""
        there = await self._asked(self._blobs.has, name)
        kept = self._drop((name, rendition))
        if kept is None or not there:
            return await self._make(name, rendition)
        self._keep((name, rendition), kept)
        return kept

    async def _asked(self, ask: Callable[[bytes], _Told], name: ThumbnailId) -> _Told:
        try:
            return await run_in_threadpool(ask, name.content_id)
        except BlobError as error:
            log.error("the thumbnail %s: %s", name, error)
            raise ServerError("ResourceError", more_details="The thumbnails cannot be read.") from error

    def _keep(self, key: tuple[ThumbnailId, Rendition], made: Thumbnail) -> None:
        if len(made.data) > self._limit // LARGEST_SHARE:
            return
        self._drop(key)
        self._cache[key] = _Kept(made, self._clock())
        self._bytes += len(made.data)
        while self._bytes > self._limit:
            self._drop(next(iter(self._cache)))

    def _drop(self, key: tuple[ThumbnailId, Rendition]) -> Thumbnail | None:
        kept = self._cache.pop(key, None)
        if kept is None:
            return None
        self._bytes -= len(kept.made.data)
        return kept.made


def in_own_size(name: ThumbnailId, rendition: Rendition) -> Rendition:
    """With the size that the id says, if no other is asked for: at most the kept one's, and as it is if they agree."""
    if rendition.width is not None or rendition.height is not None:
        return rendition
    return replace(rendition, width=name.width, height=name.height, pad=False, pixel_ratio=1.0)
