"""Sending calls by httpx, again if they failed for a moment.

Loaded when a client is made, not when its name is imported: httpx takes longer to load than all the rest of the client.
"""

from __future__ import annotations

import asyncio
import random
import time
from itertools import count
from typing import Final

import httpx

from .calls import Call, retry_after
from .errors import NoAnswer, UnexpectedAnswer

TRY_AGAIN: Final = frozenset((429, 502, 503, 504))
"""Statuses that may be gone a moment later."""

LONGEST_WAIT: Final = 30.0
"""Seconds; a server that asks for more gets its error raised instead."""

FIRST_WAIT: Final = 0.5
"""Seconds before the second try, if the server asks for none; doubled each time."""

Outcome = httpx.Response | NoAnswer
"""What came of one try."""

_HOPELESS: Final = (
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.TooManyRedirects,
    httpx.DecodingError,
    httpx.InvalidURL,
)


class Http:
    """Sends calls, and waits between tries.

    Args:
        timeout: seconds without a sign of the server.
        retries: how often a call is repeated.
        transport: how requests travel; `None`: over the network.
    """

    def __init__(self, timeout: float, retries: int, transport: httpx.BaseTransport | None) -> None:
        self._retries = retries
        self._client = httpx.Client(timeout=timeout, transport=transport)

    def send(self, call: Call) -> httpx.Response:
        """The response, whatever its status.

        Raises:
            NoAnswer: none came.
            UnexpectedAnswer: the address, or where it leads to, cannot be asked.
        """
        for attempt in count(1):
            outcome = self._try(call)
            wait = pause(attempt, outcome) if attempt <= self._retries else None
            if wait is None:
                break
            time.sleep(wait)
        return _settled(outcome)

    def _try(self, call: Call) -> Outcome:
        try:
            return self._client.send(_request(self._client, call), follow_redirects=call.follow_redirects)
        except _HOPELESS as error:
            raise _refused(call, error) from error
        except httpx.TransportError as error:
            return _lost(call, error)

    def close(self) -> None:
        self._client.close()


class AsyncHttp:
    """`Http` for asyncio."""

    def __init__(self, timeout: float, retries: int, transport: httpx.AsyncBaseTransport | None) -> None:
        self._retries = retries
        self._client = httpx.AsyncClient(timeout=timeout, transport=transport)

    async def send(self, call: Call) -> httpx.Response:
        for attempt in count(1):
            outcome = await self._try(call)
            wait = pause(attempt, outcome) if attempt <= self._retries else None
            if wait is None:
                break
            await asyncio.sleep(wait)
        return _settled(outcome)

    async def _try(self, call: Call) -> Outcome:
        try:
            request = _request(self._client, call)
            return await self._client.send(request, follow_redirects=call.follow_redirects)
        except _HOPELESS as error:
            raise _refused(call, error) from error
        except httpx.TransportError as error:
            return _lost(call, error)

    async def close(self) -> None:
        await self._client.aclose()


def pause(attempt: int, outcome: Outcome) -> float | None:
    """Seconds to wait before asking again; `None`: do not.

    Args:
        attempt: how often it was tried, from 1.
        outcome: what came of the last time.
    """
    if isinstance(outcome, httpx.Response):
        if outcome.status_code not in TRY_AGAIN:
            return None
        asked = retry_after(outcome)
        if asked is not None:
            return asked if asked <= LONGEST_WAIT else None
    # Spread out, so that clients do not return together.
    return random.uniform(0.5, 1.0) * FIRST_WAIT * 2.0 ** (attempt - 1)


def _request(client: httpx.Client | httpx.AsyncClient, call: Call) -> httpx.Request:
    method = "GET" if call.parts is None else "POST"
    return client.build_request(method, call.url, params=call.params, headers=call.headers, files=call.parts)


def _settled(outcome: Outcome) -> httpx.Response:
    if isinstance(outcome, NoAnswer):
        raise outcome
    return outcome


def _lost(call: Call, error: httpx.TransportError) -> NoAnswer:
    lost = NoAnswer(
        f"no answer from {_server(call)} ({error or type(error).__name__}): "
        "is the server running, and is the endpoint (VIZSLA_ENDPOINT) right?"
    )
    lost.__cause__ = error
    return lost


def _refused(call: Call, error: Exception) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"{call.url!r} cannot be used: {error or type(error).__name__}")


def _server(call: Call) -> str:
    url = httpx.URL(call.url)
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
