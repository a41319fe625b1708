"""The v7 endpoints."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from vizsla.search import Searcher
from vizsla.wire import encode, market_for, parse_search

from .admission import HEADER, Admission
from .headers import api_response, query_pairs
from .hosts import Hosts


class Api:
    """Answers v7 requests over one searcher."""

    def __init__(self, searcher: Searcher, admission: Admission, hosts: Hosts) -> None:
        self._searcher = searcher
        self._admission = admission
        self._hosts = hosts

    async def search(self, request: Request) -> Response:
        """`GET /images/search`"""
        self._admission.admit(request.headers.getlist(HEADER))
        parameters = parse_search(query_pairs(request))
        # On this thread: a search takes a millisecond, handing it to another one and back costs as much.
        answer = self._searcher.search(parameters, self._hosts.addresses(request))
        market = market_for(
            mkt=parameters.mkt, cc=parameters.cc, accept_language=request.headers.get("accept-language")
        )
        return api_response(request, encode(answer), market=market)
