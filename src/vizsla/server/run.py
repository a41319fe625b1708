"""Serving an application over HTTP/1.1 with uvicorn; why uvicorn: docs/decisions/0006-serving.md."""

from __future__ import annotations

import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from .connections import Connection, Limits

BACKLOG = 2048
GRACE_SECONDS = 10
"""How long requests that run may go on after the server was told to stop."""


class ServingError(Exception):
    """The server cannot start; the message says what to do."""


class _Server(uvicorn.Server):
    """uvicorn, telling when it is ready, and ending well when it was told to end."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        with suppress(SystemExit):  # whoever called `serve` says how the process ends
            await super().startup(sockets)
        if self.started:
            self._ready()
        self.should_exit |= not self.started

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(
    app: ASGIApp, host: str, port: int, ready: Callable[[str], None], *, tls: ssl.SSLContext | None = None
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        port: 0 picks a free one.
        ready: called with the address once requests are answered.
        tls: serve HTTPS with it.

    Raises:
        ServingError: the address is taken or not ours, or the application did not start.
    """
    with _listening(host, port) as bound:
        address = _address(host, bound, tls)
        server = _server(app, lambda: ready(address), tls, Limits())
        server.run([bound])
        if not server.started:
            raise ServingError("the server did not start; the lines above say why")


@contextmanager
def running(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    tls: ssl.SSLContext | None = None,
    limits: Limits | None = None,
) -> Iterator[str]:
    """Serve on a thread while the block runs, which gets the address.

    Raises:
        ServingError: as `serve`.
    """
    with _listening(host, port) as bound:
        settled = threading.Event()
        server = _server(app, settled.set, tls, limits or Limits())

        def run() -> None:
            try:
                server.run([bound])
            finally:
                settled.set()

        thread = threading.Thread(target=run, name="vizsla-server")
        thread.start()
        settled.wait()
        if not server.started:
            thread.join()
            raise ServingError("the server did not start; the lines above say why")
        try:
            yield _address(host, bound, tls)
        finally:
            server.should_exit = True
            thread.join()


def _server(app: ASGIApp, ready: Callable[[], None], tls: ssl.SSLContext | None, limits: Limits) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            http=type("LimitedConnection", (Connection,), {"limits": limits}),
            ws="none",
            log_level="warning",
            access_log=False,
            proxy_headers=False,  # the application knows which proxies it trusts
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            ssl_context_factory=(lambda config, default: tls) if tls else None,
        ),
        ready,
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            raise ServingError(
                f"cannot listen on {host}:{port}: {error}; choose another with --host and --port"
            ) from error
        yield bound
    finally:
        bound.close()


def _address(host: str, bound: socket.socket, tls: ssl.SSLContext | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{name}:{bound.getsockname()[1]}"
