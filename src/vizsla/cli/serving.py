"""`vizsla serve`."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from .options import LibraryOption, http_address, open_library
from .output import note


def serve(
    library: LibraryOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Default 8000; 0 picks one.")] = None,
    public_url: Annotated[
        str | None, typer.Option(callback=http_address, help="How the outside reaches the server.")
    ] = None,
    anonymous: Annotated[
        bool | None, typer.Option("--anonymous", help="Answer without keys: for private networks.")
    ] = None,
) -> None:
    """Serve the library: the API, thumbnails, and pages for people."""
    from vizsla.server import application
    from vizsla.server import serve as run

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with open_library(library, host=host, port=port, public_url=public_url, anonymous=anonymous) as opened:
        settings = opened.settings
        _ = opened.encoder  # one that is not the library's is an error now, not with the first search
        if not settings.anonymous and not any(key.revoked is None for key in opened.keys.all()):
            note("there is no key yet, and the API answers only with one: `vizsla keys create` makes one")
        run(
            application(opened),
            settings.host,
            settings.port,
            lambda address: print(f"vizsla: listening on {address}", flush=True),
        )
