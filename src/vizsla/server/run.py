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
    app: ASGIApp,
    bound: socket.socket,
    ready: Callable[[], None],
    *,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        bound: one of `listening`.
        ready: called once requests are answered.
        tls: serve HTTPS with it.

    Raises:
        ServingError: the application did not start.
    """
    server = _server(app, ready, tls, Limits())
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
    with listening(host, port) as (bound,):
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
            yield address_of(host, bound, tls)
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
def listening(host: str, port: int, count: int = 1) -> Iterator[list[socket.socket]]:
    """Sockets bound to one address, which share what comes in.

    The first listens, and the others do when they are served: what comes in is given to those that listen.

    Args:
        port: 0 picks a free one.
        count: how many, each for a process of its own.

    Raises:
        ServingError: the address is taken or not ours.
    """
    sockets: list[socket.socket] = []
    try:
        try:
            _listen(sockets, host, port, count)
        except (OSError, OverflowError) as error:
            raise ServingError(
                f"cannot listen on {host}:{port}: {error}; choose another with --host and --port"
            ) from error
        yield sockets
    finally:
        for bound in sockets:
            bound.close()


def _listen(sockets: list[socket.socket], host: str, port: int, count: int) -> None:
    """Fill `sockets`, of which the caller closes what there is, also after an error."""
    sockets.append(_bound(host, port))
    sockets[0].listen(BACKLOG)
    if count > 1:  # sockets that share an address do not tell when it is another's; the first one did
        port = sockets[0].getsockname()[1]
        sockets.pop().close()
        sockets += (_bound(host, port, shared=True) for _ in range(count))
        sockets[0].listen(BACKLOG)


def _bound(host: str, port: int, *, shared: bool = False) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound


def address_of(host: str, bound: socket.socket, tls: ssl.SSLContext | None) -> str:
    """What leads to a socket that is bound to `host`."""
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{name}:{bound.getsockname()[1]}"
