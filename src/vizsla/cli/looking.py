"""`vizsla status` and `vizsla check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from .options import JsonOption, LibraryOption, open_library
from .output import note, print_json

if TYPE_CHECKING:
    from vizsla.library import Status


def status(library: LibraryOption = None, json: JsonOption = False) -> None:
    """Tell what is in the library."""
    with open_library(library) as opened:
        found = opened.status()
    if json:
        print_json(found)
        return
    _tell(found)
    if found.outdated:
        note(_again(found.outdated))


def _tell(found: Status) -> None:
    for name, value in msgspec.structs.asdict(found).items():
        if name == "outdated" and not value:
            continue
        if isinstance(value, dict):
            print(f"{name}:")
            for part, count in value.items():
                print(f"  {part}: {count:,}")
        else:
            print(f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}")


def _again(outdated: int) -> str:
    if outdated == 1:
        return "1 picture was analysed by an older version: add its source again"
    return f"{outdated:,} pictures were analysed by an older version: add their sources again"


def check(
    library: LibraryOption = None,
    repair: Annotated[bool, typer.Option(help="Put right what can be.")] = False,
    json: JsonOption = False,
) -> None:
    """Tell whether the library is whole; exit 1 if it is not."""
    with open_library(library) as opened:
        report = opened.check(repair=repair)
    if json:
        print_json(report)
    else:
        for problem in report.problems:
            print(f"{'repaired' if problem.repaired else 'problem'}: {problem.what}")
        print(f"{report.records:,} pictures checked, {len(report.problems):,} problems")
    if any(not problem.repaired for problem in report.problems):
        if not repair:
            note("`vizsla check --repair` puts right what can be")
        raise typer.Exit(1)
