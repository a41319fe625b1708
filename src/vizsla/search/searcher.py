"""Answering v7 searches: parameters to plan, plan to hits, hits to records, records to answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

from vizsla.encoders.seam import Encoder
from vizsla.engines.seam import Engine, Hits, Plan
from vizsla.records import Vector
from vizsla.store import Store
from vizsla.wire import Images, SearchParameters

from .addresses import Addresses
from .answer import answer_of
from .filters import filters_of
from .query import match_of, plain

REMEMBERED_QUERIES = 4096
"""Text vectors kept: at 4 bytes a dimension, a few megabytes."""


class Searcher:
    """Searches one library. Safe to call from several threads.

    Args:
        encoder: opens the library's encoder; called once, when the first query comes.
    """

    def __init__(self, store: Store, engine: Engine, encoder: Callable[[], Encoder]) -> None:
        self._store = store
        self._engine = engine

        @lru_cache(REMEMBERED_QUERIES)
        def encode(text: str) -> Vector:
            vector: Vector = encoder().encode_texts([text])[0]
            return vector

        self._encode = encode

    def search(self, parameters: SearchParameters, addresses: Addresses) -> Images:
        """The v7 answer; addresses of our own in it begin with those of `addresses`."""
        return self._answer(parameters, self.hits(parameters), addresses)

    def newest(self, count: int, addresses: Addresses) -> Images:
        """What came last, as an answer to no query."""
        parameters = SearchParameters(q="", count=count)
        hits = self._engine.search(Plan(filters=filters_of(parameters, int(time.time())), limit=count))
        return self._answer(parameters, hits, addresses)

    def _answer(self, parameters: SearchParameters, hits: Hits, addresses: Addresses) -> Images:
        records = [stored.record for stored in self._store.records(hits.numbers)]
        return answer_of(parameters, records, len(hits.numbers), hits.total, addresses)

    def hits(self, parameters: SearchParameters) -> Hits:
        """The numbers of the records that answer, with every word of the query loosened if nothing holds them."""
        hits = self._engine.search(self.plan(parameters))
        if hits.total:
            return hits
        return self._engine.search(self.plan(parameters, strict=False))

    def plan(self, parameters: SearchParameters, *, strict: bool = True) -> Plan:
        """The engine's side of a search."""
        text = plain(parameters.q)
        return Plan(
            words=match_of(parameters.q, strict=strict),
            vector=self._encode(text),
            filters=filters_of(parameters, int(time.time())),
            offset=parameters.offset,
            limit=parameters.count,
        )
