"""A load of HTTP/1.1 requests over kept connections, from a process of its own: `python -m benchmarks.load`.

Reads the address, the headers and the request targets from standard input as JSON, writes the latencies as JSON. It parses
no more of an answer than its length, so that little of what it costs is mistaken for the server's.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from urllib.parse import urlsplit

import msgspec
import numpy as np

LAST_CHUNK = b"\r\n0\r\n\r\n"


class Load(msgspec.Struct, frozen=True):
    """What came of a load."""

    seconds: float
    latencies: list[float]
    """Seconds each."""
    failures: int

    def __add__(self, more: Load) -> Load:
        """Both loads, one after the other."""
        return Load(
            self.seconds + more.seconds, self.latencies + more.latencies, self.failures + more.failures
        )

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def milliseconds(self, *percentiles: float) -> list[float]:
        return [float(value) * 1000 for value in np.percentile(self.latencies, percentiles)]


def run(
    address: str,
    key: str,
    targets: Sequence[str],
    *,
    connections: int,
    headers: Sequence[str] = (),
    bodies: Sequence[str] = (),
) -> Load:
    """Send every target once, over so many connections at a time, from another process.

    Args:
        headers: further lines, each with its name.
        bodies: what is posted to each target; none: it is only got.
    """
    place = urlsplit(address)
    head = "\r\n".join((f"Host: {place.netloc}", f"Ocp-Apim-Subscription-Key: {key}", *headers, ""))
    asked = [_request(target, head, body) for target, body in zip_longest(targets, bodies)]
    job = json.dumps({"address": address, "requests": asked, "connections": connections})
    command = [sys.executable, "-m", "benchmarks.load"]
    done = subprocess.run(command, input=job.encode(), stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Load)


def in_turns(turns: int, sides: Mapping[str, Callable[[slice], Load]]) -> dict[str, Load]:
    """What comes of each side's part of its requests, one part after the other, all sides with a part in each turn.

    So what else the machine does is shared by all.
    """
    done = {name: Load(0, [], 0) for name in sides}
    for turn in range(turns):
        for name, side in sides.items():
            done[name] += side(slice(turn, None, turns))
    assert not any(load.failures for load in done.values())
    return done


def _request(target: str, head: str, body: str | None) -> str:
    if body is None:
        return f"GET {target} HTTP/1.1\r\n{head}\r\n"
    return f"POST {target} HTTP/1.1\r\n{head}Content-Length: {len(body.encode())}\r\n\r\n{body}"


def main() -> None:
    job = json.load(sys.stdin)
    queue = iter(job["requests"])  # one for all: `next` of a list's iterator is atomic
    latencies: list[float] = []
    with ThreadPoolExecutor(job["connections"]) as pool:
        started = time.perf_counter()
        sending = [
            pool.submit(_one_connection, job["address"], queue, latencies) for _ in range(job["connections"])
        ]
        failures = sum(one.result() for one in sending)
        load = Load(time.perf_counter() - started, latencies, failures)
    sys.stdout.buffer.write(msgspec.json.encode(load))


def _one_connection(address: str, queue: Iterator[str], latencies: list[float]) -> int:
    place = urlsplit(address)
    assert place.hostname
    assert place.port
    failures = 0
    room = bytearray(1 << 20)
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in queue:
            began = time.perf_counter()
            connection.sendall(request.encode())
            failures += not _read(connection, memoryview(room)).startswith(b"http/1.1 200")
            latencies.append(time.perf_counter() - began)
    return failures


def _read(connection: socket.socket, room: memoryview) -> bytes:
    """Read an answer that has a length, or comes in chunks; returns its head in lower case. The body is passed over."""
    held = _received(connection, room)
    while (end := bytes(room[:held]).find(b"\r\n\r\n")) < 0:
        held += _received(connection, room[held:])
    head = bytes(room[: end + 2]).lower()
    if b"\r\ntransfer-encoding: chunked\r\n" in head:
        while bytes(room[held - len(LAST_CHUNK) : held]) != LAST_CHUNK:
            held += _received(connection, room[held:])
        return head
    missing = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]) - (held - end - 4)
    while missing:
        missing -= _received(connection, room[:missing])
    return head


def _received(connection: socket.socket, room: memoryview) -> int:
    count = connection.recv_into(room)
    if not count:
        raise EOFError("the server closed the connection in the middle of an answer")
    return count


if __name__ == "__main__":
    main()
