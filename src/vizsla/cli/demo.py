"""`vizsla demo`: from nothing to a grid of pictures in one command, offline."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import LibraryOption, open_library
from .output import note, progress_bar
from .searching import write_grid

if TYPE_CHECKING:
    from vizsla.library import Library

QUERY, LICENCE, SHOWN = "puppies", "public", 16
"""What the Quickstart asks."""

KEY_NAME = "demo"


def demo(
    library: LibraryOption = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks one.")] = 8000,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")] = Path("vizsla-demo"),
    once: Annotated[bool, typer.Option("--once", help="Stop after the files are written.")] = False,
) -> None:
    """Search the bundled gallery: build a library, serve it, ask it, draw what it answers."""
    from vizsla.server import application, running

    place = library or out / "library"
    with open_library(place) as opened:
        _fill(opened)
        opened.keys.revoke(KEY_NAME)
        key = opened.keys.create(name=KEY_NAME)
        with running(application(opened), port=0 if once else port) as address:
            _ask(address, key, out)
            if once:
                note("")
                note("To keep it serving, with a page to search on:")
                print(f"vizsla serve --library {place}")
                return
            note("")
            print(f"The page:  {address}/")
            print(f"The API:   {address}/v7.0/images/search?q={QUERY}")
            print(f"The key:   {key}")
            note("Ctrl-C ends it.")
            _wait()


def _fill(library: Library) -> None:
    """Add the gallery; a second time nothing is left to do."""
    from vizsla.gallery import gallery_directory
    from vizsla.library import Choices
    from vizsla.sources import open_source

    source = open_source(str(gallery_directory()), library.settings)
    with progress_bar("adding the gallery") as move:
        summary = library.adding(source, Choices(licence="cc0")).run(move)
    note(f"{summary.added + summary.updated + summary.unchanged} pictures are in {library.directory}")


def _ask(address: str, key: str, out: Path) -> None:
    """The v7 Quickstart: search, take sixteen thumbnails, draw them."""
    import httpx

    from vizsla.client import Client
    from vizsla.wire import decode_images

    url, headers = f"{address}/v7.0/images/search", {"Ocp-Apim-Subscription-Key": key}
    response = httpx.get(url, headers=headers, params={"q": QUERY, "license": LICENCE}, timeout=60)
    response.raise_for_status()
    with Client(address, key) as client:
        pictures = [client.thumbnail(image) for image in decode_images(response.content).value[:SHOWN]]
    out.mkdir(parents=True, exist_ok=True)
    (out / "response.json").write_bytes(response.content)
    write_grid(pictures, out / "grid.png")
    print(f"The answer: {out / 'response.json'}")
    print(f"The grid:   {out / 'grid.png'}")


def _wait() -> None:
    """Until SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
