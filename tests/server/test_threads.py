"""Threads that work for the event loop."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from weakref import ref

import pytest

from vizsla.server.threads import Threads


def names() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_work_is_done_on_a_thread_and_its_result_comes_back() -> None:
    async def main() -> tuple[str, str]:
        threads = Threads(2, "test-work")
        return await threads.run(lambda: threading.current_thread().name), threading.current_thread().name

    worker, here = asyncio.run(main())
    assert worker.startswith("test-work-")
    assert here != worker


def test_what_work_raises_is_raised_where_it_is_waited_for() -> None:
    async def main() -> None:
        threads = Threads(1, "test-raising")
        for error in (ValueError("no"), SystemExit(3)):
            with pytest.raises(type(error)):
                await threads.run(_raising(error))
        assert await threads.run(lambda: 1) == 1

    asyncio.run(main())


def _raising(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_as_many_work_at_once_as_there_are_threads() -> None:
    async def main() -> None:
        threads = Threads(3, "test-many")
        together = threading.Barrier(3)
        await asyncio.gather(*(threads.run(lambda: together.wait(30)) for _ in range(3)))

    asyncio.run(main())


def test_who_went_away_while_waiting_costs_no_work() -> None:
    async def main() -> list[str]:
        threads = Threads(1, "test-leaving")
        done: list[str] = []
        busy = threading.Event()
        first = asyncio.create_task(threads.run(lambda: busy.wait(30)))
        second = asyncio.create_task(threads.run(lambda: done.append("second")))
        third = asyncio.create_task(threads.run(lambda: done.append("third")))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        busy.set()
        await asyncio.gather(first, third)
        return done

    assert asyncio.run(main()) == ["third"]


def test_threads_end_when_nobody_uses_them() -> None:
    threads = Threads(2, "test-ending")
    mine = [thread for thread in threading.enumerate() if thread.name.startswith("test-ending-")]
    assert len(mine) == 2
    gone = ref(threads)
    del threads
    gc.collect()
    assert gone() is None
    for thread in mine:
        thread.join(30)
        assert not thread.is_alive()
