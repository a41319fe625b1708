"""The format of a file, told from its first bytes; names and extensions are not asked.

Signatures: the specifications of each format; ISO/IEC 14496-12 for the brands of AVIF and HEIC.
"""

from __future__ import annotations

import re

from vizsla.decode.errors import DecodeError

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (rb"\xff\xd8\xff", "jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "png"),
    (rb"GIF8[79]a", "gif"),
    (rb"RIFF.{4}WEBP", "webp"),
    (rb".{4}ftyp", "heif"),
    (rb"II[*+]\x00|MM\x00[*+]", "tiff"),
    (rb"BM.{4}\x00{4}", "bmp"),
    (rb"(?:\xef\xbb\xbf)?\s*<", "xml"),
    (
        rb"\x1f\x8b|\x00\x00\x01\x00|8BPS|\xff\x0a|\x00\x00\x00\x0cJXL |\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51",
        "other",
    ),
    (
        rb"qoif|\xd7\xcd\xc6\x9a|v/1\x01|DDS |gimp xcf|P[1-7]\s|\x0a[\x00-\x05]\x01|\x01\xda[\x00\x01]",
        "other",
    ),
)
"""Pattern at the beginning and the family; `other`: pictures (or packed ones) that nothing here decodes."""

_FAMILIES = tuple((re.compile(pattern, re.DOTALL), family) for pattern, family in SIGNATURES)
_SVG_ROOT = re.compile(
    rb"""(?:\xef\xbb\xbf)? (?> \s+ | <\?.*?\?> | <!--.*?--> | <!DOCTYPE [^\[>]* (?:\[.*?\]\s*)? > )*+
    <(?:[A-Za-z_][\w.-]*:)?svg[\s>/]""",
    re.DOTALL | re.VERBOSE,
)
_SVG_WITHIN = 65_536
"""Bytes in which the root of an SVG file must open: comments and entity declarations may precede it."""
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


def tell_format(data: bytes) -> str:
    """One of jpeg, png, gif, webp, avif, heic, tiff, bmp, svg.

    Raises:
        DecodeError: the bytes are `empty`, `not an image`, or of an `unsupported format`.
    """
    if not data:
        raise DecodeError("empty")
    family = next((family for pattern, family in _FAMILIES if pattern.match(data)), None)
    if family == "heif":
        family = _brand(data)
    elif family == "xml":
        family = "svg" if _SVG_ROOT.match(data, 0, _SVG_WITHIN) else None
    if family == "other":
        raise DecodeError("unsupported format", "convert it to JPEG, PNG, GIF, WebP, AVIF, TIFF, BMP or SVG")
    if family is None:
        raise DecodeError("not an image")
    return family


def _brand(data: bytes) -> str | None:
    """The format that the `ftyp` box names; AVIF goes first, as both call themselves `mif1`."""
    brands = {data[at : at + 4] for at in (8, *range(16, min(int.from_bytes(data[:4], "big"), 512), 4))}
    if brands & _AVIF_BRANDS:
        return "avif"
    return "heic" if brands & _HEIC_BRANDS else None
