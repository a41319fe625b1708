"""`vizsla search`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from vizsla.wire import SEARCH_PARAMETERS, Images, InvalidRequest, Parameter, SearchParameters, parse_search

from .options import JsonOption, LibraryOption, open_library
from .output import OutputError, note, print_json, printable

ROWS, COLUMNS = 4, 4

FILTERS = tuple(row for row in SEARCH_PARAMETERS if row.name != "q")


def with_filters(command: Callable[..., None], rows: tuple[Parameter, ...] = FILTERS) -> Callable[..., None]:
    """Give a command one option for each of these v7 parameters, named as there, and all of them as `filters`."""
    own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "filters"]
    options = [
        inspect.Parameter(
            row.field,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None, typer.Option(_option(row.name), metavar="VALUE", help=f"v7 parameter {row.name}")
            ],
        )
        for row in rows
    ]

    def wrapped(**given: Any) -> None:
        filters = {row.field: value for row in rows if (value := given.pop(row.field))}
        command(**given, filters=filters)

    keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    wrapped.__signature__ = inspect.Signature(keyword + options)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {p.name: p.annotation for p in keyword + options}
    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    return wrapped


def _option(name: str) -> str:
    return "--" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


@with_filters
def search(
    query: Annotated[str, typer.Argument(help="Words; quotes make phrases.")],
    filters: dict[str, str],
    library: LibraryOption = None,
    endpoint: Annotated[str | None, typer.Option(metavar="URL", help="Ask this v7 server instead.")] = None,
    key: Annotated[str | None, typer.Option(help="The key for --endpoint; default VIZSLA_KEY.")] = None,
    grid: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the first 16 as a picture.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Search the library, or any v7 server."""
    try:
        parameters = parse_search(
            [("q", query), *((row.name, filters.get(row.field, "")) for row in FILTERS)]
        )
    except InvalidRequest as error:
        raise typer.BadParameter(str(error)) from None
    shown = ROWS * COLUMNS if grid else 0
    if endpoint:
        answer, pictures = _ask_server(endpoint, key, query, filters, shown)
    else:
        answer, pictures = _ask_library(library, parameters, shown)
    if grid:
        write_grid(pictures, grid)
        note(f"wrote {grid}")
    if json:
        print_json(answer)
    else:
        _print(answer)


def _ask_library(
    library: Path | None, parameters: SearchParameters, shown: int
) -> tuple[Images, list[bytes]]:
    with open_library(library) as opened:
        answer = opened.search(parameters)
        return answer, [opened.thumbnail(image.image_id) for image in answer.value[:shown]]


def _ask_server(
    endpoint: str, key: str | None, query: str, filters: dict[str, str], shown: int
) -> tuple[Images, list[bytes]]:
    from vizsla.client import Client

    if key and not key.isascii():
        raise typer.BadParameter(f"{key!r} is not a key: `vizsla keys create` makes one")
    try:
        client = Client(endpoint, key)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    with client:
        answer = client.search(query, **filters)  # type: ignore[arg-type]
        return answer, [client.thumbnail(image) for image in answer.value[:shown]]


def write_grid(pictures: list[bytes], file: Path) -> None:
    """Draw encoded pictures into a file; its ending chooses the format, PNG if it has none."""
    from vizsla.client import draw

    try:
        draw(pictures, ROWS, COLUMNS).savefig(file, dpi=100, format=file.suffix[1:] or "png")
    except (OSError, ValueError) as error:
        raise OutputError(f"{file} cannot be written: {error}") from error


def _print(answer: Images) -> None:
    for number, image in enumerate(answer.value, answer.current_offset + 1):
        size = f"{image.width} x {image.height} {image.encoding_format}"
        print(f"{number:3}. {printable(image.name)}  [{size}]  {image.content_url}")
    note(f"{answer.total_estimated_matches:,} pictures match")
