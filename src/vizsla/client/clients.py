"""`Client` and `AsyncClient`: the same calls, waiting or not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Self, Unpack

from vizsla.wire import Image, Images

from .calls import Calls, SearchFilters, next_offset, read_bytes, read_images

if TYPE_CHECKING:
    import httpx

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
        from .http import Http

        self._calls = Calls(endpoint, key)
        self._http = Http(timeout, retries, transport)

    def search(self, query: str, **filters: Unpack[SearchFilters]) -> Images:
        """One page of results, at most 150.

        Raises:
            WireError: the server refused; its subclass says why.
            ClientError: there is no usable answer.
        """
        return read_images(self._http.get(self._calls.search(query, filters)))

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
        return read_bytes(self._http.get(self._calls.thumbnail(image, width, height)))

    def content(self, image: Image) -> bytes:
        """The bytes of the image itself."""
        return read_bytes(self._http.get(self._calls.content(image)))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


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
        from .http import AsyncHttp

        self._calls = Calls(endpoint, key)
        self._http = AsyncHttp(timeout, retries, transport)

    async def search(self, query: str, **filters: Unpack[SearchFilters]) -> Images:
        return read_images(await self._http.get(self._calls.search(query, filters)))

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
        return read_bytes(await self._http.get(self._calls.thumbnail(image, width, height)))

    async def content(self, image: Image) -> bytes:
        return read_bytes(await self._http.get(self._calls.content(image)))

    async def aclose(self) -> None:
        await self._http.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.aclose()
