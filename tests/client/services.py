"""A tiny HTTP server that answers as it is told and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from vizsla.client.calls import KEY_HEADER


class Reply(NamedTuple):
    """One answer; status 0 hangs up instead."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}


class Asked(NamedTuple):
    """One request."""

    path: str
    headers: Mapping[str, str]

    @property
    def key(self) -> str | None:
        return self.headers.get(KEY_HEADER)


class Service:
    """Where the server is, and what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[Asked] = []


def answer(count: int = 0, *, total: int = 0, next_offset: int = 0, thumbnail: str = "") -> bytes:
    """A v7 answer with `count` images."""
    images = [{"_type": "ImageObject", "name": f"image {n}", "thumbnailUrl": thumbnail} for n in range(count)]
    found = {"_type": "Images", "value": images, "totalEstimatedMatches": total, "nextOffset": next_offset}
    return json.dumps(found).encode()


@contextmanager
def service(*replies: Reply) -> Iterator[Service]:
    """A server that gives these replies one after the other, and the last one for ever."""
    left = list(replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.asked.append(Asked(self.path, dict(self.headers.items())))
            reply = left.pop(0) if len(left) > 1 else left[0]
            self.close_connection = True
            if not reply.status:
                return
            self.send_response(reply.status)
            usual = {"Content-Length": str(len(reply.body)), "Connection": "close"}
            for name, value in {**usual, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Service(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
