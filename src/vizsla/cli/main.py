"""`vizsla`: every command, and the one place where an error becomes an exit code.

0: done. 1: it could not be done; one line says why and what to do. 2: wrong usage.
"""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from . import adding, demo, keys, looking, searching, serving
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
app.command()(looking.status)
app.command()(looking.check)


def main() -> NoReturn:
    """Run the command that the process's arguments name."""
    try:
        app()
    except KeyboardInterrupt:
        note("vizsla: stopped")
    except Exception as error:
        if not _told(error):
            raise
        note(f"vizsla: {error}")
    sys.exit(1)


def _told(error: Exception) -> bool:
    """Whether the error is one of ours: those have a message that says what to do; others are mistakes of ours."""
    return type(error).__module__.startswith("vizsla.")
