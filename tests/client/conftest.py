"""Both clients behind one face, so that every test is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest

from vizsla.client import AsyncClient, Client
from vizsla.client.calls import AnyImage
from vizsla.wire import Image, ImageInsights, ImageKnowledge, Images, PagedImages, TrendingImages

_Item = TypeVar("_Item")


class Waiting:
    """An `AsyncClient` that is waited for: asked as a `Client` is."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self._client = AsyncClient(*args, **options)

    def search(self, query: str, **filters: Any) -> Images:
        return self._runner.run(self._client.search(query, **filters))

    def pages(self, query: str, **filters: Any) -> list[Images]:
        return self._runner.run(_all(self._client.pages(query, **filters)))

    def images(self, query: str, **filters: Any) -> list[Image]:
        return self._runner.run(_all(self._client.images(query, **filters)))

    def details(self, image: AnyImage, **asked: Any) -> ImageInsights:
        return self._runner.run(self._client.details(image, **asked))

    def visual_search(self, image: AnyImage, **asked: Any) -> ImageKnowledge:
        return self._runner.run(self._client.visual_search(image, **asked))

    def similar(self, *images: AnyImage, **asked: Any) -> list[Image]:
        return self._runner.run(_all(self._client.similar(*images, **asked)))

    def similar_pages(self, *images: AnyImage, **asked: Any) -> list[PagedImages]:
        return self._runner.run(_all(self._client.similar_pages(*images, **asked)))

    def trending(self, **circumstances: Any) -> TrendingImages:
        return self._runner.run(self._client.trending(**circumstances))

    def thumbnail(self, image: Image, **size: Any) -> bytes:
        return self._runner.run(self._client.thumbnail(image, **size))

    def content(self, image: Image) -> bytes:
        return self._runner.run(self._client.content(image))

    def close(self) -> None:
        with self._runner:
            self._runner.run(self._client.aclose())


async def _all(items: AsyncIterator[_Item]) -> list[_Item]:
    return [item async for item in items]


AnyClient = Client | Waiting
Connect = Callable[..., AnyClient]


@pytest.fixture(params=[Client, Waiting], ids=["Client", "AsyncClient"])
def connect(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Makes a client, which the test's end closes. Nothing in the environment speaks for it."""
    monkeypatch.delenv("VIZSLA_ENDPOINT", raising=False)
    monkeypatch.delenv("VIZSLA_KEY", raising=False)
    with ExitStack() as stack:

        def made(*args: Any, **options: Any) -> AnyClient:
            client: AnyClient = request.param(*args, **options)
            stack.callback(client.close)
            return client

        yield made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that no server asked for are short."""
    monkeypatch.setattr("vizsla.client.http.FIRST_WAIT", 0.01)
