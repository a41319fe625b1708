"""The picture that stands for a query: the thumbnail of its first hit."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final, NamedTuple

from vizsla.search import Addresses, Searcher
from vizsla.wire import (
    InsightsToken,
    NotFound,
    SafeSearch,
    SearchParameters,
    ThumbnailId,
    ThumbnailParameters,
)

from .flights import Flights

REMEMBERED: Final = 2_048
"""Queries: at most 2,048 characters each, so a few megabytes."""
REMEMBERED_SECONDS: Final = 60.0
"""So long a query may show what it showed before something better was added."""
MOST_WAITING: Final = 100
"""Searches under way; nobody needs a key for them."""
CANDIDATES: Final = 3
"""Hits that are asked for: the first may have been removed just now."""


class _Asked(NamedTuple):
    """What is asked for a picture."""

    q: str
    mkt: str | None
    safe_search: SafeSearch


class _Known(NamedTuple):
    name: ThumbnailId
    since: float


class Representatives:
    """Finds them and remembers them for a while. For one event loop.

    Args:
        threads: where searches run, apart from those of callers with a key.
        clock: seconds.
    """

    def __init__(
        self, searcher: Searcher, threads: Executor, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._searcher = searcher
        self._threads = threads
        self._clock = clock
        self._flights: Flights[ThumbnailId] = Flights(MOST_WAITING)
        self._known: OrderedDict[_Asked, _Known] = OrderedDict()

    async def find(self, asked: ThumbnailParameters) -> ThumbnailId:
        """The thumbnail that stands for `asked.q`.

        Raises:
            NotFound: nothing is found.
            RateLimited: too many searches are under way.
        """
        query = _asked(asked)
        known = self._known.get(query)
        if known and self._clock() - known.since < REMEMBERED_SECONDS:
            self._known.move_to_end(query)
            return known.name
        return await self._flights.join(query, lambda: self._look(query))

    def forget(self, asked: ThumbnailParameters) -> None:
        """Look again when it is asked for next: what was found is not there."""
        self._known.pop(_asked(asked), None)

    async def _look(self, query: _Asked) -> ThumbnailId:
        name = await asyncio.get_running_loop().run_in_executor(self._threads, self._first, query)
        if name is None:
            self._known.pop(query, None)
            raise NotFound("No picture is found for this query.")
        self._known[query] = _Known(name, self._clock())
        self._known.move_to_end(query)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return name

    def _first(self, query: _Asked) -> ThumbnailId | None:
        parameters = SearchParameters(**query._asdict(), count=CANDIDATES)
        for image in self._searcher.search(parameters, Addresses("")).value:
            return ThumbnailId.parse(InsightsToken.parse(image.image_insights_token).thid or "")
        return None


def _asked(asked: ThumbnailParameters) -> _Asked:
    return _Asked(" ".join((asked.q or "").split()), asked.mkt, asked.safe_search)
