"""A served library that gets another encoder is opened anew behind the answers, and then takes over."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from vizsla.library import Library

from .app import application
from .run import GRACE_SECONDS

log = logging.getLogger("vizsla")

READY_SECONDS = 10.0
"""For what opens anew to be ready, as `/readyz` tells it; it is by then, unless the machine does other things."""

RETRY_SECONDS = 60.0
"""Until what could not be opened is tried again: a database may have been locked, or a disk full."""

LOOK_SECONDS = 0.05
"""Between looks whether what is waited for has come."""

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
        await _until(lambda: not self.requests, GRACE_SECONDS)
        await self._life.aclose()
        await asyncio.to_thread(self.library.close)


class Renewing:
    """The ASGI application that `vizsla serve` runs: `application`, of the library as it is now.

    Requests are answered with the former encoder until everything is open for the new one; none waits, none fails. While
    that cannot be opened here, the log says why, and the former one goes on.

    Args:
        library: what answers first; closed when another takes its place, or the server ends.
        limits: as for `application`.
    """

    def __init__(self, library: Library, *, limits: str | None = None) -> None:
        self._limits = limits
        self._life = Router(lifespan=self._living)
        self._ending = asyncio.Event()
        self._wanted = self._failing = False
        self._renewal: asyncio.Task[None] | None = None
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
        self._renewal = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            self._ending.set()
            await self._renewal  # what it is doing is soon done; broken off, it would leave a library open
            await self._now.end()

    def _superseded(self) -> None:
        """Called on the thread that follows the library."""
        self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        self._wanted = True
        if self._renewal is not None and self._renewal.done() and not self._ending.is_set():
            self._renewal = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        """Open the library anew as often as that is wanted, then remove what former encoders needed."""
        while not self._ending.is_set():
            while self._wanted and not self._ending.is_set():
                self._wanted = False
                if not await self._take_over():
                    self._wanted = True
                    await self._pause(RETRY_SECONDS)
            await self._pause(SWEEP_SECONDS)
            if not self._wanted and not self._ending.is_set():
                await asyncio.to_thread(self._sweep)
            if not self._wanted:
                return

    async def _take_over(self) -> bool:
        """Have the library as it is now answer, unless it cannot be opened."""
        try:
            coming = await asyncio.to_thread(self._opened)
        except Exception as error:
            log.error(
                "the library has another encoder now, which cannot be used here; searches go on with the old vectors, and "
                "what is added is found by its words, until this is mended, which is tried again: %s",
                error,
                exc_info=not self._failing,
            )
            self._failing = True
            return False
        self._failing = False
        await coming.begin()
        await _until(coming.app.state.caught_up.is_set, READY_SECONDS)
        former, self._now = self._now, coming
        log.info("the library has another encoder now, and is searched with it")
        await former.end()
        return True

    def _opened(self) -> _Answering:
        """The library as it is now, with all open that searches need."""
        library = Library(self._now.library.settings)
        try:
            _ = library.encoder
            library.index()
            library.searcher.refresh()
            return self._answering(library)
        except BaseException:
            library.close()
            raise

    def _sweep(self) -> None:
        try:
            self._now.library.sweep()
        except Exception:
            log.exception("what is left of former encoders could not be removed")

    async def _pause(self, seconds: float) -> None:
        """Wait, but not while the server ends."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)


async def _until(true: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so, but not longer."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        await asyncio.sleep(LOOK_SECONDS)
