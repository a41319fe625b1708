"""How each format is opened by libvips: first its header, then its pixels, already reduced where it can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from vizsla.decode.libvips import Image, load

Options = Mapping[str, Any]


class Loader(msgspec.Struct, frozen=True):
    """One row: the libvips operation, and the options that decode at no less than a scale (1: as it is)."""

    operation: str
    at: Callable[[float], Options] = lambda scale: {}
    by_rows: bool = False
    """Decodes a few rows at a time, unless they are interlaced; otherwise the whole picture is held."""


def _by_powers(scale: float) -> Options:
    """JPEG: the inverse transform gives a half, a quarter or an eighth for less work."""
    return {"shrink": next((power for power in (8, 4, 2) if power * scale <= 1), 1)}


def _exactly(scale: float) -> Options:
    return {"scale": min(scale, 1)}


def _drawn(scale: float) -> Options:
    """SVG: CSS has 96 px to the inch; libvips takes one unit for a point, 72 to the inch."""
    return {"dpi": 96, "scale": scale * 72 / 96}


LOADERS: Mapping[str, Loader] = {
    "jpeg": Loader("jpegload_buffer", _by_powers, by_rows=True),
    "png": Loader("pngload_buffer", by_rows=True),
    "gif": Loader("gifload_buffer"),
    "webp": Loader("webpload_buffer", _exactly),
    "avif": Loader("heifload_buffer"),
    "heic": Loader("heifload_buffer"),
    "tiff": Loader("tiffload_buffer"),
    "svg": Loader("svgload_buffer", _drawn, by_rows=True),
}

_SAMPLE_BYTES: Mapping[str, int] = {
    "short": 2,
    "ushort": 2,
    "int": 4,
    "uint": 4,
    "float": 4,
    "double": 8,
    "complex": 8,
    "dpcomplex": 16,
}
ANIMATED = frozenset({"gif", "webp"})
"""Formats whose further pictures are frames, not pages."""


class Opened(msgspec.Struct, frozen=True):
    """A header that libvips has read; no pixels yet."""

    data: bytes
    format: str
    image: Image

    @property
    def frames(self) -> int:
        return int(self.image.get_n_pages()) if self.format in ANIMATED else 1

    @property
    def turned(self) -> bool:
        """The upright picture is as wide as the stored one is high (EXIF orientation 5 to 8)."""
        return bool(self._field("orientation", 1) >= 5)

    @property
    def held(self) -> int:
        """Bytes that the decoder holds at once for the whole picture; 0: a few rows."""
        if LOADERS[self.format].by_rows and not self._field("interlaced", 0):
            return 0
        sample = 2 if self.format == "jpeg" else _SAMPLE_BYTES.get(self.image.format, 1)
        return int(self.image.width * self.image.height * max(self.image.bands, 3) * sample)

    def at(self, scale: float) -> Image:
        """The picture at no less than `scale` times its size; only a drawing becomes larger than it is."""
        row = LOADERS[self.format]
        if row.at(scale) == row.at(1):
            return self.image
        return _open(self.data, self.format, scale)

    def _field(self, name: str, missing: int) -> int:
        return int(self.image.get(name)) if self.image.get_typeof(name) else missing


def open_header(data: bytes, name: str) -> Opened:
    """Raises `pyvips.Error` if the header is broken or this libvips cannot read the format."""
    return Opened(data, name, _open(data, name, 1))


def _open(data: bytes, name: str, scale: float) -> Image:
    """Rows come as they are asked for; what is cut off or broken is an error, not a grey area."""
    row = LOADERS[name]
    return load(row.operation, data, access="sequential", fail_on="error", **row.at(scale))
