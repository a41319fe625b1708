"""Calls that several processes count are counted once each."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from limits import RateLimitItemPerSecond
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from vizsla.server import tally
from vizsla.server.rates import Rates

COUNTING = """
import sys
from vizsla.server.tally import Tally
shared = Tally(sys.argv[1])
for _ in range(500):
    shared.incr("key", 3600)
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    return tally.create(tmp_path / "tally")


def test_processes_and_threads_count_together(place: str) -> None:
    ours = storage_from_string(place)
    with subprocess.Popen([sys.executable, "-c", COUNTING, place]) as other, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ours.incr("key", 3600), range(500)))
    assert other.returncode == 0
    assert ours.get("key") == 1000


def test_two_servers_of_one_tally_keep_to_one_limit(place: str) -> None:
    one, other = Rates(place), Rates(place)
    began = time.time()
    allowed = sum(rates.hit("key", 5) for _ in range(50) for rates in (one, other))
    windows = int(time.time() - began) + 2
    assert 5 <= allowed <= 5 * windows


def test_a_window_ends_and_another_begins(place: str) -> None:
    shared = tally.Tally(place)
    assert [shared.incr("key", 0), shared.incr("key", 0)] == [1, 1]
    assert [shared.incr("key", 60), shared.incr("key", 60)] == [1, 2]
    assert shared.get_expiry("key") > time.time()
    shared.clear("key")
    assert shared.get("key") == 0
    shared.incr("key", 60)
    shared.reset()
    assert shared.get("key") == 0


def test_more_keys_than_there_is_room_for_are_still_counted(place: str) -> None:
    shared = FixedWindowRateLimiter(tally.Tally(place))
    item = RateLimitItemPerSecond(1, 3600)
    assert all(shared.hit(item, str(number)) for number in range(2 * tally.SLOTS))
    assert not shared.hit(item, str(2 * tally.SLOTS - 1))
