"""Who may ask, how often: keys, calls per second, calls per month."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request

from vizsla.state import Key, Keys
from vizsla.wire import Forbidden, QuotaExceeded, RateLimited, Unauthorized

from .rates import Rates

HEADER = "Ocp-Apim-Subscription-Key"

REMEMBERED_SECONDS = 1.0
"""How long a key is believed without asking the database: revoking works within this time."""


class Admission:
    """Decides about each request, and counts it.

    Args:
        limits: the setting; where calls per second are counted.
        anonymous: everybody may ask; no key is looked at.

    Raises:
        SettingsError: `limits` cannot be used, or nothing answers there.
    """

    def __init__(self, keys: Keys, limits: str, *, anonymous: bool) -> None:
        self._keys = keys
        self._anonymous = anonymous
        self._rates = Rates(limits)
        self._remembered: dict[str, tuple[float, Key]] = {}
        self._uncounted: Counter[int] = Counter()
        self._lock = threading.Lock()

    def admit(self, request: Request) -> None:
        """Let a request pass, or say why not; the log learns the number of its key.

        Raises:
            Unauthorized, Forbidden, RateLimited, QuotaExceeded
        """
        key = self._identify(request.headers.getlist(HEADER))
        if key is not None:
            request.state.key_id = key.id
            self._count(key)

    def _identify(self, sent: Sequence[str]) -> Key | None:
        """The key; `None` if everybody may ask."""
        if self._anonymous:
            return None
        given = [value.strip() for value in sent if value.strip()]
        if not given:
            raise Unauthorized(f"Send your key in the header {HEADER}.")
        if len(given) > 1:
            raise Unauthorized(redundant=True)
        key = self._known(given[0])
        if key is None:
            raise Unauthorized
        if key.revoked is not None:
            raise Forbidden
        return key

    def flush(self) -> None:
        """Write what was counted since the last time.

        Raises:
            StateError: it cannot be written; it stays counted, for the next time.
        """
        with self._lock:
            counted = self._uncounted.copy()
        self._keys.count(counted)
        with self._lock:
            self._uncounted -= counted
            self._remembered.clear()  # what is remembered of a key holds its calls of before

    def _known(self, secret: str) -> Key | None:
        now = time.monotonic()
        remembered = self._remembered.get(secret)
        if remembered and now < remembered[0]:
            return remembered[1]
        key = self._keys.find(secret)
        if key is None:
            self._remembered.pop(secret, None)  # keys that never were are not remembered: they have no bound
        else:
            self._remembered[secret] = (now + REMEMBERED_SECONDS, key)
        return key

    def _count(self, key: Key) -> None:
        # a number alone would be that of a key of another library, where both count in one place
        counted_as = f"{key.id}-{key.hint}-{key.created}"
        if key.tps is not None and not self._rates.hit(counted_as, key.tps):
            raise RateLimited
        with self._lock:
            if key.monthly is not None and key.calls + self._uncounted[key.id] >= key.monthly:
                raise QuotaExceeded(_seconds_to_next_month(datetime.now(UTC)))
            self._uncounted[key.id] += 1


def _seconds_to_next_month(now: datetime) -> int:
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = first.replace(year=now.year + now.month // 12, month=now.month % 12 + 1)
    return int((following - now).total_seconds()) + 1
