"""`vizsla reencode`."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import JsonOption, LibraryOption, open_library
from .output import note, print_json, progress_bar


def reencode(
    library: LibraryOption = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="bundled, a recommended model such as siglip2-base, a directory, or OWNER/REPOSITORY of the hub.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Give the library another encoder. Searches go on meanwhile; what is stopped goes on when it is run again."""
    with open_library(library, encoder=encoder) as opened, progress_bar("encoding") as move:
        run = opened.reencoding()
        done = run.run(move, lambda: note("all is encoded; waiting for `vizsla add` to end"))
    if json:
        print_json(done)
    elif done.switched:
        counts = f"{done.files:,} pictures from their files, {done.thumbnails:,} from their thumbnails, {done.lost:,} lost"
        print(f"{done.encoder}: {counts} in {done.seconds:.1f} s")
    else:
        print(f"{done.encoder}: the library has it already")
    if done.switched:
        note("servers that run take it over by themselves")
