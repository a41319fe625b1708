"""What goes wrong while something is fetched.

FetchError.reason
├── off                    the owner does not let this server fetch
├── not an address         not something that is fetched: scheme, host, port, or credentials in it; nothing was asked
├── no public address      the name is unknown, or leads into a network that is not public; nothing was asked
├── unreachable            no connection, no trusted certificate, or broken off
├── not found              what answered has it not; `status` is what it said
├── not understood         what answers does not speak HTTP, or packs its answer in a way that was not asked for
├── redirected too often
├── too large
├── too slow
└── busy                   enough is being fetched already

An unknown name and a name inside the network are told alike, before any connection: errors must not become a map of the
network behind the server. For the same reason no message names where an address was redirected to.
"""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "off",
    "not an address",
    "no public address",
    "unreachable",
    "not found",
    "not understood",
    "redirected too often",
    "too large",
    "too slow",
    "busy",
]


class FetchError(Exception):
    """Nothing was fetched.

    `reason` is one of a few short phrases that summaries count by; `detail` says what to do; `status` is that of the
    answer, if `reason` is "not found".
    """

    def __init__(self, reason: Reason, detail: str, status: int | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.status = status
