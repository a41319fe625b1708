"""`vizsla serve` with several processes: one server to everybody outside."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from .command import TIMEOUT, Call, serving, started, wait_until

SEARCH = "/v7.0/images/search?q=picture"


def children(process: int) -> list[int]:
    lists = (place.read_text() for place in Path(f"/proc/{process}/task").glob("*/children"))
    return [int(number) for found in lists for number in found.split()]


def listening(port: int) -> int:
    """How many sockets listen on a port."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = (line.split() for line in lines)
    return sum(one[1].endswith(f":{port:04X}") and one[3] == "0A" for one in fields)


def workers_of(server: int, port: int, count: int) -> list[int]:
    """The further processes, as soon as all of them listen."""
    wait_until(lambda: listening(port) == 1 + count and len(children(server)) == count)
    return children(server)


def answers(address: str, calls: int = 40) -> list[int]:
    """Statuses of calls, each over a connection of its own."""
    return [httpx.get(f"{address}{SEARCH}", timeout=TIMEOUT).status_code for _ in range(calls)]


def port_of(address: str) -> int:
    return httpx.URL(address).port or 0


def test_every_process_answers_and_one_that_dies_is_replaced(shared_library: Path) -> None:
    with serving(shared_library, "--anonymous", "--workers", "2") as (address, server):
        first = workers_of(server.pid, port_of(address), 1)
        assert set(answers(address)) == {200}
        os.kill(first[0], signal.SIGKILL)
        wait_until(lambda: children(server.pid) not in ([], first))
        assert set(answers(address)) == {200}
        server.terminate()
        _, said = server.communicate(timeout=TIMEOUT)
    assert server.returncode == 0
    assert said.count("a worker ended with -9; it is started again") == 1
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_first(shared_library: Path, number: signal.Signals) -> None:
    with serving(shared_library, "--anonymous", "--workers", "3") as (address, server):
        workers = workers_of(server.pid, port_of(address), 2)
        server.send_signal(number)
        server.wait(TIMEOUT)
        wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port_of(address)))


def test_processes_count_the_calls_of_a_key_together(library: Path, call: Call) -> None:
    key = call("keys", "create", "--library", library, "--tps", "2").stdout.strip()
    with serving(library, "--workers", "2") as (address, server):
        workers_of(server.pid, port_of(address), 1)
        began = time.time()
        headers = {"Ocp-Apim-Subscription-Key": key}
        statuses = [
            httpx.get(f"{address}{SEARCH}", headers=headers, timeout=TIMEOUT).status_code for _ in range(60)
        ]
        windows = int(time.time() - began) + 2
    assert set(statuses) == {200, 429}
    assert statuses.count(200) <= 2 * windows


def test_the_port_of_a_server_with_several_processes_is_taken(shared_library: Path) -> None:
    with serving(shared_library, "--anonymous", "--workers", "2") as (address, server):
        workers_of(server.pid, port_of(address), 1)
        again = ("--library", shared_library, "--anonymous", "--port", str(port_of(address)))
        for workers in ("1", "2"):
            with started("serve", *again, "--workers", workers) as second:
                second.wait(TIMEOUT)
                assert second.stderr
                said = second.stderr.read()
            assert second.returncode == 1
            assert "choose another with --host and --port" in said
