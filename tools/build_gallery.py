"""Build the bundled gallery of public-domain pictures.

    python tools/build_gallery.py --corpora DIR --skimage DIR

`--corpora` is the folder that holds the Debian packages openclipart-png and openclipart-svg, unpacked as
`openclipart-png/` and `openclipart-svg/`, and `openclipart.jsonl`, their texts (keys path, title, description,
tags, creator). `--skimage` is the folder `skimage/data` of an installed or unpacked scikit-image.

What is in the gallery is chosen by hand in `gallery.csv`, one picture a row:

    path           where it goes below the gallery; the ending chooses the format: png, jpg, svg (copied), gif (animated)
    source         `openclipart:PATH` or `skimage:PATH`; several, separated by spaces, are the frames of a gif.
                   An openclipart path that ends in .svg is drawn anew, because its PNG is too small.
    title          in English, what is to be seen
    tags           words for what is to be seen, put before those of the source
    description    instead of that of the source; `-` for none
    creator, host_page_url, rights    only where the source is skimage, from the docstrings of `skimage.data`

The same inputs and the same version of pyvips give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import html
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyvips

SELECTION = Path(__file__).with_name("gallery.csv")
GALLERY = Path(__file__).parents[1] / "src" / "vizsla" / "gallery"

LONGEST_SIDE = 320
"""Pixels; larger than what a result grid shows, small enough for the wheel."""

ANIMATION_SIDE = 160
"""Pixels of an animation, whose bytes are those of all its frames."""

DOTS_PER_INCH = 90
"""Of the drawings' own units: what drawing programs of their time took for an inch. At fewer, edges are cut off."""

VISIBLE = 8
"""Alpha, 0 to 255, above which a pixel counts as part of the drawing when its empty margin is cut off."""

JPEG_QUALITY = 85
PALETTE_QUALITY = 80
"""Of 100, for the choice of palette colours: looks the same at this size and saves a third of the bytes."""

FRAME_MILLISECONDS = 600

PUBLIC_DOMAIN = re.compile(r'license\s[^>]*"[^"]*public\s?domain[^"]*"', re.IGNORECASE)
"""How the drawings of openclipart say in their metadata that they are in the public domain."""

NOISE = re.compile(
    r"^\d+$|^0x|^hash|unsorted|inkscape|@|e-?mail|architetto|\wsym$|musicstuff|signs_and_symbols"
    r"|united_nations_member|^eps converted|^part of|derivative",
    re.IGNORECASE,
)
"""Tags and descriptions of openclipart that say nothing about the picture."""

PREFACE = """\
# Where the pictures of the gallery come from

All of them are in the public domain: dedicated by their creators (CC0 or an earlier dedication) or works of NASA.
Their licence in the manifest is `cc0`. They were cut to what is drawn, made smaller and given English titles.

| Source | Is |
|---|---|
| openclipart | Open Clip Art Library 0.18, <http://www.openclipart.org>, as packaged by Debian (openclipart-png, openclipart-svg); each drawing carries its public-domain dedication |
| skimage | the pictures of scikit-image, <https://scikit-image.org>, folder `skimage/data`; the rights are those that the documentation of `skimage.data` states |

| Picture | Title | Creator | Rights | From |
|---|---|---|---|---|
"""


class GalleryError(Exception):
    """The gallery cannot be built; the message says what to correct."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One row of the selection."""

    path: str
    source: str
    title: str
    tags: str = ""
    description: str = ""
    creator: str = ""
    host_page_url: str = ""
    rights: str = ""

    @property
    def sources(self) -> list[str]:
        return self.source.split()


@dataclass(frozen=True, kw_only=True)
class Original:
    """One picture as its source has it, and what the source says about it."""

    file: Path
    creator: str = ""
    description: str = ""
    tags: list[str] = field(default_factory=list)
    rights: str = ""
    date_published: str = ""


class Openclipart:
    """The drawings and texts of the two Debian packages."""

    def __init__(self, corpora: Path) -> None:
        self.png = corpora / "openclipart-png/usr/share/openclipart/png"
        self.svg = corpora / "openclipart-svg/usr/share/openclipart/svg"
        lines = (corpora / "openclipart.jsonl").read_text(encoding="utf-8").splitlines()
        rows = (json.loads(line) for line in lines)
        self.texts = {row["path"].rpartition("/openclipart/png/")[2]: row for row in rows}

    def original(self, path: str) -> Original:
        drawing = (self.svg / path).with_suffix(".svg")
        markup = drawing.read_text(encoding="utf-8", errors="replace")
        if not PUBLIC_DOMAIN.search(markup):
            raise GalleryError(
                f"{drawing} does not say that it is in the public domain; choose another picture"
            )
        text = self.texts[str(Path(path).with_suffix(".png"))]
        return Original(
            file=drawing if path.endswith(".svg") else self.png / path,
            creator=without_address(plain(text.get("creator", ""))),
            description=telling(text.get("description", "")),
            tags=[telling(tag).replace("_", " ") for tag in text.get("tags", [])],
            rights="public domain",
            date_published=date_in(markup),
        )


class Skimage:
    """The pictures in `skimage/data`; what is known about them is in the selection."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def original(self, path: str) -> Original:
        return Original(file=self.data / path)


def plain(text: str) -> str:
    """The text on one line, without character references."""
    return " ".join(html.unescape(text).split())


def without_address(creator: str) -> str:
    """The name without its e-mail address; of a mere address, the part before the `@`."""
    return re.sub(r"\W+[\w.]+@[\w.]+\W*", "", creator).partition("@")[0]


def telling(text: str) -> str:
    """The text, made plain, or nothing if it says nothing about the picture."""
    text = plain(text)
    return "" if NOISE.search(text) else text


def date_in(markup: str) -> str:
    """The ISO 8601 date that the metadata of a drawing states, or nothing if there is none or no such day."""
    found = re.search(r"<dc:date>\s*(\d{4})[-/](\d\d)[-/](\d\d)\b", markup)
    stated = "-".join(found.groups()) if found else ""
    try:
        return date.fromisoformat(stated).isoformat()
    except ValueError:
        return ""


def drawn(file: Path) -> pyvips.Image:
    """The picture as sRGB, with alpha only where needed, without empty margin, at most `LONGEST_SIDE` a side."""
    image = with_alpha(opened(file))
    box = visible_box(image)
    if file.suffix == ".svg":
        image = with_alpha(opened(file, scale=LONGEST_SIDE / max(box[2:])))
        box = visible_box(image)
    return fitted(image.crop(*box), LONGEST_SIDE)


def opened(file: Path, scale: float = 1.0) -> pyvips.Image:
    if file.suffix == ".svg":
        return pyvips.Image.svgload(str(file), scale=scale, dpi=DOTS_PER_INCH)
    return pyvips.Image.new_from_file(str(file))


def with_alpha(image: pyvips.Image) -> pyvips.Image:
    """Four bands of 8 bits, sRGB and alpha."""
    image = image.colourspace("srgb")
    return image if image.hasalpha() else image.bandjoin(255)


def visible_box(image: pyvips.Image) -> list[int]:
    """Left, top, width and height of what is drawn."""
    box: list[int] = image[3].find_trim(threshold=VISIBLE, background=[0])
    if not box[2] or not box[3]:
        raise GalleryError(f"{image.filename} is empty; choose another picture")
    return box


def fitted(image: pyvips.Image, side: int) -> pyvips.Image:
    """At most `side` pixels a side, never enlarged; alpha only if some of it is transparent."""
    image = image.thumbnail_image(side, height=side, size="down").cast("uchar")
    return image[:3] if image.hasalpha() and image[3].min() == 255 else image


def animation(frames: Iterable[pyvips.Image]) -> pyvips.Image:
    """One tall image of the frames, each on white, as the GIF writer takes it."""
    small = [fitted(frame, ANIMATION_SIDE) for frame in frames]
    opaque = [frame.flatten(background=255) if frame.hasalpha() else frame for frame in small]
    if len({(frame.width, frame.height) for frame in opaque}) != 1:
        raise GalleryError("the frames of an animation must be of one size")
    strip = pyvips.Image.arrayjoin(opaque, across=1).copy()
    strip.set_type(pyvips.GValue.gint_type, "page-height", opaque[0].height)
    strip.set_type(pyvips.GValue.array_int_type, "delay", [FRAME_MILLISECONDS] * len(opaque))
    strip.set_type(pyvips.GValue.gint_type, "loop", 0)
    return strip


def save(choice: Choice, originals: list[Original], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    match target.suffix:
        case ".png":
            image = drawn(originals[0].file)
            image.pngsave(
                str(target),
                palette=True,
                Q=PALETTE_QUALITY,
                dither=0.3,
                effort=10,
                compression=9,
                keep="none",
            )
        case ".jpg":
            image = drawn(originals[0].file)
            image.jpegsave(str(target), Q=JPEG_QUALITY, optimize_coding=True, keep="none")
        case ".gif":
            animation(drawn(original.file) for original in originals).gifsave(str(target), effort=10)
        case ".svg":
            shutil.copyfile(originals[0].file, target)
        case ending:
            raise GalleryError(f"{choice.path}: cannot write {ending}; use .png, .jpg, .gif or .svg")


def manifest_row(choice: Choice, original: Original) -> dict[str, object]:
    """What the manifest says about the picture: nothing that neither the source nor the curator says."""
    mine = [tag.strip() for tag in choice.tags.split(",") if tag.strip()]
    row: dict[str, object] = {
        "path": choice.path,
        "title": choice.title,
        "description": description(choice, original),
        "tags": list(dict.fromkeys([*mine, *filter(None, original.tags)])),
        "licence": "cc0",
        "creator": choice.creator or original.creator,
        "host_page_url": choice.host_page_url,
        "date_published": original.date_published,
        "language": "en",
    }
    return {key: value for key, value in row.items() if value}


def description(choice: Choice, original: Original) -> str:
    if choice.description:
        return choice.description.removeprefix("-")
    return original.description


def attribution_line(choice: Choice, row: dict[str, object], original: Original) -> str:
    rights = choice.rights or original.rights
    if not rights or not row.get("creator"):
        raise GalleryError(f"{choice.path}: say who made it and what its rights are")
    come_from = "<br>".join(f"`{source}`" for source in choice.sources)
    if choice.host_page_url:
        come_from += f" <{choice.host_page_url}>"
    cells = (f"`{choice.path}`", choice.title, str(row["creator"]).replace("|", "/"), rights, come_from)
    return f"| {' | '.join(cells)} |\n"


def choices() -> Iterator[Choice]:
    with SELECTION.open(encoding="utf-8", newline="") as lines:
        yield from (Choice(**row) for row in csv.DictReader(lines))


def build(corpora: Path, skimage: Path) -> None:
    sources: dict[str, Openclipart | Skimage] = {
        "openclipart": Openclipart(corpora),
        "skimage": Skimage(skimage),
    }
    pictures = GALLERY / "pictures"
    shutil.rmtree(pictures, ignore_errors=True)
    manifest, attribution = [], [PREFACE]
    for choice in choices():
        named = [source.partition(":") for source in choice.sources]
        originals = [sources[name].original(path) for name, _, path in named]
        save(choice, originals, pictures / choice.path)
        row = manifest_row(choice, originals[0])
        manifest.append(json.dumps(row, ensure_ascii=False) + "\n")
        attribution.append(attribution_line(choice, row, originals[0]))
    (pictures / "metadata.jsonl").write_text("".join(manifest), encoding="utf-8")
    (GALLERY / "ATTRIBUTION.md").write_text("".join(attribution), encoding="utf-8")
    size = sum(file.stat().st_size for file in pictures.rglob("*") if file.is_file())
    print(f"{len(manifest)} pictures, {size / 1e6:.2f} MB in {pictures}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the bundled gallery.")
    parser.add_argument("--corpora", type=Path, required=True, help="folder with openclipart.jsonl")
    parser.add_argument("--skimage", type=Path, required=True, help="folder skimage/data of scikit-image")
    options = parser.parse_args()
    try:
        build(options.corpora, options.skimage)
    except GalleryError as error:
        parser.exit(1, f"build_gallery: {error}\n")


if __name__ == "__main__":
    main()
