"""`Fetcher`: an address that somebody else chose -> bytes, without harm to the network that we stand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore
from types import TracebackType
from typing import TYPE_CHECKING, Final

import msgspec

from .deadline import Deadline
from .errors import FetchError
from .names import Lookup, Names, system_lookup, unknown
from .reach import Reach
from .rules import FetchRules

if TYPE_CHECKING:
    import ssl

    from .address import Address
    from .connection import Dial
    from .exchange import Answer

IMAGES: Final = "image/*,*/*;q=0.1"

FRAMING: Final = 256 * 1024
"""Bytes of headers and framing that an answer may have beside twice its body, which leaves chunks of a few bytes each."""


class Fetched(msgspec.Struct, frozen=True):
    """What was fetched."""

    url: str
    """Where it came from in the end: after redirects, spelled the usual way."""
    status: int
    """200 to 299."""
    media_type: str
    """As the server claims, lower case, without parameters; empty if it does not say."""
    body: bytes
    """At most the `max_bytes` that were asked for."""


class Fetcher:
    """Fetches what others name, from several threads at once.

    Every hop looks up its host once, checks every number that was found, and connects to one of those. Each fetch has its own
    connections, one a hop: nothing is kept from one caller to the next, no cookies either. Proxies that the environment
    names are not used, because they would look up names again, out of our sight.

    Args:
        rules: what may be fetched, and at which cost.
        lookup: how names become numbers.
        dial: how numbers become connections; `None`: over the network.
        trust: whose certificates are good; `None`: the public ones, or those that `SSL_CERT_FILE` or `SSL_CERT_DIR` names.

    Raises:
        ValueError: a network in the rules is not one.
    """

    def __init__(
        self,
        rules: FetchRules,
        *,
        lookup: Lookup = system_lookup,
        dial: Dial | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = rules
        self._reach = Reach(rules.networks)
        self._names = Names(lookup, rules.at_once)
        self._free = BoundedSemaphore(rules.at_once)
        self._dial = dial
        self._trust = trust
        self._closed = False

    def get(self, url: str, *, max_bytes: int, accept: str = IMAGES) -> Fetched:
        """What is at an address.

        Args:
            url: as the caller gave it.
            max_bytes: of the body, unpacked.
            accept: media types to ask for. What comes may be another: whoever reads it must look.

        Raises:
            FetchError: nothing came; `reason` says why.
            RuntimeError: the fetcher is closed.
        """
        if self._closed:
            raise RuntimeError("this fetcher is closed")
        if not self._rules.enabled:
            raise FetchError("off", "this server fetches nothing from other servers; send the image itself")
        from .address import follow, read

        address = read(url)
        deadline = Deadline(self._rules.seconds)
        with self._turn(deadline):
            for _ in range(self._rules.redirects + 1):
                answer = self._ask(address, deadline, accept, max_bytes)
                if answer.location is None:
                    return Fetched(str(address), answer.status, answer.media_type, answer.body)
                address = follow(address, answer.location)
        raise FetchError("redirected too often", "give the address that it leads to")

    def _ask(self, address: Address, deadline: Deadline, accept: str, max_bytes: int) -> Answer:
        from .connection import Bounded, connect, dial, secured
        from .exchange import ask

        numbers = self._numbers(address, deadline)
        connection = connect(numbers, address.port, self._dial or dial, deadline)
        if address.scheme == "https":
            connection = secured(connection, address.host, self._trusted(), deadline)
        stream = Bounded(connection, deadline, FRAMING + 2 * max_bytes)
        return ask(stream, address, accept=accept, max_bytes=max_bytes)

    def _numbers(self, address: Address, deadline: Deadline) -> Sequence[str]:
        """Every number of the host. One that may not be reached condemns the name: no honest name mixes them."""
        found = [address.host] if address.is_number else self._names.numbers(address.host, deadline)
        if not found or not all(self._reach.permits(number) for number in found):
            raise unknown()
        return found

    def _trusted(self) -> ssl.SSLContext:
        if self._trust is None:
            import httpx

            self._trust = httpx.create_ssl_context()
        return self._trust

    @contextmanager
    def _turn(self, deadline: Deadline) -> Iterator[None]:
        # Whoever has waited half of the time has too little left to fetch anything.
        if not self._free.acquire(timeout=deadline.left() / 2):
            raise FetchError(
                "busy", "too much is being fetched; try again in a moment, or send the image itself"
            )
        try:
            yield
        finally:
            self._free.release()

    def close(self) -> None:
        """Nothing more is fetched; what is under way ends by itself, within its time."""
        self._closed = True

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
