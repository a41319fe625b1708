"""Connections that cannot be held for nothing: what uvicorn leaves unbounded, is bounded here.

uvicorn waits for ever for a request's headers, keeps any number of bytes of them, and waits for ever for a caller to
read its answer. What it refuses itself, it refuses with plain text; here it is the `ErrorResponse` of everything else.
"""

from __future__ import annotations

import asyncio
import resource
from asyncio.events import TimerHandle
from typing import ClassVar, Final, NamedTuple

import httptools
from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from vizsla.wire import FAULTS, Busy, HeadTooLarge, InvalidRequest, TooSlow, UrlTooLong, WireError

from .errors import refusal
from .head_limit import MAX_HEADERS
from .trace import identity, log_request

MAX_URL_BYTES: Final = 16_384
"""Of an address that has not ended yet; a whole one is measured by `HeadLimit`."""

LEAST_READ: Final = 16_384
"""Bytes; a caller on the slowest of lines reads more in a minute."""


def _most_connections() -> int:
    """Half of the files that the process may open; the library has some open too."""
    return max(16, min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2))


class Limits(NamedTuple):
    """How long and how much one caller may take; all at once get no more than `connections`."""

    head_seconds: float = 20
    """From a request's first byte, or the connection's beginning, to the end of its headers."""
    stalled_seconds: float = 60
    """In which at least `LEAST_READ` of an answer has to be read."""
    connections: int = _most_connections()


class Connection(HttpToolsProtocol):
    """One connection, until it is closed."""

    limits: ClassVar = Limits()

    _head_timer: TimerHandle | None = None
    _stalled_timer: TimerHandle | None = None
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._refuse(Busy())
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop(self._head_timer)
        self._stop(self._stalled_timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # there is no other protocol here: it is answered as if it had not asked for one
        except httptools.HttpParserError:
            self._malformed()
            return
        if self.cycle is None or self.cycle.response_complete:
            self._await_head()
        if self._in_head:
            self._bound_head(len(data))

    # What arrives of a request

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop(self._head_timer)
        self._head_timer = None
        super().on_headers_complete()

    def _bound_head(self, more: int) -> None:
        self._head_bytes += more
        if len(self.url) > MAX_URL_BYTES:
            self._refuse(UrlTooLong())
        elif self._head_bytes > MAX_HEADERS + MAX_URL_BYTES:
            self._refuse(HeadTooLarge(MAX_HEADERS))

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.limits.head_seconds, self._late)

    def _late(self) -> None:
        if self._in_head:
            self._refuse(TooSlow())
        else:
            self._close()

    def _malformed(self) -> None:
        """What is asked before it on the connection is answered first."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if self.pipeline or cycle.response_started or not cycle.more_body:
                cycle.keep_alive = False
                self.flow.pause_reading()
                return
            cycle.disconnected = True  # nobody waits for the answer to half a body
            cycle.message_event.set()
        self._refuse(InvalidRequest(FAULTS["Malformed"]))

    # What becomes of an answer

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        self._stop(self._stalled_timer)
        super().resume_writing()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._close()

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def _refuse(self, error: WireError) -> None:
        self.transport.write(answer_outside(error))
        self._close()

    def _close(self) -> None:
        """Closing waits until the last bytes are taken; not for ever."""
        self._watch_reading()
        self.transport.close()

    def _watch_reading(self) -> None:
        self._stop(self._stalled_timer)
        waiting = self.transport.get_write_buffer_size()
        self._stalled_timer = self.loop.call_later(self.limits.stalled_seconds, self._unless_read, waiting)

    def _unless_read(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < LEAST_READ:
            self.transport.abort()
        else:
            self._watch_reading()

    @staticmethod
    def _stop(timer: TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


def answer_outside(error: WireError) -> bytes:
    """An answer to what never became a request, as bytes; it is logged like others."""
    request = Request({"type": "http", "method": "-", "path": "-", "raw_path": b"-", "headers": []})
    response = refusal(request, error)
    headers = [*response.raw_headers, *identity(request, []), (b"connection", b"close")]
    log_request(request, error.status, 0.0)
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return STATUS_LINE[error.status] + lines + b"\r\n" + bytes(response.body)
