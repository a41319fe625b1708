"""`vizsla add` and `vizsla remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .options import JsonOption, LibraryOption, http_address, open_library
from .output import note, print_json, printable, progress_bar

if TYPE_CHECKING:
    from vizsla.library import AdultChoice, Summary


def _licence(text: str | None) -> str | None:
    from vizsla.wire import parse_code

    try:
        return parse_code(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _adult(text: str | None) -> AdultChoice | None:
    from vizsla.library import ADULT_CHOICES

    if text is None:
        return None
    for choice in ADULT_CHOICES:
        if text == choice:
            return choice
    raise typer.BadParameter(f"{text!r} is none of {', '.join(ADULT_CHOICES)}", param_hint="--adult")


_OCR: dict[bool | None, Literal["yes", "no"] | None] = {True: "yes", False: "no", None: None}


def add(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Folders of pictures.")],
    library: LibraryOption = None,
    licence: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            callback=_licence,
            help="Licence of pictures that say nothing of one: cc0, by, by-sa, by-nd, by-nc, by-nc-sa, by-nc-nd, unknown.",
        ),
    ] = None,
    content_base: Annotated[
        str | None,
        typer.Option(
            metavar="URL", callback=http_address, help="Where the pictures are served, under their paths."
        ),
    ] = None,
    adult: Annotated[
        str | None,
        typer.Option(
            metavar="auto|yes|no",
            help="Whether the pictures are adult: each is judged (auto), all are, or you vouch that none is.",
        ),
    ] = None,
    ocr: Annotated[
        bool | None,
        typer.Option(
            "--ocr/--no-ocr",
            show_default=False,
            help="Read words in the pictures, which takes longer than all else; needs `pip install vizsla[ocr]`.",
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Add at most so many from each source.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Tell what would happen, write nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Add pictures; what is unchanged since the last time is skipped."""
    from vizsla.library import Choices
    from vizsla.sources import open_source

    choices = Choices(licence, content_base, _adult(adult), _OCR[ocr])
    with open_library(library) as opened:
        named = [open_source(text, opened.settings) for text in sources]
        summaries: list[Summary] = []
        try:
            for source in named:
                run = opened.adding(source, choices, limit=limit, dry_run=dry_run)
                summaries.append(run.summary)
                with progress_bar("adding") as move:
                    run.run(move)
        finally:
            _tell(summaries, json=json, dry_run=dry_run)
    if not any(summary.added or summary.updated or summary.unchanged for summary in summaries):
        note(f"vizsla: {_nothing(summaries)}")
        raise typer.Exit(1)


def _nothing(summaries: list[Summary]) -> str:
    """Why there is nothing in the library after adding."""
    if any(summary.failed for summary in summaries):
        return "no picture could be added: the reasons are listed above"
    folders = ", ".join(printable(summary.source) for summary in summaries)
    return f"there is no picture in {folders}: give a folder that holds some (JPEG, PNG, GIF, WebP, AVIF, HEIC, TIFF, BMP, SVG)"


def _tell(summaries: list[Summary], *, json: bool, dry_run: bool) -> None:
    if json:
        from vizsla.library import total_of

        print_json(total_of(summaries))
        return
    for summary in summaries:
        print(_sentence(summary, dry_run=dry_run))
        for failure in summary.failures:
            detail = f" ({failure.detail})" if failure.detail else ""
            print(printable(f"  {failure.key}: {failure.reason}{detail}"))
        if unlisted := summary.failed - len(summary.failures):
            print(f"  and {unlisted:,} more")
        if summary.missing:
            note(_gone(summary.missing))


def _gone(missing: int) -> str:
    if missing == 1:
        return "1 picture of the library is no longer there; `vizsla remove` forgets it"
    return f"{missing:,} pictures of the library are no longer there; `vizsla remove` forgets them"


def _sentence(summary: Summary, *, dry_run: bool) -> str:
    counts = {name: getattr(summary, name) for name in ("added", "updated", "unchanged", "failed")}
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(summary.reasons.items()))
    would = "would be: " if dry_run else ""
    return f"{printable(summary.source)}: {would}{told}{f' ({reasons})' if reasons else ''} in {summary.seconds:.1f} s"


def remove(
    what: Annotated[
        list[str], typer.Argument(metavar="SOURCE_OR_ID...", help="Folders, files in them, or ids.")
    ],
    library: LibraryOption = None,
) -> None:
    """Remove pictures from the library; their files stay."""
    with open_library(library) as opened:
        for name in what:
            print(f"{printable(name)}: {opened.remove(name):,} removed")
