"""What an endpoint of the API is: a way to read a request, and a way to answer it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Self

import msgspec
from starlette.requests import Request

from vizsla.library import Library
from vizsla.search import Addresses, Searcher
from vizsla.search.insights import Circle
from vizsla.search.subject import Meant, Subject, Subjects
from vizsla.search.trending import Trending
from vizsla.state import Queries, Subsets
from vizsla.wire import KnowledgeRequest, Location, Part, market_for, parse_location
from vizsla.wire.base import Answer

Pairs = list[tuple[str, str]]


class Rooms(NamedTuple):
    """What endpoints answer from."""

    searcher: Searcher
    circle: Circle
    trending: Trending
    queries: Queries
    subsets: Subsets
    subjects: Subjects
    strict_markets: frozenset[str] = frozenset()
    """Where `safeSearch` is always `Strict`."""

    @classmethod
    def of(cls, library: Library) -> Self:
        searcher, store, queries = library.searcher, library.store, library.queries
        engine, strict_markets = library.indexer.engine, frozenset(library.settings.strict_markets)
        return cls(
            searcher,
            Circle(engine, library.similarity, queries.related),
            Trending(searcher, store, engine, queries, strict_markets),
            queries,
            library.subsets,
            library.subjects,
            strict_markets,
        )


class Asked(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A request, read as far as it is until now."""

    request: Request
    parameters: Any
    """What `Endpoint.parse` made of the query string."""
    addresses: Addresses
    market: str
    location: Location | None = None
    """Where the person is, if that is told."""
    parts: tuple[Part, ...] = ()
    """Of the posted body."""
    knowledge: KnowledgeRequest = KnowledgeRequest()
    meant: Meant | None = None
    """How the caller names the image that it asks about."""
    subject: Subject | None = None
    """The image that is meant."""

    @classmethod
    def of(cls, request: Request, parameters: Any, addresses: Addresses) -> Self:
        """A request as its address and headers tell it: the market and the place are those of the person who asks."""
        headers = request.headers
        market = market_for(
            mkt=parameters.mkt, cc=parameters.cc, accept_language=headers.get("accept-language")
        )
        location = parse_location(headers.get("x-search-location"))
        return cls(
            request=request, parameters=parameters, addresses=addresses, market=market, location=location
        )


class Endpoint(NamedTuple):
    """One kind of request, at each of its addresses."""

    paths: tuple[str, ...]
    methods: tuple[str, ...]
    parse: Callable[[Pairs], Any]
    """Reads the query string."""
    answer: Callable[[Rooms, Asked], Answer]
    """Runs on a search thread."""
    names: Callable[[Asked], Asked] | None = None
    """Reads how the caller names an image; `None`: the endpoint is about no image."""
    market: Callable[[str], str] = str
    """The market that answers is told, from the one that is asked for, whose policies hold."""
