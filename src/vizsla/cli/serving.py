"""`vizsla serve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import LibraryOption, http_address, open_library
from .output import note

if TYPE_CHECKING:
    from vizsla.settings import Settings

PemOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="PEM file; with its pair, HTTPS is served.")
]


def serve(
    library: LibraryOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Default 8000; 0 picks one.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, max=64, help="Processes that answer; default one per core, up to 4.")
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(callback=http_address, help="How the outside reaches the server.")
    ] = None,
    anonymous: Annotated[
        bool | None, typer.Option("--anonymous", help="Answer without keys: for private networks.")
    ] = None,
    tls_certificate: PemOption = None,
    tls_key: PemOption = None,
    https_only: Annotated[bool | None, typer.Option("--https-only", help="Refuse plain HTTP.")] = None,
) -> None:
    """Serve the library: the API, thumbnails, and pages for people."""
    from vizsla.server import prepare_process, serve_library

    prepare_process()
    options = {
        "host": host,
        "port": port,
        "workers": workers,
        "public_url": public_url,
        "anonymous": anonymous,
    }
    secure = {"tls_certificate": tls_certificate, "tls_key": tls_key, "https_only": https_only}
    with open_library(library, **options, **secure) as opened:
        settings = opened.settings
        _ = opened.encoder  # one that is not the library's is an error now, not with the first search
        if not settings.anonymous and not any(key.revoked is None for key in opened.keys.all()):
            note("there is no key yet, and the API answers only with one: `vizsla keys create` makes one")
        if _refuses_everything(settings):
            note(
                "only HTTPS is answered, and nothing here speaks it: name a certificate, or `trusted_proxies`"
            )
        serve_library(opened, lambda address: print(f"vizsla: listening on {address}", flush=True))


def _refuses_everything(settings: Settings) -> bool:
    return settings.https_only and not settings.tls_certificate and not settings.trusted_proxies
