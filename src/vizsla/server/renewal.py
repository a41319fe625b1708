"""A served library that gets another encoder is opened anew behind the answers, and then takes over."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from vizsla.library import Library
from vizsla.settings import Settings

from .app import application
from .run import GRACE_SECONDS

log = logging.getLogger("vizsla")

READY_SECONDS = 30.0
"""For what opens anew to be ready, as `/readyz` tells it; it is by then, unless the machine does other things."""

LOOK_SECONDS = 0.05
"""Between looks whether requests that run have been answered."""

SWEEP_SECONDS = 2.0
"""Until what the former encoder needed is removed, if nobody holds its index: another process of the same server that still
answers from it has taken the index over by then."""


class _Answering:
    """A library, the application that answers from it, and how many requests it is answering."""

    def __init__(self, library: Library, app: Starlette) -> None:
        self.library = library
        self.app = app
        self.requests = 0
        self._life = AsyncExitStack()

    async def begin(self) -> None:
        await self._life.enter_async_context(self.app.router.lifespan_context(self.app))

    async def end(self) -> None:
        """Wait until what runs has been answered, for a while, then close everything."""
        deadline = time.monotonic() + GRACE_SECONDS
        while self.requests and time.monotonic() < deadline:
            await asyncio.sleep(LOOK_SECONDS)
        await self._life.aclose()
        await asyncio.to_thread(self.library.close)


class Renewing:
    """The ASGI application that `vizsla serve` runs: `application`, of the library as it is now.

    Requests are answered with the former encoder until everything is open for the new one; none waits, none fails. If
    that cannot be opened here, the log says why, and the former one goes on.

    Args:
        library: what answers first; closed when another takes its place, or the server ends.
        limits: as for `application`.
    """

    def __init__(self, library: Library, *, limits: str | None = None) -> None:
        self._limits = limits
        self._life = Router(lifespan=self._living)
        self._renewal: asyncio.Task[None] | None = None
        self._former: _Answering | None = None
        self._now = self._answering(library)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._life.lifespan(scope, receive, send)
            return
        now = self._now
        now.requests += 1
        try:
            await now.app(scope, receive, send)
        finally:
            now.requests -= 1

    def _answering(self, library: Library) -> _Answering:
        return _Answering(library, application(library, limits=self._limits, superseded=self._superseded))

    @asynccontextmanager
    async def _living(self, app: object) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        await self._now.begin()
        try:
            yield
        finally:
            if self._renewal is not None:
                self._renewal.cancel()
                await asyncio.wait([self._renewal])
            if self._former is not None:
                await self._former.end()
            await self._now.end()

    def _superseded(self) -> None:
        """Called on the thread that follows the library."""
        self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        self._renewal = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            coming = self._answering(await asyncio.to_thread(_opened, self._now.library.settings))
            await coming.begin()
            await asyncio.to_thread(coming.app.state.caught_up.wait, READY_SECONDS)
        except Exception:
            log.exception(
                "the library has another encoder now, which cannot be used here; searches go on with the old vectors, and "
                "what is added is found by its words: mend what is told below, then restart the server"
            )
            return
        self._former, self._now = self._now, coming
        log.info("the library has another encoder now, and is searched with it")
        await self._former.end()
        self._former = None
        await asyncio.sleep(SWEEP_SECONDS)
        await asyncio.to_thread(coming.library.sweep)


def _opened(settings: Settings) -> Library:
    """The library as it is now, with all open that searches need."""
    library = Library(settings)
    try:
        _ = library.encoder
        library.index()
        library.searcher.refresh()
    except BaseException:
        library.close()
        raise
    return library
