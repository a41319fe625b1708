"""What one picture may cost."""

from __future__ import annotations

import msgspec

from vizsla.decode.errors import DecodeError


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds for one picture, checked before its pixels are made."""

    max_pixels: int = 1_000_000_000
    """Width times height: most decoders go row by row and hold little of them."""
    max_held: int = 1 << 30
    """Bytes of a picture that its decoder must hold as a whole, such as an interlaced PNG."""
    drawing_seconds: int = 10
    """Processor time for one SVG drawing."""

    def check(self, width: int, height: int, held: int = 0) -> None:
        """Raises `DecodeError` if the picture is `too large`."""
        if width * height > self.max_pixels:
            raise DecodeError(
                "too large", f"{width} x {height} pixels; at most {self.max_pixels:,} are decoded"
            )
        if held > self.max_held:
            raise DecodeError("too large", f"{width} x {height} pixels need {held:,} bytes at once")
