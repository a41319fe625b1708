"""What a server does besides answering: its index follows the store, its counts are written down."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from vizsla.library import Library
from vizsla.library.thumbnails import FewAtATime

from .admission import Admission

log = logging.getLogger("vizsla")

TICK_SECONDS = 0.15
"""Between looks at the store: what is added is to be found within a second."""

COUNT_TICKS = 7
"""Counted calls and asked queries are written about once a second."""

DROP_TICKS = 67
"""Thumbnails that were to go with their pictures are looked for about every ten seconds, which is as long as a rendition
is trusted: who removes pictures deletes them too, unless stopped. While some are there, a few go with every tick."""

FAILED_TICKS = 30 * DROP_TICKS
"""The same, after some could not be deleted: trying may take as long as a bucket takes to fail."""

_UNDELETED = "thumbnails of removed pictures could not be deleted"


def tell_superseded() -> None:
    """Say that the library got another encoder; see `Follower`."""
    log.warning(
        "the library has another encoder now: restart the server to search with it; until then the old vectors "
        "answer, and what is added is found by its words"
    )


class Follower:
    """A thread that keeps the index up to date while the server runs.

    Attributes:
        caught_up: set once everything that was in the store at the start can be found.

    Args:
        superseded: called once, when the library has another encoder than the one that it was opened with.
    """

    def __init__(
        self, library: Library, admission: Admission, superseded: Callable[[], None] = tell_superseded
    ) -> None:
        self._library = library
        self._admission = admission
        self._tell_superseded = superseded
        self._stopping = threading.Event()
        self.caught_up = threading.Event()
        self._failing: set[str] = set()
        self._superseded = False
        self._drop_few = FewAtATime(library)
        self._drop_ticks = DROP_TICKS

    @contextmanager
    def running(self) -> Iterator[None]:
        """Follow while the block runs."""
        thread = threading.Thread(target=self._run, name="vizsla-follower", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()
            self._write_down()

    async def ready(self, request: Request) -> Response:
        """`GET /readyz`: 200 once everything that was in the store at the start can be found."""
        if self.caught_up.is_set():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("the index is being brought up to date\n", status_code=503)

    def _run(self) -> None:
        ticks = drop_at = 0
        while not self._stopping.is_set():
            self._attempt(self._follow, "the index could not follow the store")
            self._attempt(self._library.searcher.refresh, "what words the library holds could not be learnt")
            self._attempt(self._library.similarity.refresh, "how pictures are compared could not be learnt")
            self._attempt(self._library.store.read_ahead, "records could not be read ahead of searches")
            if ticks >= drop_at:
                self._attempt(self._drop, _UNDELETED)
                drop_at = ticks + self._drop_ticks
            ticks += 1
            if ticks % COUNT_TICKS == 0:
                self._write_down()
            self._stopping.wait(TICK_SECONDS)

    def _write_down(self) -> None:
        self._attempt(self._admission.flush, "calls could not be counted")
        self._attempt(self._library.queries.flush, "what was asked could not be written down")

    def _follow(self) -> None:
        if self._library.index():
            self.caught_up.set()
        if not self._superseded and self._library.superseded():
            self._superseded = True
            self._tell_superseded()

    def _drop(self) -> None:
        """Delete a few thumbnails, and go on with the next tick: everything else here waits for it, too."""
        self._drop_ticks = FAILED_TICKS
        self._drop_ticks = 1 if self._drop_few() else DROP_TICKS

    def _attempt(self, step: Callable[[], None], failed: str) -> None:
        """Do one step; whatever goes wrong with it, searches go on, and the next tick tries again.

        What keeps going wrong is logged once.
        """
        try:
            step()
        except Exception:
            if failed not in self._failing:
                log.exception("%s; trying on", failed)
            self._failing.add(failed)
        else:
            if failed in self._failing:
                log.warning("this is over: %s", failed)
            self._failing.discard(failed)
