"""Calls per second, counted together by the processes of one server: a file that all of them map."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from limits.storage import Storage

SCHEME: Final = "shared"

SLOTS: Final = 4096
"""Keys that are counted at a time: those of the last second, and no more."""

NEAR: Final = 8
"""Slots in which a key may be found; when all are taken, the one that ends first is given away."""

_SLOT = struct.Struct("=8sdQ")  # digest of the key, Unix time at which the count ends, count


def create(path: Path) -> str:
    """Make an empty tally; returns the address by which `limits` opens it."""
    path.write_bytes(bytes(SLOTS * _SLOT.size))
    return f"{SCHEME}://{path.absolute().as_posix()}"


class Tally(Storage):
    """A storage of `limits` for fixed windows. Safe for several threads and processes.

    Args:
        uri: what `create` returned.
    """

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - as the base class has it

    def __init__(self, uri: str, wrap_exceptions: bool = False, **_: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._file = os.open(unquote(urlsplit(uri).path), os.O_RDWR | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._file)
        self._slots = mmap.mmap(self._file, SLOTS * _SLOT.size)
        self._threads = threading.Lock()  # a lock on a file holds off other processes only

    @property
    def base_exceptions(self) -> type[Exception]:
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window of `expiry` seconds that begins with the first call in it; returns the count."""
        digest, now = _digest(key), time.time()
        with self._locked():
            place, ends, count = self._find(digest, now)
            if not count:
                ends = now + expiry
            _SLOT.pack_into(self._slots, place, digest, ends, count + amount)
        return count + amount

    def get(self, key: str) -> int:
        with self._locked():
            return self._find(_digest(key), time.time())[2]

    def get_expiry(self, key: str) -> float:
        now = time.time()
        with self._locked():
            _, ends, count = self._find(_digest(key), now)
        return ends if count else now

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with self._locked():
            self._slots[:] = bytes(len(self._slots))
        return None

    def clear(self, key: str) -> None:
        with self._locked():
            place = self._find(_digest(key), time.time())[0]
            _SLOT.pack_into(self._slots, place, b"", 0.0, 0)

    def _find(self, digest: bytes, now: float) -> tuple[int, float, int]:
        """Where a key is counted, until when, and its count; a place that can be had for it and 0 if nowhere."""
        first = int.from_bytes(digest)
        best, earliest = 0, float("inf")
        for step in range(NEAR):
            place = (first + step) % SLOTS * _SLOT.size
            known, ends, count = _SLOT.unpack_from(self._slots, place)
            if known == digest and ends > now:
                return place, ends, count
            if ends < earliest:
                best, earliest = place, ends
        return best, 0.0, 0

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


def _digest(key: str) -> bytes:
    return blake2b(os.fsencode(key), digest_size=8).digest()
