"""Trending images: what people look for, by category, each with a picture (v7 reference, section 9)."""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec
import numpy as np

from vizsla.engines.seam import Engine, Plan
from vizsla.records import ImageRecord
from vizsla.state import Queries
from vizsla.state.asking import normal
from vizsla.store import Store, Stored
from vizsla.wire import (
    DEFAULT_MARKET,
    MARKETS,
    TRENDING_MARKETS,
    MediaSize,
    Query,
    SafeSearch,
    SearchParameters,
    ThumbnailId,
    TileImage,
    TrendingCategory,
    TrendingImages,
    TrendingTile,
)

from .addresses import Addresses
from .filters import filters_of
from .kinds import TITLES, kind_of
from .searcher import Searcher

TILES = 9
"""Tiles in a category, as in published examples."""

CANDIDATES = 80
"""Popular queries that are searched, about as many as there are tiles in all categories; more would cost time and
rarely be shown."""

BEST = 12
"""Hits of a query among which its picture is looked for: the best may stand in another tile already."""

NEWEST = 300
"""Newest images from which categories are filled that nobody has searched for: enough to choose varied ones."""

LONGEST = 60
"""Letters of a title that still is a query."""

KEPT_SECONDS = 30.0
"""How long tiles are shown before they are chosen anew: choosing takes as long as `CANDIDATES` searches, which is then
little beside what a server answers meanwhile, and half a minute is no time for what is popular."""

_LETTERS = re.compile(r"[^\W\d_]{2}")


class Tile(msgspec.Struct, frozen=True):
    """A query and the image that stands for it."""

    text: str
    record: ImageRecord


_Tiles = dict[str, list[Tile]]
"""By title of the category."""


class Trending:
    """Chooses trending images of one library, and keeps them for a while. Safe to call from several threads.

    Args:
        queries: what is popular.
        strict_markets: where `safeSearch` is always `Strict`.
    """

    def __init__(
        self,
        searcher: Searcher,
        store: Store,
        engine: Engine,
        queries: Queries,
        strict_markets: Collection[str] = (),
    ) -> None:
        self._searcher = searcher
        self._store = store
        self._engine = engine
        self._queries = queries
        self._strict_markets = frozenset(strict_markets)
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, SafeSearch], tuple[float, _Tiles]] = {}

    def images(self, market: str, safe_search: SafeSearch, addresses: Addresses) -> TrendingImages:
        """The v7 answer for a market, which is read as `trending_market` does. Categories without tiles are left out."""
        safe = SafeSearch.STRICT if market in self._strict_markets else safe_search
        tiles = self._tiles(trending_market(market), safe)
        return trending_of(tiles, addresses)

    def _tiles(self, market: str, safe: SafeSearch) -> _Tiles:
        """Those that are kept, if they are not too old, or somebody is choosing new ones just now."""
        until, kept = self._kept.get((market, safe), (0.0, {}))
        if time.monotonic() < until or not self._lock.acquire(blocking=not kept):
            return kept
        try:
            until, kept = self._kept.get((market, safe), (0.0, {}))
            if time.monotonic() >= until:
                kept = _Choice(self._searcher, self._store, self._engine, safe).of(self._popular(market))
                if kept:  # to see that there is nothing takes no time, and what is added next is to be shown
                    self._kept[market, safe] = (time.monotonic() + KEPT_SECONDS, kept)
            return kept
        finally:
            self._lock.release()

    def _popular(self, market: str) -> list[str]:
        """Popular texts, those of the market first."""
        asked = (*self._queries.popular(market, CANDIDATES), *self._queries.popular(None, CANDIDATES))
        return list(dict.fromkeys(one.text for one in asked))[:CANDIDATES]


def trending_market(market: str) -> str:
    """The market whose trending images answer another: itself, one of its language, else the default."""
    if market in TRENDING_MARKETS:
        return market
    language = market.partition("-")[0]
    return next(
        (code for code in MARKETS if code in TRENDING_MARKETS and code.startswith(f"{language}-")),
        DEFAULT_MARKET,
    )


class _Choice:
    """Choosing tiles once: no picture twice, no text twice, at most `TILES` of a kind."""

    def __init__(self, searcher: Searcher, store: Store, engine: Engine, safe: SafeSearch) -> None:
        self._searcher = searcher
        self._store = store
        self._engine = engine
        self._safe = safe
        self._tiles: defaultdict[str, list[Tile]] = defaultdict(list)
        self._texts: set[str] = set()
        self._groups: set[bytes] = set()

    def of(self, popular: Iterable[str]) -> _Tiles:
        for text in popular:
            self._represent(text)
        self._fill()
        return {title: self._tiles[title] for title in TITLES if self._tiles[title]}

    def _represent(self, text: str) -> None:
        """A tile for a popular text, with the best picture that is not in another."""
        parameters = SearchParameters(q=text, count=BEST, safe_search=self._safe)
        numbers = self._engine.search(self._searcher.plan(parameters)).numbers
        for stored in self._store.records(numbers):
            if stored.record.group not in self._groups:
                self._place(text, stored.record)
                return

    def _fill(self) -> None:
        """Tiles of what is newest and most varied, in what is left of the categories."""
        filters = filters_of(SearchParameters(q="", safe_search=self._safe), int(time.time()))
        newest = self._store.records(self._engine.search(Plan(filters=filters, limit=NEWEST)).numbers)
        kinds: defaultdict[str, list[Stored]] = defaultdict(list)
        for stored in newest:
            if text := next(texts_of(stored.record), None):
                kinds[kind_of(text, stored.record)].append(stored)
        for title, candidates in kinds.items():
            if len(self._tiles[title]) < TILES:
                self._fill_kind(candidates)

    def _fill_kind(self, candidates: list[Stored]) -> None:
        for stored in varied(self._store, candidates, 2 * TILES):
            free = (text for text in texts_of(stored.record) if text not in self._texts)
            if stored.record.group not in self._groups and (text := next(free, None)):
                self._place(text, stored.record)

    def _place(self, text: str, record: ImageRecord) -> None:
        tiles = self._tiles[kind_of(text, record)]
        if len(tiles) < TILES:
            tiles.append(Tile(text, record))
            self._texts.add(text)
            self._groups.add(record.group)


def texts_of(record: ImageRecord) -> Iterator[str]:
    """Queries that find an image, because its words are theirs: the most telling first."""
    title = (record.title,) if len(record.title) <= LONGEST else ()
    short = title if len(record.title.split()) <= 3 else ()
    names = (record.names,) if len(record.names) <= LONGEST else ()
    for text in dict.fromkeys((*short, *record.tags, *title, *names)):
        if _LETTERS.search(text) and (kept := normal(text)):
            yield kept


def varied(store: Store, candidates: Sequence[Stored], limit: int) -> list[Stored]:
    """The first, and then each time the one that is farthest from all that were chosen (Gonzalez, "Clustering to
    Minimize the Maximum Intercluster Distance", 1985)."""
    if len(candidates) <= limit:
        return list(candidates)
    vectors = [store.vector(stored.number) for stored in candidates]
    known = next((vector for vector in vectors if vector is not None), None)
    if known is None:
        return list(candidates[:limit])
    matrix = np.stack([np.zeros_like(known) if vector is None else vector for vector in vectors])
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    chosen, likeness = [0], matrix @ matrix[0]
    while len(chosen) < limit:
        likeness[chosen] = np.inf
        chosen.append(int(np.argmin(likeness)))
        likeness = np.maximum(likeness, matrix @ matrix[chosen[-1]])
    return [candidates[number] for number in chosen]


def trending_of(tiles: _Tiles, addresses: Addresses) -> TrendingImages:
    """Tiles as the v7 answer."""
    return TrendingImages(
        categories=[
            TrendingCategory(title=title, tiles=[_tile(tile, addresses) for tile in row])
            for title, row in tiles.items()
        ]
    )


def _tile(tile: Tile, addresses: Addresses) -> TrendingTile:
    text, record = tile.text, tile.record
    width, height = record.thumbnail_width, record.thumbnail_height
    page = f"{addresses.results(text, 'ISTRTH')}&id={record.image_id}"
    return TrendingTile(
        query=Query(text=text, display_text=text, web_search_url=page),
        image=TileImage(
            thumbnail_url=addresses.thumbnail(str(ThumbnailId(record.content_id, width, height))),
            content_url=addresses.content(record),
            thumbnail=MediaSize(width=width, height=height),
            image_id=record.image_id,
            width=record.width,
            height=record.height,
        ),
    )
