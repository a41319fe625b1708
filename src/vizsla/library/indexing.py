"""The index follows the store: the only place that moves changes from one to the other."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from vizsla.engines import open_engine
from vizsla.store import Store

from .errors import LibraryError

log = logging.getLogger(__name__)

STEPS = 2000
"""Changes applied at once: enough to be quick, few enough that searches see progress."""

LOCK = "lock"
"""The one file of an index that is never removed: a process that waits for it must get the one that others hold."""


class Indexer:
    """An engine, and the way to keep it up to date. Safe for several threads.

    Args:
        directory: of the index; made if it does not exist. Whatever cannot be read in it is made anew.
        dimension: length of the vectors.
    """

    def __init__(self, store: Store, directory: Path, dimension: int) -> None:
        self._store = store
        self._directory = directory
        self._dimension = dimension
        self._lock = threading.Lock()
        self.engine = open_engine(directory, dimension)
        if self.engine.watermark() > store.sequence():
            log.warning(
                "the records are older than the index, as after a backup was restored: it is made anew"
            )
            self._start_over()

    def catch_up(self) -> bool:
        """Apply what the store has and the engine has not, or look what the process that does so has done.

        Returns: whether the engine now has everything that was in the store.
        """
        with self._lock:
            newest = self._store.sequence()
            if self.engine.try_lock():
                while self.engine.watermark() < newest:
                    self.engine.apply(self._store.changes(self.engine.watermark(), STEPS))
            else:
                self.engine.refresh()
            return self.engine.watermark() >= newest

    def rebuild(self) -> None:
        """Throw the index away and make it anew.

        Raises:
            LibraryError: another process is applying changes to it.
        """
        with self._lock:
            self._start_over()
        self.catch_up()

    def _start_over(self) -> None:
        if not self.engine.try_lock():
            raise LibraryError("another process uses the index: stop it, then run this again")
        self.engine.begin_anew()

    def close(self) -> None:
        self.engine.close()
