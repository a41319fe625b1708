"""Answering v7 searches: parameters to plan, plan to hits, hits to records, records to answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

import msgspec

from vizsla.encoders.seam import Encoder
from vizsla.engines.seam import Engine, Hits, Plan
from vizsla.records import Filters, ImageRecord, Vector, passes
from vizsla.store import Store
from vizsla.wire import (
    DEFAULT_MARKET,
    Images,
    Location,
    QueryContext,
    SearchParameters,
    market_for,
    parse_image_id,
)

from .addresses import Addresses
from .answer import Page, answer_of, counts_of
from .cutoff import OF_NEAREST, CutOff
from .filters import filters_of, settled
from .intent import asks_for_adult
from .people import alone
from .place import asks_for_place
from .query import Question, read
from .spelling import NO_WORDS, corrected
from .suggestions import Suggestions, suggestions
from .vocabulary import Vocabulary

REMEMBERED_QUERIES = 4096
"""Text vectors kept: at 4 bytes a dimension, a few megabytes."""


TAUGHT = "en-"
"""Markets in whose language encoders are taught: elsewhere their words are not what a slip is taken for."""


class Asked(msgspec.Struct, frozen=True):
    """A query as it is answered."""

    text: str
    """What was typed, or what was meant by it."""
    question: Question
    context: QueryContext


class Looks(msgspec.Struct, frozen=True, eq=False):
    """What pictures are to look like, and how near; see `Plan`."""

    vector: Vector | None = None
    floor: float | None = None
    peak: float | None = None


NO_LOOKS = Looks()


class Searcher:
    """Searches one library. Safe to call from several threads.

    Args:
        encoder: opens the library's encoder; called once, when it is refreshed or the first query comes.
        related: popular queries that are related to one, the best first.
        strict_markets: where `safeSearch` is always `Strict`.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        encoder: Callable[[], Encoder],
        *,
        related: Callable[[str], Sequence[str]] = lambda text: (),
        strict_markets: Collection[str] = (),
    ) -> None:
        self._store = store
        self._engine = engine
        self._open = encoder
        self._encoder: Encoder | None = None
        self._related = related
        self._strict_markets = frozenset(strict_markets)
        self._vocabulary = Vocabulary(engine, self._opened, store)
        self._cut_off = CutOff(store, engine)
        self._encode = lru_cache(REMEMBERED_QUERIES)(self._encoded)

    def refresh(self) -> None:
        """Look at what the library's words and pictures are by now, and at the encoder's words. For the background: cheap if
        nothing has changed."""
        self._vocabulary.refresh()
        self._cut_off.refresh()

    def search(
        self,
        parameters: SearchParameters,
        addresses: Addresses,
        within: Filters = (),
        *,
        market: str | None = None,
        location: Location | None = None,
    ) -> Images:
        """The v7 answer.

        Args:
            addresses: what addresses of our own in it begin with.
            within: what else every image has to pass, such as a saved subset.
            market: where it is asked; `None`: as the parameters say.
            location: where the person is, if that is known.
        """
        market = market or market_for(mkt=parameters.mkt, cc=parameters.cc)
        parameters = settled(parameters, market, self._strict_markets)
        asked = self._asked(parameters.q, market, location)
        hits = self._hits(asked.question, parameters, within)
        page = self._page(asked, hits, first=parameters.offset == 0)
        return answer_of(parameters, page, addresses, market)

    def newest(self, count: int, addresses: Addresses) -> Images:
        """What came last, as an answer to no query."""
        parameters = SearchParameters(q="", count=count)
        hits = self._hits(Question(), parameters, ())
        page = self._page(_NOBODY, hits, first=False)
        return answer_of(parameters, page, addresses, DEFAULT_MARKET)

    def plan(self, parameters: SearchParameters, within: Filters = ()) -> Plan:
        """The engine's side of a search."""
        return self._plan(self._asked(parameters.q, DEFAULT_MARKET, None).question, parameters, within)

    # The query

    def _asked(self, query: str, market: str, location: Location | None) -> Asked:
        question = read(query)
        known = self._vocabulary
        known.searched = True
        taught = known.taught if market.startswith(TAUGHT) else NO_WORDS
        meant = corrected(query, question, known.lexicon, self._knows, taught)
        context = QueryContext(original_query=query)
        if asks_for_place(query, location):
            context.ask_user_for_location = True
        if meant != query:
            context.altered_query, context.alteration_override_query = meant, f"+{query}"
            question = read(meant)
        if asks_for_adult(question):
            context.adult_intent = True
        return Asked(meant, known.compounds.widened(meant, question), context)

    def _knows(self, word: str) -> bool:
        known = self._vocabulary.compounds.surely(word) or alone(word) is not None
        return known or self._opened().knows(word)

    def _opened(self) -> Encoder:
        if self._encoder is None:
            self._encoder = self._open()
        return self._encoder

    def _encoded(self, text: str) -> Vector:
        vector: Vector = self._opened().encode_texts([text])[0]
        return vector

    # What answers it

    def _looks(self, text: str) -> Looks:
        """What is asked of looks: nothing, where the vector is so short that no picture, of length 1, reaches the floor.

        The encoder does not know then what the words look like, and what it says of them would settle which of equal word matches
        comes first.
        """
        vector, peak = self._encode(text), self._opened().floor
        floor = self._cut_off.below(peak, vector)
        short = floor > 0 and float(vector @ vector) < floor**2
        return NO_LOOKS if short else Looks(vector, floor, peak)

    def _plan(self, question: Question, parameters: SearchParameters, within: Filters) -> Plan:
        looks = self._looks(question.text) if question.text else NO_LOOKS
        return Plan(
            words=question.words,
            loose=question.loose if question.loose != question.words else None,
            vector=looks.vector,
            floor=looks.floor,
            peak=looks.peak,
            share=OF_NEAREST,
            filters=(*filters_of(parameters, int(time.time())), *within),
            demand=question.demand,
            collapse=True,
            varied=True,
            offset=parameters.offset,
            limit=parameters.count,
        )

    def _hits(self, question: Question, parameters: SearchParameters, within: Filters) -> Hits:
        """What answers, led by the image that is to come first, which the other pages leave out."""
        plan = self._plan(question, parameters, within)
        first = self._first(parameters.id, plan.filters)
        if first is None:
            return self._engine.search(plan)
        leads = plan.offset == 0 < plan.limit
        hits = self._engine.search(_without(plan, first, leads))
        return Hits((first, *hits.numbers) if leads else hits.numbers, hits.total + 1)

    def _first(self, image_id: str | None, filters: Filters) -> int | None:
        """The number of the image that is to come first, if it may."""
        if image_id is None:
            return None
        try:
            stored = self._store.find(parse_image_id(image_id))
        except ValueError:
            return None
        return stored.number if stored and passes(stored.record, filters) else None

    # What is told of it

    def _page(self, asked: Asked, hits: Hits, *, first: bool) -> Page:
        found = self._store.records(hits.numbers)
        records = [stored.record for stored in found]
        return Page(
            records=records,
            passed=len(hits.numbers),
            total=hits.total,
            counts=counts_of(found),
            context=asked.context,
            suggestions=self._suggestions(asked, records if first else ()),
        )

    def _suggestions(self, asked: Asked, records: Sequence[ImageRecord]) -> Suggestions:
        known = self._vocabulary
        related = self._related(asked.text)
        return suggestions(
            asked.text, asked.question, records, known.lexicon, known.alike, related, known.company
        )


_NOBODY = Asked("", Question(), QueryContext())


def _without(plan: Plan, first: int, leads: bool) -> Plan:
    """The plan for a page beside, or behind, the image that comes first."""
    return msgspec.structs.replace(
        plan, without=(first,), offset=max(0, plan.offset - 1), limit=plan.limit - leads
    )
