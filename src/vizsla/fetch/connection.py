"""A connection to a number that was checked, with a name on the certificate, that ends when its time or its bytes are used up."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any, Final

import httpcore

from .deadline import Deadline, too_slow
from .errors import FetchError

Dial = Callable[[str, int, float], socket.socket]
"""A number, a port and seconds at most -> a connected socket. Raises `OSError`."""


TRIED: Final = 4
"""Numbers of one host: its owner chose them, and may mean others with them."""


def dial(number: str, port: int, seconds: float) -> socket.socket:
    """Connects to exactly this number: nothing is looked up."""
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.settimeout(seconds)
        made.connect((number, port))
    except BaseException:
        made.close()
        raise
    return made


def connect(numbers: Sequence[str], port: int, dial: Dial, deadline: Deadline) -> socket.socket:
    """The first that answers, of some. Each has an equal share of the time left, so that a dead one leaves some for the next.

    Raises:
        FetchError: `unreachable` or `too slow`.
    """
    tried = numbers[:TRIED]
    for before, number in enumerate(tried):
        try:
            return dial(number, port, deadline.left() / (len(tried) - before))
        except OSError:
            continue
    deadline.left()
    raise FetchError("unreachable", "nothing answers there; check the address, or try again later")


def secured(plain: socket.socket, host: str, trust: ssl.SSLContext, deadline: Deadline) -> socket.socket:
    """TLS over a connection; what answers must prove that it is `host`.

    Raises:
        FetchError: `unreachable` or `too slow`; the connection is closed.
    """
    try:
        plain.settimeout(deadline.left())
        return trust.wrap_socket(plain, server_hostname=host)
    except BaseException as error:
        plain.close()
        raise _insecure(error) from error


def _insecure(error: BaseException) -> BaseException:
    if isinstance(error, TimeoutError):
        return too_slow()
    if isinstance(error, ssl.SSLCertVerificationError):
        return FetchError("unreachable", "its certificate is not trusted, or is for another name")
    if isinstance(error, OSError):
        return FetchError("unreachable", "no secure connection can be made")
    return error


class Bounded(httpcore.NetworkStream):
    """What httpcore reads and writes. Times that it proposes count for nothing; the deadline does.

    Args:
        max_bytes: read at most, framing and headers included.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline, max_bytes: int) -> None:
        self._connection = connection
        self._deadline = deadline
        self._left = max_bytes

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._connection.settimeout(self._deadline.left())
            got = self._connection.recv(max_bytes)
        except TimeoutError:
            raise too_slow() from None
        except OSError as error:
            raise broken_off() from error
        self._left -= len(got)
        if self._left < 0:
            raise too_large()
        return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._connection.settimeout(self._deadline.left())
            self._connection.sendall(buffer)
        except TimeoutError:
            raise too_slow() from None
        except OSError as error:
            # httpcore goes on to read then: a server may have answered before it hung up.
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._connection.close()

    def get_extra_info(self, info: str) -> Any:
        return None


def broken_off() -> FetchError:
    return FetchError("unreachable", "the connection broke off; try again later")


def too_large() -> FetchError:
    return FetchError("too large", "give the address of a smaller image")
