"""The endpoints that are about no single image: search, custom search, trending (v7 reference, sections 1.2, 4 and 9)."""

from __future__ import annotations

import time

from vizsla.records import Filters
from vizsla.search.subsets import filters_of_subset
from vizsla.wire import (
    Circumstances,
    CustomSearchParameters,
    Images,
    InvalidRequest,
    SearchParameters,
    market_for,
)
from vizsla.wire.base import Answer

from .endpoint import Asked, Rooms


def search(rooms: Rooms, asked: Asked) -> Images:
    """`GET /images/search`, of the API and for people; a query that found something on its first page is remembered, without who asked."""
    parameters: SearchParameters = asked.parameters
    answer = _found(rooms, asked)
    if answer.value and parameters.offset == 0:
        rooms.queries.note(parameters.q, asked.market)
    return answer


def custom_search(rooms: Rooms, asked: Asked) -> Answer:
    """`GET /bingcustomsearch/v7.0/images/search`

    Raises:
        InvalidRequest: no subset has the name.
    """
    parameters: CustomSearchParameters = asked.parameters
    subset = rooms.subsets.find(parameters.custom_config)
    if subset is None:
        raise InvalidRequest.invalid(
            "customConfig", parameters.custom_config, "No subset of this library has this name."
        )
    return _found(rooms, asked, filters_of_subset(subset, int(time.time())))


def _found(rooms: Rooms, asked: Asked, within: Filters = ()) -> Images:
    return rooms.searcher.search(
        asked.parameters, asked.addresses, within, market=asked.market, location=asked.location
    )


def trending(rooms: Rooms, asked: Asked) -> Answer:
    """`GET /images/trending`"""
    parameters: Circumstances = asked.parameters
    # not the nearest market, which answers: the policy of the one that was asked for holds
    market = market_for(
        mkt=parameters.mkt,
        cc=parameters.cc,
        accept_language=asked.request.headers.get("accept-language"),
    )
    return rooms.trending.images(market, parameters.safe_search, asked.addresses)
