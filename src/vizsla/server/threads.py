"""Threads that work for the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

_Made = TypeVar("_Made")
_Job = tuple[asyncio.Future[Any], Callable[[], Any]]


class Threads:
    """A few threads to which an event loop hands work, in the order in which it comes.

    As `loop.run_in_executor`, at half its price, which counts beside searches of a millisecond
    (`python -m benchmarks.threads`). The threads end with the process, or when this object is no longer used.

    Args:
        count: how many.
        name: what they are called.
    """

    def __init__(self, count: int, name: str) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._count = count
        for number in range(count):
            Thread(target=_work, args=(self._jobs,), name=f"{name}-{number}", daemon=True).start()

    def __del__(self) -> None:
        for _ in range(self._count):
            self._jobs.put(None)

    async def run(self, work: Callable[[], _Made]) -> _Made:
        """What `work` makes, or raises, on a thread. Who is no longer waited for when its turn comes is left out."""
        future: asyncio.Future[_Made] = asyncio.get_running_loop().create_future()
        self._jobs.put((future, work))
        return await future


def _work(jobs: SimpleQueue[_Job | None]) -> None:
    while job := jobs.get():
        future, work = job
        if future.cancelled():
            continue
        try:
            _tell(future, future.set_result, work())
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it
            _tell(future, future.set_exception, error)
        del job, future, work  # nothing of the last request is held while waiting for the next


def _tell(future: asyncio.Future[Any], tell: Callable[[Any], None], what: Any) -> None:
    with suppress(RuntimeError):  # the loop has ended, and nobody waits
        future.get_loop().call_soon_threadsafe(_settle, future, tell, what)


def _settle(future: asyncio.Future[Any], tell: Callable[[Any], None], what: Any) -> None:
    if not future.done():
        tell(what)
