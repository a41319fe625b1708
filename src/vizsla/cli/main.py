"""`vizsla`: every command, and the one place where an error becomes an exit code.

0: done. 1: it could not be done; one line says why and what to do. 2: wrong usage.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer

from . import adding, demo, keys, looking, reencoding, searching, serving, subsets
from .output import note

app = typer.Typer(
    name="vizsla",
    help="Search your own pictures; speaks the Bing Image Search API v7.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo.demo)
app.command()(adding.add)
app.command()(adding.remove)
app.command()(serving.serve)
app.command()(searching.search)
app.add_typer(keys.app)
app.add_typer(subsets.app)
app.command()(reencoding.reencode)
app.command()(looking.status)
app.command()(looking.check)

INTERRUPTED = 130
"""What typer makes of Ctrl-C."""


def main() -> NoReturn:
    """Run the command that the process's arguments name."""
    # Before numpy: its products here are small, and threads for each would wait for those that decode and search.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    if not all(map(_is_text, sys.argv)):
        note("vizsla: an argument is not UTF-8: rename the file, or type the words in another way")
        sys.exit(2)
    try:
        app()
    except SystemExit as ending:
        if ending.code != INTERRUPTED:
            raise
        note("vizsla: stopped; what was done is kept")
    except Exception as error:
        if not _told(error):
            raise
        note(f"vizsla: {error}")
    sys.exit(1)


def _is_text(argument: str) -> bool:
    """Python stands in for bytes that are not text with surrogates, which no database and no answer can hold."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _told(error: Exception) -> bool:
    """Whether the error is one of ours: those have a message that says what to do; others are mistakes of ours."""
    return type(error).__module__.startswith("vizsla.")
