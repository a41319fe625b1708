"""`vizsla reencode`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from .options import JsonOption, LibraryOption, open_library
from .output import note, print_json, progress_bar

if TYPE_CHECKING:
    from vizsla.library.reencoding import Beginning


def reencode(
    library: LibraryOption = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="bundled, a recommended model such as siglip2-base, a directory, or OWNER/REPOSITORY of the hub; "
            "default: what a stopped run was leading to, else what the library has, with the weights that are here.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Give the library another encoder. Searches go on meanwhile; what is stopped goes on when it is run again."""
    begun = partial(_begun, named=encoder is not None)
    with open_library(library, encoder=encoder) as opened, progress_bar("encoding") as move:
        run = opened.reencoding()
        done = run.run(move, lambda: note("all is encoded; waiting for `vizsla add` to end"), begun)
    if done.given_up:
        note(f"what was made for {done.given_up} is given up")
    if json:
        print_json(done)
    elif done.switched:
        counts = f"{done.files:,} pictures from their files, {done.thumbnails:,} from their thumbnails, {done.lost:,} lost"
        print(f"{done.encoder}: {counts} in {done.seconds:.1f} s")
    else:
        print(f"{done.encoder}: the library has it already")
    if done.switched:
        note("servers that run take it over by themselves")


def _begun(beginning: Beginning, *, named: bool) -> None:
    """Say what is made, where that is not what the command says."""
    if beginning.resumed:
        done = f"{beginning.made:,} of {beginning.images:,} pictures are encoded"
        note(f"going on with {beginning.encoder}: {done}")
    elif not named:
        note(f"the vectors are made anew with {beginning.encoder}")
