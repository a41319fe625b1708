"""`vizsla keys`: who may ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from .options import JsonOption, LibraryOption, open_library
from .output import note, print_json, printable

if TYPE_CHECKING:
    from vizsla.state import Key

app = typer.Typer(name="keys", help="Keys for the API.", no_args_is_help=True, rich_markup_mode=None)

MOST = 1_000_000_000
"""Calls that a limit can allow: more than any server answers, and within every database's integers."""


@app.command()
def create(
    library: LibraryOption = None,
    name: Annotated[str, typer.Option(help="To know it by.")] = "",
    tps: Annotated[int | None, typer.Option(min=1, max=MOST, help="Calls allowed per second.")] = None,
    monthly: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="Calls allowed per calendar month.")
    ] = None,
) -> None:
    """Make a key and print it, once: it is not kept."""
    with open_library(library) as opened:
        print(opened.keys.create(name=name, tps=tps, monthly=monthly))


class Listed(msgspec.Struct, frozen=True):
    """A key as `vizsla keys list --json` prints it."""

    id: int
    name: str
    hint: str
    created: int
    revoked: int | None
    tps: int | None
    monthly: int | None
    calls: int
    """Calls of this month."""
    calls_in_all: int
    calls_by_month: dict[str, int]
    """By month as `2026-11`, UTC, the oldest first."""


@app.command("list")
def list_(library: LibraryOption = None, json: JsonOption = False) -> None:
    """List the keys, without their digits, and how much they are used."""
    with open_library(library) as opened:
        usage = opened.keys.usage()
        keys = [_listed(key, usage.get(key.id, {})) for key in opened.keys.all()]
    if json:
        print_json(keys)
        return
    for key in keys:
        print(_line(key))
    if not keys:
        note("there are no keys: `vizsla keys create` makes one")


def _listed(key: Key, months: dict[str, int]) -> Listed:
    known = {name: getattr(key, name) for name in Listed.__struct_fields__ if hasattr(key, name)}
    return Listed(**known, calls_in_all=sum(months.values()), calls_by_month=months)


def _line(key: Listed) -> str:
    allowed = [f"{key.tps}/s" if key.tps else "", f"{key.monthly:,}/month" if key.monthly else ""]
    state = "revoked" if key.revoked else "valid"
    day = datetime.fromtimestamp(key.created, UTC).date().isoformat()
    used = f"{key.calls:,} calls this month, {key.calls_in_all:,} in all"
    parts = [str(key.id), f"{key.hint}...", printable(key.name) or "-", state, day, used]
    return "  ".join(parts + list(filter(None, allowed)))


@app.command()
def revoke(
    which: Annotated[str, typer.Argument(metavar="KEY", help="Its number, its name, or the key itself.")],
    library: LibraryOption = None,
) -> None:
    """Make a key invalid, also for a server that runs."""
    with open_library(library) as opened:
        revoked = opened.keys.revoke(which)
    if not revoked:
        note(f"vizsla: there is no valid key {which!r}: see `vizsla keys list`")
        raise typer.Exit(1)
    note(f"{revoked} revoked")
