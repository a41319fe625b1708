"""A folder of a few pictures of which everything is known, and ways to ask a server."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
from PIL import Image, ImageDraw

from contract.validated import Validated
from vizsla.library import Choices, Library
from vizsla.server import application, running
from vizsla.settings import Settings
from vizsla.sources import open_source

KEY = "Ocp-Apim-Subscription-Key"

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 30), (30, 30, 200)

NOTHING_CHOSEN = Choices()

HOSTILE = """<script>alert("1")</script> '"><img src=x onerror=alert(2)> {{ 7 * 7 }} dog"""

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">
<script>alert(1)</script><circle cx="30" cy="20" r="18" fill="#c33"/></svg>"""

MANIFEST = [
    {"path": "flag.jpg", "title": "Striped flag", "tags": ["flag", "a&b=c"], "licence": "by-sa"},
    {"path": "disc.png", "title": HOSTILE, "description": HOSTILE, "tags": [HOSTILE], "creator": HOSTILE},
    {"path": "ball.svg", "title": "Drawn ball", "licence": "cc0"},
    {
        "path": "away.png",
        "title": "Picture that lives elsewhere",
        "content_url": "https://cdn.example.org/away.png?a=1&b=2",
        "host_page_url": "https://pictures.example.org/away",
    },
]


def fill(folder: Path) -> None:
    """Put the pictures into a folder."""
    folder.mkdir()
    flag = Image.new("RGB", (948, 632), GREEN)
    pen = ImageDraw.Draw(flag)
    pen.rectangle((0, 0, 315, 631), RED)
    pen.rectangle((632, 0, 947, 631), BLUE)
    flag.save(folder / "flag.jpg", quality=95)
    disc = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(disc).ellipse((50, 50, 250, 250), (*RED, 255))
    disc.save(folder / "disc.png")
    Image.new("RGB", (64, 48), BLUE).save(folder / "away.png")
    (folder / "ball.svg").write_bytes(SVG)
    (folder / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in MANIFEST), "utf-8")


class Shelf(NamedTuple):
    """A library of the pictures, and a server over it."""

    address: str
    key: str
    library: Library
    folder: Path

    def search(self, q: str = "flag OR disc OR ball OR picture", **params: str | int) -> httpx.Response:
        url = f"{self.address}/v7.0/images/search"
        return httpx.get(url, params={"q": q, **params}, headers={KEY: self.key})

    def id_of(self, name: str) -> str:
        """The image id of a file in the folder."""
        (image_id,) = self.library.store.of_source(str(self.folder), name)
        return image_id

    def thumbnail(self, name: str) -> str:
        """The address of a file's thumbnail."""
        found = self.search("flag disc ball picture dog", count=150).json()["value"]
        image_id = self.id_of(name)
        return str(next(image["thumbnailUrl"] for image in found if image["imageId"] == image_id))


def add(library: Library, folder: Path, choices: Choices = NOTHING_CHOSEN) -> None:
    library.adding(open_source(str(folder), library.settings), choices).run()


@contextmanager
def shelf(place: Path) -> Iterator[Shelf]:
    """A shelf of its own, for a test that changes it."""
    folder = place / "pictures"
    fill(folder)
    with Library(Settings(library=place / "library")) as library:
        add(library, folder)
        with running(Validated(application(library))) as address:
            yield Shelf(address, library.keys.create(), library, folder)


@contextmanager
def served_with(library: Library, **settings: object) -> Iterator[str]:
    """Another server over a library, with other settings; gives its address."""
    with (
        Library(Settings(library=library.directory, **settings)) as other,  # type: ignore[arg-type]
        running(Validated(application(other))) as address,
    ):
        yield address


def raw(address: str, request: bytes) -> bytes:
    """Everything that a server sends on a connection of its own."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(request)
        received = b""
        while block := connection.recv(65536):
            received += block
    return received


def raw_get(address: str, target: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    """`raw` with the request line and the usual headers."""
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: localhost", *headers, b"Connection: close"]
    return raw(address, b"\r\n".join(lines) + b"\r\n\r\n")
