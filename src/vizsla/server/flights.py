"""Single flight: many callers of one thing wait for one piece of work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from vizsla.wire import RateLimited

_Made = TypeVar("_Made")


class Flights(Generic[_Made]):
    """Pieces of work under way, by what they make. For one event loop.

    Args:
        most: pieces of work that may be under way; what comes then is refused instead of kept waiting.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: dict[Hashable, asyncio.Task[_Made]] = {}

    async def join(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, _Made]]) -> _Made:
        """What `start` makes, or who began to make the same before; a caller that gives up stops nobody else.

        Raises:
            RateLimited: too much is under way.
        """
        task = self._tasks.get(key)
        if task is None:
            if len(self._tasks) >= self._most:
                raise RateLimited
            task = self._tasks[key] = asyncio.create_task(start())
            task.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(task)

    def _landed(self, key: Hashable, done: asyncio.Task[_Made]) -> None:
        del self._tasks[key]
        if not done.cancelled():
            done.exception()  # looked at, or asyncio complains where every caller has given up
