"""`Client` and `AsyncClient`: the same calls, waiting or not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Self, Unpack

from vizsla.wire import (
    WHOLE,
    CropArea,
    Image,
    ImageInsights,
    ImageKnowledge,
    Images,
    KnowledgeRequest,
    PagedImages,
    TrendingImages,
    decode_images,
    decode_insights,
    decode_knowledge,
    decode_trending,
)

from .calls import (
    AnyImage,
    Calls,
    Circumstances,
    SearchFilters,
    circumstances_in,
    following,
    liking,
    next_offset,
    read,
    read_bytes,
    similar_in,
    token_of,
)

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
        return read(self._http.send(self._calls.search(query, filters)), decode_images)

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

    def details(
        self,
        image: AnyImage,
        *,
        q: str = "",
        modules: Iterable[str] = ("All",),
        crop: CropArea = WHOLE,
        **circumstances: Unpack[Circumstances],
    ) -> ImageInsights:
        """What is known about a picture.

        Args:
            image: an image of an answer, the bytes or path of a file, an http address, or an insights token.
            q: the query that led there, if any.
            modules: names of `vizsla.wire.Module`.
            crop: only this region is looked at.

        Raises:
            WireError, ClientError: as `search`.
            OSError: the file cannot be read.
        """
        call = self._calls.details(image, q, modules, crop, circumstances)
        return read(self._http.send(call), decode_insights)

    def visual_search(
        self,
        image: AnyImage,
        *,
        crop: CropArea = WHOLE,
        site: str | None = None,
        **circumstances: Unpack[Circumstances],
    ) -> ImageKnowledge:
        """What is seen in a picture, and what can be done with it; arguments as of `details`.

        Args:
            site: only similar pictures of this site.
        """
        request = KnowledgeRequest(crop=crop, site=site)
        return read(
            self._http.send(self._calls.visual_search(image, request, circumstances)), decode_knowledge
        )

    def similar_pages(
        self,
        image: AnyImage,
        *more: AnyImage,
        words: str = "",
        crop: CropArea = WHOLE,
        site: str | None = None,
        **filters: Unpack[SearchFilters],
    ) -> Iterator[PagedImages]:
        """Pictures that look like these, page after page, the most similar first.

        What goes beyond one picture and a site, other servers than Vizsla ignore.

        Args:
            image: as of `details`.
            more: others; what comes is like one of them or, better, like all.
            words: what they are to be besides, such as `red`.
            crop: only this region of the first counts.
            filters: as of `search`; `count` is that of a page.

        Raises:
            WireError, ClientError, OSError: as `details`.
        """
        circumstances, rest = circumstances_in(filters)
        tokens = [self._token(one, crop if one is image else WHOLE, circumstances) for one in (image, *more)]
        kept = token_of(image) is not None
        request: KnowledgeRequest | None = liking(tokens, words, site, crop if kept else WHOLE, rest)
        while request is not None:
            call = self._calls.similar(request, circumstances)
            page = similar_in(read(self._http.send(call), decode_knowledge))
            yield page
            request = following(request, page)

    def similar(
        self,
        image: AnyImage,
        *more: AnyImage,
        words: str = "",
        limit: int | None = None,
        crop: CropArea = WHOLE,
        site: str | None = None,
        **filters: Unpack[SearchFilters],
    ) -> Iterator[Image]:
        """Pictures that look like these, the most similar first; arguments as of `similar_pages`."""
        given = 0
        for page in self.similar_pages(image, *more, words=words, crop=crop, site=site, **filters):
            for found in page.value[: None if limit is None else limit - given]:
                yield found
                given += 1
            if given == limit:
                return

    def _token(self, image: AnyImage, crop: CropArea, circumstances: Circumstances) -> str:
        """The token of a picture; one that is sent, or is at an address, gets it from the server."""
        token = token_of(image)
        if token is None:
            looked = self.visual_search(image, crop=crop, **circumstances)
            token = looked.image.image_insights_token or ""
        return token

    def trending(self, **circumstances: Unpack[Circumstances]) -> TrendingImages:
        """What people look for."""
        return read(self._http.send(self._calls.trending(circumstances)), decode_trending)

    def thumbnail(self, image: Image, *, width: int | None = None, height: int | None = None) -> bytes:
        """The bytes of the thumbnail (JPEG or PNG), fitted into `width` and `height` pixels if they are given."""
        return read_bytes(self._http.send(self._calls.thumbnail(image, width, height)))

    def content(self, image: Image) -> bytes:
        """The bytes of the image itself."""
        return read_bytes(self._http.send(self._calls.content(image)))

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
        return read(await self._http.send(self._calls.search(query, filters)), decode_images)

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

    async def details(
        self,
        image: AnyImage,
        *,
        q: str = "",
        modules: Iterable[str] = ("All",),
        crop: CropArea = WHOLE,
        **circumstances: Unpack[Circumstances],
    ) -> ImageInsights:
        call = self._calls.details(image, q, modules, crop, circumstances)
        return read(await self._http.send(call), decode_insights)

    async def visual_search(
        self,
        image: AnyImage,
        *,
        crop: CropArea = WHOLE,
        site: str | None = None,
        **circumstances: Unpack[Circumstances],
    ) -> ImageKnowledge:
        request = KnowledgeRequest(crop=crop, site=site)
        return read(
            await self._http.send(self._calls.visual_search(image, request, circumstances)), decode_knowledge
        )

    async def similar_pages(
        self,
        image: AnyImage,
        *more: AnyImage,
        words: str = "",
        crop: CropArea = WHOLE,
        site: str | None = None,
        **filters: Unpack[SearchFilters],
    ) -> AsyncIterator[PagedImages]:
        circumstances, rest = circumstances_in(filters)
        tokens = [
            await self._token(one, crop if one is image else WHOLE, circumstances) for one in (image, *more)
        ]
        kept = token_of(image) is not None
        request: KnowledgeRequest | None = liking(tokens, words, site, crop if kept else WHOLE, rest)
        while request is not None:
            call = self._calls.similar(request, circumstances)
            page = similar_in(read(await self._http.send(call), decode_knowledge))
            yield page
            request = following(request, page)

    async def similar(
        self,
        image: AnyImage,
        *more: AnyImage,
        words: str = "",
        limit: int | None = None,
        crop: CropArea = WHOLE,
        site: str | None = None,
        **filters: Unpack[SearchFilters],
    ) -> AsyncIterator[Image]:
        given = 0
        async for page in self.similar_pages(image, *more, words=words, crop=crop, site=site, **filters):
            for found in page.value[: None if limit is None else limit - given]:
                yield found
                given += 1
            if given == limit:
                return

    async def _token(self, image: AnyImage, crop: CropArea, circumstances: Circumstances) -> str:
        """The token of a picture; one that is sent, or is at an address, gets it from the server."""
        token = token_of(image)
        if token is None:
            looked = await self.visual_search(image, crop=crop, **circumstances)
            token = looked.image.image_insights_token or ""
        return token

    async def trending(self, **circumstances: Unpack[Circumstances]) -> TrendingImages:
        return read(await self._http.send(self._calls.trending(circumstances)), decode_trending)

    async def thumbnail(self, image: Image, *, width: int | None = None, height: int | None = None) -> bytes:
        return read_bytes(await self._http.send(self._calls.thumbnail(image, width, height)))

    async def content(self, image: Image) -> bytes:
        return read_bytes(await self._http.send(self._calls.content(image)))

    async def aclose(self) -> None:
        await self._http.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.aclose()
