"""The source seam: where images come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

from vizsla.records import Claims


class SourceError(Exception):
    """The source as a whole cannot be used; the message says what to do."""


class ItemError(Exception):
    """One item cannot be read. `reason` is a short phrase that summaries count by, such as `unreadable`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class NotAnImage(ItemError):
    """Neither the name nor the bytes are those of an image: passed over, not a failure."""

    def __init__(self) -> None:
        super().__init__("not an image")


class SourceItem(msgspec.Struct, frozen=True, kw_only=True):
    """One image of a source, not yet read."""

    key: str
    """Stable name within the source: the path relative to the folder, with `/`."""
    stamp: str
    """Changes when the bytes or the claims do; equal stamps mean unchanged, at the cost of one stat."""
    read: Callable[[], bytes]
    """The bytes; raises `ItemError`, also if they changed while they were read, and `NotAnImage`."""
    claims: Claims = Claims()
    names: str = ""
    """Words of its path, separated by spaces."""


class Source(Protocol):
    """A place that yields images. `address` names it for ever: records are known by it and their key."""

    @property
    def kind(self) -> str:
        """A word, such as `folder`."""

    @property
    def address(self) -> str:
        """Such as an absolute path or an URL."""

    def items(self) -> Iterator[SourceItem | tuple[str, ItemError]]:
        """Every image in a stable order; `(key, error)` for what should be one but cannot be read."""
