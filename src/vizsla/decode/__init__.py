"""Bytes to pixels, in bounds: the only room that touches untrusted image bytes. See `docs/decisions/0005-decoding.md`."""

from vizsla.decode.blocks import Blocks
from vizsla.decode.directory import TiffDirectory
from vizsla.decode.errors import DecodeError
from vizsla.decode.layout import MAX_SIDE, Rendition
from vizsla.decode.limits import Limits
from vizsla.decode.picture import Geometry, Picture, open_picture
from vizsla.decode.thumbnail import Thumbnail, as_kept, resize

__all__ = [
    "MAX_SIDE",
    "Blocks",
    "DecodeError",
    "Geometry",
    "Limits",
    "Picture",
    "Rendition",
    "Thumbnail",
    "TiffDirectory",
    "as_kept",
    "open_picture",
    "resize",
]
