"""What goes wrong while bytes become pixels."""

from __future__ import annotations

from typing import Literal

Reason = Literal["empty", "not an image", "unsupported format", "truncated", "damaged", "too large"]


class DecodeError(Exception):
    """The bytes cannot become a picture.

    `reason` is one of a few short phrases that summaries count by; `detail` says more about this one file.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
