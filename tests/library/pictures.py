"""Small pictures of every kind, good and bad, made on the spot."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

ORIENTATION = 0x0112
"""The EXIF tag; 6: turn by a quarter to see it upright."""
COPYRIGHT = 0x8298


def draw(seed: int, size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A picture that no other seed gives."""
    chance = random.Random(seed)
    picture = Image.new("RGB", size, _colour(chance))
    pen = ImageDraw.Draw(picture)
    for _ in range(4):
        ends = (
            sorted(chance.randrange(size[0]) for _ in range(2)),
            sorted(chance.randrange(size[1]) for _ in range(2)),
        )
        pen.rectangle((ends[0][0], ends[1][0], ends[0][1], ends[1][1]), _colour(chance))
    return picture


def make(file: Path, seed: int = 0, size: tuple[int, int] = (48, 32), **options: Any) -> Path:
    """Write a picture in the format of the file's ending, or of the option `format`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draw(seed, size).save(file, **options)
    return file


def make_many(folder: Path, count: int, *, first: int = 0) -> Path:
    """Several, found by the word "picture" of what they say of themselves; a serial name says nothing."""
    said = PngInfo()
    said.add_text("Description", "a picture")
    for seed in range(first, first + count):
        make(folder / f"picture-{seed:03}.png", seed, pnginfo=said)
    return folder


def titled(title: str, author: str) -> PngInfo:
    """Text inside a PNG, for the option `pnginfo`."""
    said = PngInfo()
    said.add_text("Title", title)
    said.add_text("Author", author)
    return said


def told(keyword: str, text: str) -> PngInfo:
    """One text inside a PNG, for the option `pnginfo`."""
    said = PngInfo()
    said.add_itxt(keyword, text)
    return said


def noticed(notice: str) -> Image.Exif:
    """A copyright notice, for the option `exif`."""
    exif = Image.Exif()
    exif[COPYRIGHT] = notice
    return exif


def packet(properties: str) -> bytes:
    """An XMP packet with properties of Dublin Core and Creative Commons, for the option `xmp`."""
    return f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#">{properties}</rdf:Description>
</rdf:RDF>""".encode()


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return exif


def huge() -> bytes:
    """The beginning of a PNG of 100,000 x 100,000 pixels; each of its chunks is whole."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1_000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, *zip(*chunks, strict=True)))


def make_bad(folder: Path) -> dict[str, str]:
    """Files that cannot be added, each with the reason that is to be told."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = make(folder / "truncated.jpg", 1, (200, 200)).read_bytes()
    contents = {
        "truncated.jpg": (whole[: len(whole) // 2], "truncated"),
        "zero.png": (b"", "empty"),
        "text.jpg": (b"this is no picture\n", "not an image"),
        "huge.png": (huge(), "too large"),
        "noise.gif": (b"GIF89a" + bytes(range(64)), "damaged"),
    }
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    return {name: reason for name, (_, reason) in contents.items()}


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
