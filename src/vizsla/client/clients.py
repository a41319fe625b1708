"""`Client` and `AsyncClient`: the same calls, waiting or not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Self, Unpack

import httpx

from vizsla.wire import Image, Images

from .calls import (
    Calls,
    SearchFilters,
    next_offset,
    pause,
    read_bytes,
    read_images,
    settled,
    thumbnail_url,
)

TIMEOUT = 30.0
"""Seconds without a sign of the server."""

RETRIES = 3
"""How often a call is repeated that failed for a moment."""


class Client:
    """Searches a v7 endpoint.

    Args:
        endpoint: base address of the server; default `VIZSLA_ENDPOINT`, else `http://127.0.0.1:8000`.
        key: subscription key; default `VIZSLA_KEY`.
        timeout: seconds.
        retries: how often a call is repeated after 429, 502, 503, 504 or a broken connection. `Retry-After` is
            honoured, up to 30 seconds.
        transport: how requests travel; for proxies and tests.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        key: str | None = None,
        *,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._calls = Calls(endpoint, key, timeout)
        self._retries = retries
        self._http = httpx.Client(transport=transport)

    def search(self, query: str, **filters: Unpack[SearchFilters]) -> Images:
        """One page of results, at most 150.

        Raises:
            WireError: the server refused; its subclass says why.
            ClientError: there is no usable answer.
        """
        return read_images(self._send(self._calls.search(query, filters)))

    def pages(self, query: str, **filters: Unpack[SearchFilters]) -> Iterator[Images]:
        """All pages of results, each beginning where the one before says."""
        offset: int | None = filters.get("offset", 0)
        while offset is not None:
            filters["offset"] = offset
            page = self.search(query, **filters)
            yield page
            offset = next_offset(page, offset)

    def images(
        self, query: str, *, limit: int | None = None, **filters: Unpack[SearchFilters]
    ) -> Iterator[Image]:
        """All results, page after page; at most `limit`."""
        given = 0
        for page in self.pages(query, **filters):
            for image in page.value[: None if limit is None else limit - given]:
                yield image
                given += 1
            if given == limit:
                return

    def thumbnail(self, image: Image, *, width: int | None = None, height: int | None = None) -> bytes:
        """The bytes of the thumbnail (JPEG or PNG), fitted into `width` and `height` pixels if they are given."""
        request = self._calls.download(thumbnail_url(image, width, height))
        return read_bytes(self._send(request, follow_redirects=True))

    def content(self, image: Image) -> bytes:
        """The bytes of the image itself."""
        return read_bytes(self._send(self._calls.download(image.content_url), follow_redirects=True))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _send(self, request: httpx.Request, *, follow_redirects: bool = False) -> httpx.Response:
        for attempt in count(1):
            outcome = self._try(request, follow_redirects)
            wait = pause(attempt, outcome) if attempt <= self._retries else None
            if wait is None:
                break
            time.sleep(wait)
        return settled(outcome, request)

    def _try(self, request: httpx.Request, follow_redirects: bool) -> httpx.Response | httpx.TransportError:
        try:
            return self._http.send(request, follow_redirects=follow_redirects)
        except httpx.TransportError as error:
            return error


class AsyncClient:
    """`Client` for asyncio."""

    def __init__(
        self,
        endpoint: str | None = None,
        key: str | None = None,
        *,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._calls = Calls(endpoint, key, timeout)
        self._retries = retries
        self._http = httpx.AsyncClient(transport=transport)

    async def search(self, query: str, **filters: Unpack[SearchFilters]) -> Images:
        return read_images(await self._send(self._calls.search(query, filters)))

    async def pages(self, query: str, **filters: Unpack[SearchFilters]) -> AsyncIterator[Images]:
        offset: int | None = filters.get("offset", 0)
        while offset is not None:
            filters["offset"] = offset
            page = await self.search(query, **filters)
            yield page
            offset = next_offset(page, offset)

    async def images(
        self, query: str, *, limit: int | None = None, **filters: Unpack[SearchFilters]
    ) -> AsyncIterator[Image]:
        given = 0
        async for page in self.pages(query, **filters):
            for image in page.value[: None if limit is None else limit - given]:
                yield image
                given += 1
            if given == limit:
                return

    async def thumbnail(self, image: Image, *, width: int | None = None, height: int | None = None) -> bytes:
        request = self._calls.download(thumbnail_url(image, width, height))
        return read_bytes(await self._send(request, follow_redirects=True))

    async def content(self, image: Image) -> bytes:
        return read_bytes(await self._send(self._calls.download(image.content_url), follow_redirects=True))

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.aclose()

    async def _send(self, request: httpx.Request, *, follow_redirects: bool = False) -> httpx.Response:
        for attempt in count(1):
            outcome = await self._try(request, follow_redirects)
            wait = pause(attempt, outcome) if attempt <= self._retries else None
            if wait is None:
                break
            await asyncio.sleep(wait)
        return settled(outcome, request)

    async def _try(
        self, request: httpx.Request, follow_redirects: bool
    ) -> httpx.Response | httpx.TransportError:
        try:
            return await self._http.send(request, follow_redirects=follow_redirects)
        except httpx.TransportError as error:
            return error
