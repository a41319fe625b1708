"""What can go wrong with a call.

wire.WireError        the server refused it: `Unauthorized`, `RateLimited`, `InvalidRequest`, ...
ClientError
├── NoAnswer          the server could not be reached, or did not answer in time
└── UnexpectedAnswer  what answered does not speak the v7 contract
"""

from __future__ import annotations


class ClientError(Exception):
    """There is no usable answer; the message says what to do."""


class NoAnswer(ClientError):
    """The server could not be reached, or did not answer in time."""


class UnexpectedAnswer(ClientError):
    """What answered does not speak the v7 contract."""
