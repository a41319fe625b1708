"""What may be fetched, and what one fetch may cost."""

from __future__ import annotations

import msgspec

from vizsla.settings import Settings


class FetchRules(msgspec.Struct, frozen=True, kw_only=True):
    """The owner's choices, and bounds for one fetch."""

    enabled: bool = True
    networks: tuple[str, ...] = ()
    """Networks, such as `10.0.0.0/8`, that may be fetched from although they are not public."""
    seconds: float = 10.0
    """For one fetch from beginning to end: waiting its turn, looking up names, every redirect, the body."""
    redirects: int = 5
    """Followed at most; real ones are one or two: to https, to the host with the pictures."""
    at_once: int = 16
    """Fetches under way at the same time. Another waits, within its own seconds."""

    @classmethod
    def of(cls, settings: Settings) -> FetchRules:
        return cls(enabled=settings.fetch, networks=settings.fetch_networks)
