"""`vizsla subsets`: parts of the library that custom search asks for by name."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from vizsla.wire import InvalidRequest, parse_search

from .options import JsonOption, LibraryOption, open_library
from .output import note, print_json, printable
from .searching import FILTERS, with_filters

if TYPE_CHECKING:
    from vizsla.state import Subset

app = typer.Typer(
    name="subsets",
    help="Named parts of the library, for custom search: customConfig=NAME.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NARROWING = tuple(row for row in FILTERS if row.name not in {"count", "offset", "id", "mkt", "cc", "setLang"})
"""Parameters that say which images, not which page of them or for whom."""

_DOMAIN = re.compile(r"(?=.{1,253}\Z)[^\W_]([\w-]{0,61}[^\W_])?(\.[^\W_]([\w-]{0,61}[^\W_])?)*")


def _name(text: str) -> str:
    from vizsla.state import check_name

    try:
        return check_name(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _domains(texts: list[str] | None) -> list[str]:
    found = [text.strip().strip(".").lower() for text in texts or []]
    for domain in found:
        if not _DOMAIN.fullmatch(domain):
            raise typer.BadParameter(f"{domain!r} is not a domain such as example.org")
    return found


@app.command()
@partial(with_filters, rows=NARROWING)
def create(
    name: Annotated[
        str,
        typer.Argument(callback=_name, help="Up to 64 letters, digits, `-` and `_`; in capitals the same."),
    ],
    filters: dict[str, str],
    library: LibraryOption = None,
    site: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DOMAIN", callback=_domains, help="Images on this domain or below it; or another."
        ),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Images of this source, see `vizsla status`; or another."),
    ] = None,
) -> None:
    """Name what passes all filters, on one of the sites and of one of the sources; a name that there is, anew."""
    from vizsla.state import Subset

    sent = {row.name: value for row in NARROWING if (value := filters.get(row.field))}
    try:
        parse_search([("q", "all"), *sent.items()])
    except InvalidRequest as error:
        raise typer.BadParameter(str(error)) from None
    subset = Subset(name=name, filters=sent, sites=tuple(site or ()), sources=tuple(source or ()))
    with open_library(library) as opened:
        replaced = opened.save_subset(subset)
    note(f"{'replaced' if replaced else 'created'} {name}")


@app.command("list")
def list_(library: LibraryOption = None, json: JsonOption = False) -> None:
    """List the subsets and what they demand."""
    with open_library(library) as opened:
        subsets = opened.subsets.all()
    if json:
        print_json(subsets)
        return
    for subset in subsets:
        print(_line(subset))
    if not subsets:
        note("there are no subsets: `vizsla subsets create` makes one")


def _line(subset: Subset) -> str:
    demands = [f"{name}={value}" for name, value in subset.filters.items()]
    demands += [f"site={site}" for site in subset.sites] + [f"source={source}" for source in subset.sources]
    return printable("  ".join([subset.name, *(demands or ["everything"])]))


@app.command()
def delete(
    name: Annotated[str, typer.Argument(help="Its name.")],
    library: LibraryOption = None,
) -> None:
    """Forget a subset; no image is touched."""
    with open_library(library) as opened:
        deleted = opened.subsets.delete(name)
    if not deleted:
        note(f"vizsla: there is no subset {name!r}: see `vizsla subsets list`")
        raise typer.Exit(1)
    note(f"deleted {name}")
