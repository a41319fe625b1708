"""What more processes bring: `python -m benchmarks.workers [--records N] [--most N]`.

`vizsla serve` runs with one process and with more over the same library, at the same time and asked in turns; requests
come from a process of their own, over enough connections to keep every process busy.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import load, memory, synthetic
from benchmarks.asgi import wait_until_ready
from benchmarks.load import Load
from benchmarks.report import budget, figure
from benchmarks.serving import TURNS, targets_of, told

REQUESTS = 3000
WARMING = 600
CONNECTIONS = 8


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--most", type=int, default=2, help="processes of the larger server")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        place = Path(directory) / "library"
        with synthetic.make(place, options.records) as library:
            targets = targets_of(synthetic.queries(library.encoder, REQUESTS + WARMING))
        counts = (1, options.most)
        servers = [stack.enter_context(_serving(place, count)) for count in counts]
        for address, _ in servers:
            load.run(address, "", targets[REQUESTS:], connections=CONNECTIONS)
        done = [Load(0, [], 0) for _ in servers]
        for turn in range(TURNS):
            for number, (address, _) in enumerate(servers):
                done[number] += load.run(address, "", targets[turn:REQUESTS:TURNS], connections=CONNECTIONS)
        for count, one, (_, process) in zip(counts, done, servers, strict=True):
            assert not one.failures
            figure(f"{count} processes", f"{told(one)}, {memory.together(process):.0f} MB")
        what = f"throughput of {options.most} processes / one, {CONNECTIONS} callers"
        budget(what, done[1].rate / done[0].rate, "at least", 1.5, "")


@contextmanager
def _serving(place: Path, workers: int) -> Iterator[tuple[str, int]]:
    """A server's address and process, when all its processes answer."""
    command = [sys.executable, "-m", "vizsla", "serve", "--anonymous", "--port", "0", "--library", str(place)]
    with subprocess.Popen([*command, "--workers", str(workers)], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            address = server.stdout.readline().split()[-1]
            wait_until_ready(address)
            while _listening(urlsplit(address).port or 0) < workers:
                time.sleep(0.1)
            yield address, server.pid
        finally:
            server.terminate()


def _listening(port: int) -> int:
    """How many sockets listen on a port."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines())
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


if __name__ == "__main__":
    main()
