"""`vizsla search`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vizsla.wire import (
    MAX_IMAGES,
    SEARCH_PARAMETERS,
    WHOLE,
    CropArea,
    Images,
    InvalidRequest,
    Parameter,
    QueryContext,
    SearchParameters,
    parse_search,
    read_parameters,
)

from .options import JsonOption, LibraryOption, open_library
from .output import OutputError, note, print_json, printable

if TYPE_CHECKING:
    from vizsla.client import Client

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
    filters: dict[str, str],
    query: Annotated[str, typer.Argument(help="Words; quotes make phrases.")] = "",
    like: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE_OR_ID", help="What looks like this picture; several times: like these."),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="L,T,R,B",
            help="Only this part of the first of them: its sides as fractions, such as 0.5,0,1,1 for the right half.",
        ),
    ] = None,
    library: LibraryOption = None,
    endpoint: Annotated[str | None, typer.Option(metavar="URL", help="Ask this v7 server instead.")] = None,
    key: Annotated[str | None, typer.Option(help="The key for --endpoint; default VIZSLA_KEY.")] = None,
    grid: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the first 16 as a picture.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Search the library, or any v7 server: by words, by what looks alike, or by both."""
    parameters = _parameters(query, filters, images := [_image(one) for one in like or ()])
    crop = _region(region, images)
    shown = ROWS * COLUMNS if grid else 0
    if endpoint:
        answer, pictures = _ask_server(endpoint, key, query, images, crop, filters, shown)
    else:
        answer, pictures = _ask_library(library, parameters, images, crop, shown)
    if grid:
        write_grid(pictures, grid)
        note(f"wrote {grid}")
    if json:
        print_json(answer)
    else:
        _print(answer)
    _tell_altered(answer.query_context)


def _parameters(query: str, filters: dict[str, str], images: list[Path | str]) -> SearchParameters:
    """What is asked for; beside pictures there need be no words."""
    pairs = [("q", query), *((row.name, filters.get(row.field, "")) for row in FILTERS)]
    if len(images) > MAX_IMAGES:
        raise typer.BadParameter(f"--like can be given at most {MAX_IMAGES} times")
    try:
        if query.strip() or not images:
            return parse_search(pairs)
        return SearchParameters(q="", **read_parameters(FILTERS, pairs))
    except InvalidRequest as error:
        raise typer.BadParameter(str(error)) from None


def _image(named: str) -> Path | str:
    """A file, or an image id."""
    if Path(named).is_file():
        return Path(named)
    if re.fullmatch("[0-9A-Fa-f]{40}", named):
        return named.upper()
    raise typer.BadParameter(f"{named!r} is neither a file nor the id of an image")


def _region(given: str | None, images: list[Path | str]) -> CropArea:
    """The part of the first picture that counts."""
    if given is None:
        return WHOLE
    if not images:
        raise typer.BadParameter("--region is of the first picture that --like names")
    try:
        left, top, right, bottom = map(float, given.split(","))
        return CropArea(left=left, top=top, right=right, bottom=bottom)
    except ValueError:
        raise typer.BadParameter(
            f"{given!r} is no region: four fractions, left,top,right,bottom, such as 0.5,0,1,1"
        ) from None


def _ask_library(
    library: Path | None, parameters: SearchParameters, images: list[Path | str], crop: CropArea, shown: int
) -> tuple[Images, list[bytes]]:
    with open_library(library) as opened:
        answer = opened.similar(images, parameters, crop) if images else opened.search(parameters)
        return answer, [opened.thumbnail(image.image_id) for image in answer.value[:shown]]


def _ask_server(
    endpoint: str,
    key: str | None,
    query: str,
    images: list[Path | str],
    crop: CropArea,
    filters: dict[str, str],
    shown: int,
) -> tuple[Images, list[bytes]]:
    from vizsla.client import Client

    if key and not key.isascii():
        raise typer.BadParameter(f"{key!r} is not a key: `vizsla keys create` makes one")
    try:
        client = Client(endpoint, key)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    with client:
        answer = _similar(client, images, query, crop, filters) if images else client.search(query, **filters)  # type: ignore[arg-type]
        return answer, [client.thumbnail(image) for image in answer.value[:shown]]


def _similar(
    client: Client, images: list[Path | str], words: str, crop: CropArea, filters: dict[str, str]
) -> Images:
    """A page of similar pictures as the answer of a search."""
    known: dict[str, Any] = {name: value for name, value in filters.items() if name != "id"}
    known |= {name: int(known[name]) for name in ("count", "offset") if name in known}
    tokens = [one if isinstance(one, Path) else f"mid_{one}" for one in images]
    page = next(iter(client.similar_pages(*tokens, words=words, crop=crop, **known)))
    return Images(
        query_context=QueryContext(original_query=words),
        total_estimated_matches=page.total_estimated_matches or 0,
        current_offset=page.current_offset or 0,
        next_offset=page.next_offset or 0,
        value=page.value,
    )


def write_grid(pictures: list[bytes], file: Path) -> None:
    """Draw encoded pictures into a file; its ending chooses the format, PNG if it has none."""
    from vizsla.client import draw

    try:
        draw(pictures, ROWS, COLUMNS).savefig(file, dpi=100, format=file.suffix[1:] or "png")
    except (OSError, ValueError) as error:
        raise OutputError(f"{file} cannot be written: {error}") from error


def _tell_altered(context: QueryContext) -> None:
    """Say that it was not what was typed that was searched for, and how to get that."""
    if not context.altered_query:
        return
    told = f'results for "{context.altered_query}"'
    if insisting := context.alteration_override_query:
        told += f'; search for "{insisting}" to get what was typed'
    note(printable(told))


def _print(answer: Images) -> None:
    for number, image in enumerate(answer.value, answer.current_offset + 1):
        size = f"{image.width} x {image.height} {image.encoding_format}"
        print(f"{number:3}. {printable(image.name)}  [{size}]  {image.content_url}")
    note(f"{answer.total_estimated_matches:,} pictures match")
