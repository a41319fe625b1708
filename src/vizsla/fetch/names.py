"""Names -> numbers, in bounded time."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread

from .deadline import Deadline, too_slow
from .errors import FetchError

Lookup = Callable[[str], Sequence[str]]
"""A host's name -> all its numbers, best first; none: it is not known."""


def system_lookup(host: str) -> list[str]:
    """As this machine is set up to look up names: its hosts file, its name servers."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Names:
    """Looks up names on threads of their own, because the system's way knows no time limit and cannot be stopped.

    Args:
        at_once: threads at most; one that was given up still counts until the system lets it go.
    """

    def __init__(self, lookup: Lookup, at_once: int) -> None:
        self._lookup = lookup
        self._free = BoundedSemaphore(at_once)

    def numbers(self, host: str, deadline: Deadline) -> Sequence[str]:
        """Raises `FetchError`: `too slow`."""
        if not self._free.acquire(timeout=deadline.left()):
            raise too_slow()
        found: SimpleQueue[Sequence[str]] = SimpleQueue()
        Thread(target=self._look, args=(host, found), name="vizsla-names", daemon=True).start()
        try:
            return found.get(timeout=deadline.left())
        except Empty:
            raise too_slow() from None

    def _look(self, host: str, found: SimpleQueue[Sequence[str]]) -> None:
        try:
            found.put(self._lookup(host))
        finally:
            self._free.release()


def unknown() -> FetchError:
    return FetchError(
        "no public address",
        "check the spelling; what is not on the public network is only fetched from networks that the owner of this "
        "server named in `fetch_networks`",
    )
