"""Which numbers on the network may be connected to."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

Number = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NEVER_PUBLIC: Final[tuple[Network, ...]] = (
    ip_network(
        "192.0.0.0/24"
    ),  # protocol assignments, of which Python calls two global; one cloud's metadata
    ip_network("192.88.99.0/24"),  # relays from IPv4 into 6to4
    ip_network(
        "168.63.129.16/32"
    ),  # the platform behind every virtual machine of Azure, though a public number
    ip_network("2001::/23"),  # Teredo, which wraps an IPv4 address, and other protocols
    ip_network("2002::/16"),  # 6to4, which wraps an IPv4 address
    ip_network("3fff::/20"),  # documentation, RFC 9637: younger than some Pythons
)
"""Refused although `is_global` says otherwise, in one version of Python or another."""

UNICAST: Final = IPv6Network("2000::/3")
"""All that was ever given out of IPv6 (RFC 4291, section 2.4). Outside of it are the wrappings of IPv4: mapped, compatible,
translated, NAT64."""

INTERFACE_BITS: Final = 64
"""The lower half of an IPv6 number; the upper is what one link has in common (RFC 4291, section 2.5.4)."""


class Reach:
    """What may be connected to: what is public, and what the owner named.

    Args:
        networks: in CIDR notation.

    Raises:
        ValueError: one is not a network.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._named = tuple(ip_network(network) for network in networks)

    def permits(self, text: str) -> bool:
        """Whether this number may be connected to.

        Args:
            text: as a resolver gives it. One that cannot be read, or that holds on one link only, may not.
        """
        try:
            number = ip_address(text)
        except ValueError:
            return False
        if isinstance(number, IPv6Address) and number.scope_id is not None:
            return False
        return any(number in network for network in self._named) or (
            is_public(number) and not is_near(number)
        )


def is_public(number: Number) -> bool:
    """Whether it is the number of one machine that everybody may reach."""
    if isinstance(number, IPv6Address) and number not in UNICAST:
        return False
    special = any(number in network for network in NEVER_PUBLIC)
    return number.is_global and not number.is_multicast and not number.is_reserved and not special


def is_near(number: Number) -> bool:
    """Whether it is this machine itself, or stands on the same IPv6 link: behind the firewall, with a public number."""
    source = source_towards(number)
    return source is not None and are_neighbours(source, number)


def are_neighbours(source: Number, number: Number) -> bool:
    if isinstance(source, IPv4Address) or isinstance(number, IPv4Address):
        return source == number
    return int(source) >> INTERFACE_BITS == int(number) >> INTERFACE_BITS


def source_towards(number: Number) -> Number | None:
    """The number that this machine would speak from; `None`: there is no way. Sends nothing: UDP connects by name only."""
    family = socket.AF_INET if isinstance(number, IPv4Address) else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(number), 9))
            return ip_address(probe.getsockname()[0].partition("%")[0])
    except OSError:
        return None
