"""Real servers on 127.0.0.1 that say what they are told to, byte by byte, well-behaved or not."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

Talk = Callable[[socket.socket, bytes], None]
"""What a server does with a connection, given the request that it read."""


class Served(NamedTuple):
    """Where a server is, and the requests that it read."""

    port: int
    asked: list[bytes]

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def says(*parts: bytes) -> Talk:
    """Sends these and hangs up."""

    def talk(peer: socket.socket, request: bytes) -> None:
        for part in parts:
            peer.sendall(part)

    return talk


def answers(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None) -> Talk:
    """A whole answer, of the length that it claims unless told otherwise."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return says("\r\n".join((*lines, "", "")).encode(), body)


def redirects(to: str, status: str = "302 Found") -> Talk:
    return answers(b"", f"Location: {to}", status=status)


def by_path(**talks: Talk) -> Talk:
    """Another talk for each path, `/name`."""

    def talk(peer: socket.socket, request: bytes) -> None:
        talks[request.split(b" ", 2)[1].decode().lstrip("/").partition("?")[0]](peer, request)

    return talk


def for_ever(first: bytes, again: bytes, pause: float = 0.0) -> Talk:
    """Sends something, and then something else until nobody listens."""

    def talk(peer: socket.socket, request: bytes) -> None:
        peer.sendall(first)
        while True:
            peer.sendall(again)
            time.sleep(pause)

    return talk


@contextmanager
def server(talk: Talk, secure: ssl.SSLContext | None = None, *, reads: bool = True) -> Iterator[Served]:
    """A server that talks so with everybody who connects, until the end of the block.

    Args:
        secure: speaks TLS with it.
        reads: waits for a request first.
    """
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.02)
    made = Served(listener.getsockname()[1], [])
    threads: list[threading.Thread] = []

    def serve(peer: socket.socket) -> None:
        with suppress(OSError, ValueError), _secured(peer, secure) as spoken:
            spoken.settimeout(5)
            request = spoken.recv(65_536) if reads else b""
            made.asked.append(request)
            talk(spoken, request)

    def accept() -> None:
        while not ended.is_set():
            with suppress(TimeoutError):
                peer, _ = listener.accept()
                peer.settimeout(5)
                threads.append(threading.Thread(target=serve, args=(peer,), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield made
    finally:
        ended.set()
        accepting.join()
        listener.close()
        for thread in threads:
            thread.join(5)


@contextmanager
def _secured(peer: socket.socket, secure: ssl.SSLContext | None) -> Iterator[socket.socket]:
    with peer:
        if secure is None:
            yield peer
            return
        with secure.wrap_socket(peer, server_side=True) as spoken:
            yield spoken
