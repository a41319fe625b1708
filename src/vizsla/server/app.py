"""The application: which address is answered by what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from vizsla.library import Library
from vizsla.web import STATIC

from .admission import Admission
from .api import CUSTOM, PREFIXES, Api
from .documentation import Documentation
from .edge import middleware
from .endpoint import Rooms
from .errors import HANDLERS
from .follower import Follower, tell_superseded
from .hosts import Hosts
from .originals import Originals
from .pages import WebPages
from .thumbnails import Thumbnails

CALLED_FROM_PAGES = (*(f"{prefix}/" for prefix in (*PREFIXES, CUSTOM)), "/openapi.json")
"""Beginnings of the paths that pages of other origins may call."""


def application(
    library: Library, *, limits: str | None = None, superseded: Callable[[], None] = tell_superseded
) -> Starlette:
    """The ASGI application that serves a library, as its settings say.

    While it runs, the index follows the store, so that what others add is found within a second.

    Args:
        limits: where calls per second are counted, in place of the setting.
        superseded: called on a thread, once, when the library has another encoder than it is answered with.
    """
    settings = library.settings
    hosts = Hosts(settings.public_url)
    admission = Admission(library.keys, limits or settings.limits, anonymous=settings.anonymous)
    follower = Follower(library, admission, superseded)
    rooms = Rooms.of(library)
    api = Api(rooms, settings, admission, hosts)
    documentation = Documentation(hosts)
    pages = WebPages(rooms, hosts)
    routes: list[BaseRoute] = [
        *api.routes(),
        Route("/th", Thumbnails(library.blobs, library.searcher).get),
        Route("/content/{image_id}", Originals(library.store, settings).get),
        Route("/healthz", _healthy),
        Route("/readyz", follower.ready),
        Route("/openapi.json", documentation.openapi),
    ]
    if settings.pages:
        routes += [
            Route("/", pages.home),
            Route("/images/search", pages.search),
            Route("/images/trending", pages.trending),
            Route("/docs", documentation.page),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
    app = Starlette(
        routes=routes,
        middleware=middleware(settings, CALLED_FROM_PAGES),
        exception_handlers=HANDLERS,
        lifespan=_lifespan(follower.running),
    )
    app.state.caught_up = follower.caught_up
    app.router.redirect_slashes = False  # it would redirect to whatever the `Host` header says
    return app


async def _healthy(request: Request) -> Response:
    return PlainTextResponse("alive\n")


def _lifespan(
    running: Callable[[], AbstractContextManager[None]],
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with ExitStack() as stack:
            stack.enter_context(running())
            try:
                yield
            finally:
                await asyncio.to_thread(stack.close)  # it waits for what is being indexed

    return lifespan
