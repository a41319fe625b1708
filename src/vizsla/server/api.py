"""The v7 endpoints."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

from starlette.requests import Request
from starlette.responses import Response

from vizsla.search import Searcher
from vizsla.wire import encode, market_for, parse_search

from .admission import Admission
from .headers import api_response, query_pairs
from .hosts import Hosts


class Api:
    """Answers v7 requests over one searcher, on as many threads as there are cores: more would only wait for each other.

    Why so: docs/decisions/0006-serving.md.
    """

    def __init__(self, searcher: Searcher, admission: Admission, hosts: Hosts) -> None:
        self._searcher = searcher
        self._admission = admission
        self._hosts = hosts
        self._threads = ThreadPoolExecutor(cpu_count() or 1, "vizsla-search")

    async def search(self, request: Request) -> Response:
        """`GET /images/search`"""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.answer, request)

    def answer(self, request: Request) -> Response:
        """The whole of a search, on this thread.

        Raises:
            WireError: it is refused.
        """
        self._admission.admit(request)
        parameters = parse_search(query_pairs(request))
        answer = self._searcher.search(parameters, self._hosts.addresses(request))
        market = market_for(
            mkt=parameters.mkt, cc=parameters.cc, accept_language=request.headers.get("accept-language")
        )
        return api_response(request, encode(answer), market=market)
