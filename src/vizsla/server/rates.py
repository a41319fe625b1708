"""How often a key is used in a second: counted in this process, or for several servers in Redis or Valkey."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from limits import RateLimitItemPerSecond
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from vizsla.settings import SettingsError

log = logging.getLogger("vizsla")

TIMEOUT_SECONDS = 0.25
"""How long a request may wait for the shared count: it is one step to a machine nearby."""

PAUSE_SECONDS = 5.0
"""After the shared count failed, how long it is not asked: so few requests wait for it."""

_ONE_MACHINE = frozenset({"redis", "rediss", "redis+unix"})
"""Schemes whose client takes time limits by the names that we know."""


class Rates:
    """Counts calls of keys in each second. Safe for several threads.

    When a shared count is lost while serving, calls are counted here alone until it is back: each server still keeps
    to the limits, and nobody is refused for what is no fault of theirs.

    Args:
        url: the setting `limits`. `valkey://` is spoken to as `redis://`, so that one client is enough.

    Raises:
        SettingsError: it cannot be used, or nothing answers there.
    """

    def __init__(self, url: str) -> None:
        storage = _storage(url)
        self._shared = FixedWindowRateLimiter(storage)
        self._alone = FixedWindowRateLimiter(MemoryStorage())
        self._lock = threading.Lock()
        self._paused_until = 0.0

    def hit(self, key: str, tps: int) -> bool:
        """Count a call of a key that is allowed `tps` calls per second; whether it is one of them."""
        item = RateLimitItemPerSecond(tps)
        if time.monotonic() >= self._paused_until:
            try:
                allowed = self._shared.hit(item, key)
            except StorageError as error:
                self._lost(error)
            else:
                self._back()
                return allowed
        return self._alone.hit(item, key)

    def _lost(self, error: StorageError) -> None:
        with self._lock:
            first = self._paused_until == 0.0
            self._paused_until = time.monotonic() + PAUSE_SECONDS
        if first:
            log.error("calls per second cannot be counted together (%s); each server counts its own", error)

    def _back(self) -> None:
        if self._paused_until == 0.0:
            return
        with self._lock:
            over, self._paused_until = self._paused_until > 0.0, 0.0
        if over:
            log.warning("calls per second are counted together again")


def _storage(url: str) -> Storage:
    scheme, _, rest = url.partition("://")
    scheme = scheme.replace("valkey", "redis", 1)
    limited = scheme in _ONE_MACHINE
    options: dict[str, Any] = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    try:
        storage = storage_from_string(
            f"{scheme}://{rest}", wrap_exceptions=True, **(options | _one_retry() if limited else {})
        )
    except (ConfigurationError, ImportError) as error:
        raise SettingsError(f"the setting limits cannot be used: {_told(scheme, error)}") from error
    except ValueError as error:
        raise SettingsError(f"the setting limits is no address: {error}") from error
    if not isinstance(storage, Storage):
        raise SettingsError(f"the setting limits cannot be {scheme!r}: leave `async+` out")
    if not storage.check():
        raise SettingsError(
            f"nothing answers at {_place(url)}, where the setting limits has calls counted: "
            "start Redis or Valkey there, or name another place"
        )
    return storage


def _one_retry() -> dict[str, Any]:
    """The client keeps connections, which the other side may have closed meanwhile; its own choice waits for longer."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {"retry": Retry(NoBackoff(), 1)}


def _told(scheme: str, error: Exception) -> str:
    if isinstance(error, ImportError) or "prerequisite" in str(error):
        return f"{scheme} needs a client that is not installed: for Redis and Valkey, pip install 'vizsla[redis]'"
    return str(error)


def _place(url: str) -> str:
    """The address without the password that may be in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
