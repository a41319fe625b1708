"""What is posted: read within bounds of bytes, seconds and memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request

from vizsla.wire import BodyTooLarge, Busy, TooSlow

FORM_BYTES: Final = 65_536
"""What a form may hold beside the picture in it: its other parts and what separates them."""

SECONDS: Final = 30.0
"""A picture of the documented size arrives in it at 35 kB per second."""

ROOM: Final = 134_217_728
"""Bytes of all bodies that are being read at one time: what has arrived of them, not what they announce."""


class _Room:
    """Counts the bytes that are held, over all servers of the process."""

    def __init__(self) -> None:
        self._held = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> None:
        with self._lock:
            if self._held + size > ROOM:
                raise Busy
            self._held += size

    def give(self, size: int) -> None:
        with self._lock:
            self._held -= size


_room = _Room()


async def read_body(request: Request, limit: int, *, seconds: float = SECONDS) -> bytes:
    """The whole body of a request.

    Args:
        limit: bytes; for a form, what its picture may have and `FORM_BYTES`.
        seconds: for all of it.

    Raises:
        BodyTooLarge: it is, or says that it will be.
        TooSlow: it did not arrive in time.
        Busy: too much is being posted by others.
    """
    if _announced(request) > limit:
        raise BodyTooLarge(limit)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, limit)
    except TimeoutError:
        raise TooSlow from None


async def _read(request: Request, limit: int) -> bytes:
    body = bytearray()
    with _held(body):
        async for piece in request.stream():
            if len(body) + len(piece) > limit:
                raise BodyTooLarge(limit)
            _room.take(len(piece))
            body += piece
        return bytes(body)


@contextmanager
def _held(body: bytearray) -> Iterator[None]:
    try:
        yield
    finally:
        _room.give(len(body))


def _announced(request: Request) -> int:
    """The `Content-Length`; 0 if there is none. What is no number has been refused by the ASGI server."""
    return int(request.headers.get("content-length", 0))
