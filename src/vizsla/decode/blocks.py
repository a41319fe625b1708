"""Metadata as it lies in a file: raw blocks, found and not yet understood."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vizsla.decode.libvips import Image

MAX_BLOCK = 4_000_000
"""Bytes; a larger block is somebody's data, not a description."""
MAX_TEXTS = 100
_EXIF_PREFIX = b"Exif\0\0"


class Blocks(msgspec.Struct, frozen=True):
    """Raw metadata; empty where the file has none."""

    exif: bytes = b""
    """A TIFF structure."""
    xmp: bytes = b""
    """An XML document."""
    iptc: bytes = b""
    """IPTC-IIM datasets, perhaps within Photoshop resources."""
    svg: bytes = b""
    """The whole file, if it is an SVG document."""
    texts: Mapping[str, str] = {}
    """Keyword to text, of PNG text chunks."""


def find_blocks(image: Image) -> Blocks:
    """The blocks that libvips kept from an image's header."""
    return Blocks(
        exif=_block(image, "exif-data").removeprefix(_EXIF_PREFIX),
        xmp=_block(image, "xmp-data"),
        iptc=_block(image, "iptc-data"),
        texts=_texts(image),
    )


def _block(image: Image, name: str) -> bytes:
    if not image.get_typeof(name):
        return b""
    block = bytes(image.get(name))
    return block if len(block) <= MAX_BLOCK else b""


def _texts(image: Image) -> dict[str, str]:
    """libvips names them `png-comment-0-Title`; the first of a keyword counts."""
    names = [name for name in image.get_fields() if name.startswith("png-comment-")][:MAX_TEXTS]
    texts = {name.split("-", 3)[3]: str(image.get(name))[:MAX_BLOCK] for name in reversed(names)}
    return dict(reversed(texts.items()))
