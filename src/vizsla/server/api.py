"""The v7 endpoints: one table, and how a request goes through it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from os import cpu_count
from typing import Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from vizsla.fetch import Fetcher, FetchRules
from vizsla.search.trending import trending_market
from vizsla.settings import Settings
from vizsla.wire import (
    encode,
    parse_circumstances,
    parse_custom_search,
    parse_details,
    parse_search,
    read_parts,
)

from .about_image import details, named_in_details, named_in_visual_search, visual_search
from .admission import Admission
from .bodies import FORM_BYTES, read_body
from .endpoint import Asked, Endpoint, Rooms
from .headers import api_response, query_pairs
from .hosts import Hosts
from .pictures import Pictures, at_home
from .searching import custom_search, search, trending
from .threads import Threads

PREFIXES: Final = ("/v7.0", "/bing/v7.0", "/v7", "/api/v7")
"""v7 reference, section 1.1: two that clients use, and two of links in answers that they follow."""
CUSTOM: Final = "/bingcustomsearch/v7.0"
COURTESY: Final = "/bing/v7.0/searchimages/search"
"""Where node-bing-api looks, whose default address lacks a slash (clients' notes, section 6)."""


def _everywhere(path: str) -> tuple[str, ...]:
    return tuple(prefix + path for prefix in PREFIXES)


ENDPOINTS: Final = (
    Endpoint((*_everywhere("/images/search"), COURTESY), ("GET",), parse_search, search),
    Endpoint(
        (*_everywhere("/images/details"), *_everywhere("/images/search/details")),
        ("GET", "POST"),
        parse_details,
        details,
        named_in_details,
    ),
    Endpoint(
        _everywhere("/images/trending"), ("GET",), parse_circumstances, trending, market=trending_market
    ),
    Endpoint(
        _everywhere("/images/visualsearch"),
        ("POST",),
        parse_circumstances,
        visual_search,
        named_in_visual_search,
    ),
    Endpoint((f"{CUSTOM}/images/search",), ("GET",), parse_custom_search, custom_search),
)

_Made = TypeVar("_Made")


class Api:
    """Answers v7 requests, on as many threads as there are cores: more would only wait for each other.

    Why so: docs/decisions/0006-serving.md. Pictures are looked at apart from that, see `Pictures`.
    """

    def __init__(self, rooms: Rooms, settings: Settings, admission: Admission, hosts: Hosts) -> None:
        self._rooms = rooms
        fetcher = Fetcher(FetchRules.of(settings))
        self._pictures = Pictures(rooms.subjects, fetcher, max_bytes=settings.max_upload_bytes)
        self._admission = admission
        self._hosts = hosts
        self._max_body = settings.max_upload_bytes + FORM_BYTES
        self._threads = Threads(cpu_count() or 1, "vizsla-search")

    def routes(self) -> list[BaseRoute]:
        """The addresses of the API."""
        return [
            Route(path, self._handler(endpoint), methods=endpoint.methods)
            for endpoint in ENDPOINTS
            for path in endpoint.paths
        ]

    def _handler(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def at_once(request: Request) -> Response:
            return await self.on_thread(lambda: self._answer(endpoint, self._asked(endpoint, request)))

        async def about_image(request: Request) -> Response:
            asked = await self.on_thread(lambda: self._asked(endpoint, request))
            body = await read_body(request, self._max_body) if request.method == "POST" else b""
            asked = await self.on_thread(lambda: self._named(endpoint, asked, body))
            if asked.subject is None:
                assert asked.meant is not None
                subject = await self._pictures.find(asked.meant)
                asked = msgspec.structs.replace(asked, subject=subject)
            return await self.on_thread(lambda: self._answer(endpoint, asked))

        return about_image if endpoint.names else at_once

    async def on_thread(self, work: Callable[[], _Made]) -> _Made:
        """What `work` makes, on a search thread."""
        return await self._threads.run(work)

    def _asked(self, endpoint: Endpoint, request: Request) -> Asked:
        """The request, let in and read as far as its address and headers go.

        Raises:
            WireError: it is refused.
        """
        self._admission.admit(request)
        parameters = endpoint.parse(query_pairs(request))
        addresses = self._hosts.addresses(request)
        absolute = "x-bingapis-sdk" in request.headers
        return Asked.of(request, parameters, addresses.absolute() if absolute else addresses)

    def _named(self, endpoint: Endpoint, asked: Asked, body: bytes) -> Asked:
        """The request with what it posts, and the image that it names if that is known without looking.

        Raises:
            InvalidRequest: it names none.
        """
        assert endpoint.names is not None
        content_type = asked.request.headers.get("content-type", "")
        asked = endpoint.names(msgspec.structs.replace(asked, parts=read_parts(content_type, body)))
        assert asked.meant is not None
        meant = at_home(asked.meant, self._hosts.homes(asked.request))
        self._pictures.check(meant)
        return msgspec.structs.replace(asked, meant=meant, subject=self._rooms.subjects.known(meant))

    def _answer(self, endpoint: Endpoint, asked: Asked) -> Response:
        answer = endpoint.answer(self._rooms, asked)
        return api_response(asked.request, encode(answer), market=endpoint.market(asked.market))
