"""A load of HTTP/1.1 requests over kept connections, from a process of its own: `python -m benchmarks.load`.

Reads the address, the headers and the request targets from standard input as JSON, writes the latencies as JSON. It parses
no more of an answer than its length, so that little of what it costs is mistaken for the server's.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import msgspec
import numpy as np


class Load(msgspec.Struct, frozen=True):
    """What came of a load."""

    seconds: float
    latencies: list[float]
    """Seconds each."""
    failures: int

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def milliseconds(self, *percentiles: float) -> list[float]:
        return [float(value) * 1000 for value in np.percentile(self.latencies, percentiles)]


def run(
    address: str, key: str, targets: Sequence[str], *, connections: int, headers: Sequence[str] = ()
) -> Load:
    """Send every target once, over so many connections at a time, from another process.

    Args:
        headers: further lines, each with its name.
    """
    place = urlsplit(address)
    head = (f"Host: {place.netloc}", f"Ocp-Apim-Subscription-Key: {key}", *headers, "", "")
    job = json.dumps(
        {"address": address, "head": "\r\n".join(head), "targets": list(targets), "connections": connections}
    )
    command = [sys.executable, "-m", "benchmarks.load"]
    done = subprocess.run(command, input=job.encode(), stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Load)


def main() -> None:
    job = json.load(sys.stdin)
    load = asyncio.run(_load(job["address"], job["head"], job["targets"], job["connections"]))
    sys.stdout.buffer.write(msgspec.json.encode(load))


async def _load(address: str, head: str, targets: list[str], connections: int) -> Load:
    queue = iter(targets)
    latencies: list[float] = []
    started = time.perf_counter()
    failures = await asyncio.gather(
        *(_one_connection(address, head, queue, latencies) for _ in range(connections))
    )
    return Load(time.perf_counter() - started, latencies, sum(failures))


async def _one_connection(address: str, head: str, queue: Iterator[str], latencies: list[float]) -> int:
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    failures = 0
    for target in queue:
        began = time.perf_counter()
        writer.write(f"GET {target} HTTP/1.1\r\n{head}".encode())
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        latencies.append(time.perf_counter() - began)
        failures += not answer.startswith(b"http/1.1 200")
    writer.close()
    await writer.wait_closed()
    return failures


if __name__ == "__main__":
    main()
