"""`vizsla demo`: from nothing to a grid of pictures in one command, offline."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import LibraryOption, open_library
from .output import OutputError, note, progress_bar
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
        _ = opened.encoder  # a demo of before, with another encoder, cannot be searched
        _fill(opened)
        opened.keys.revoke(KEY_NAME)
        key = opened.keys.create(name=KEY_NAME)
        with running(application(opened), port=0 if once else port) as address:
            _ask(address, key, out)
            note("")
            if once:
                note("To keep it serving, with a page to search on:")
                print(f"{_command()} serve --library {shlex.quote(str(place))}")
                return
            wait = _until_told_to_stop()
            print(f"The page:  {address}/")
            print(f"The API:   {address}/v7.0/images/search?q={QUERY}")
            print(f"The key:   {key}", flush=True)
            note("Ctrl-C ends it.")
            wait()


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

    direct = httpx.HTTPTransport()  # a proxy that the environment names cannot reach this server
    url, headers = f"{address}/v7.0/images/search", {"Ocp-Apim-Subscription-Key": key}
    with httpx.Client(transport=direct, timeout=60) as http:
        response = http.get(url, headers=headers, params={"q": QUERY, "license": LICENCE})
    response.raise_for_status()
    with Client(address, key, transport=httpx.HTTPTransport()) as client:
        pictures = [client.thumbnail(image) for image in decode_images(response.content).value[:SHOWN]]
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "response.json").write_bytes(response.content)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}; choose another with --out") from error
    write_grid(pictures, out / "grid.png")
    print(f"The answer: {out / 'response.json'}")
    print(f"The grid:   {out / 'grid.png'}")


def _command() -> str:
    """How this program can be called again from here."""
    called = sys.argv[0]
    found = shutil.which("vizsla")
    if Path(called).name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m vizsla"
    return "vizsla" if found and Path(found).resolve() == Path(called).resolve() else shlex.quote(called)


def _until_told_to_stop() -> Callable[[], object]:
    """From now on SIGINT and SIGTERM end not the process but the call of what is returned."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped.wait
