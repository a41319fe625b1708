"""How often `imageType` is told right: python -m benchmarks.kind --photos DIR --corpora DIR

Photos are all JPEG files of a directory; clip art is Debian's openclipart-png, at most twelve pictures of a folder, so
that no icon theme outvotes the rest. `kinds.csv` names grey pictures of openclipart that were sorted by eye into line
drawings and others, and stamps of Debian's tuxpaint-stamps-default into cut-out photos and drawings. Each is judged as
it is, as a JPEG of quality 75 on white, at 160 pixels, and photos in grey. `tools/build_kind.py` fits to files whose
CRC-32 is even; what is printed is of the others.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from benchmarks.held_out import add_collections, held_out, sample
from benchmarks.report import budget
from vizsla.analyse.kind import KINDS, tell
from vizsla.decode import DecodeError, Picture, open_picture
from vizsla.decode.libvips import Image, LibvipsError

FOLDERS = {
    "clipart": "openclipart-png/usr/share/openclipart/png",
    "stamps": "tuxpaint-stamps-default/usr/share/tuxpaint/stamps",
}
SORTED = Path(__file__).with_name("kinds.csv")
WANTED = 0.95


class Group(NamedTuple):
    """Pictures of which the same answers are right."""

    name: str
    right: frozenset[str]


PHOTOS = Group("photos", frozenset({"photo"}))
CLIPART = Group("clip art", frozenset({"clipart", "line"}))
"""Coloured and grey; line drawings that nobody has sorted are among it, so that both answers may be right."""
BY_KIND = {
    "line": Group("line drawings", frozenset({"line"})),
    "other": Group("other grey clip art", frozenset({"clipart"})),
    "photo": Group("cut-out photos of stamps", frozenset({"photo"})),
    "drawn": Group("drawn stamps", frozenset({"clipart", "line"})),
}
KINDS_OF_V7 = (PHOTOS, CLIPART, BY_KIND["line"])
"""What `imageType` is about; the others are its hard cases."""


class Judged(NamedTuple):
    group: Group
    variant: str
    kind: str


def variants(path: Path, *, grey: bool) -> Iterator[tuple[str, Picture]]:
    """The file as it is, and what happens to pictures on the web."""
    yield "as it is", open_picture(path.read_bytes())
    yield from treated(Image.new_from_file(str(path)), grey=grey)


def treated(image: Image, *, grey: bool) -> Iterator[tuple[str, Picture]]:
    """A picture on white as a JPEG, smaller, and without colours."""
    image = (image.flatten(background=255) if image.hasalpha() else image).copy_memory()
    yield "JPEG 75", open_picture(image.jpegsave_buffer(Q=75))
    yield "160 px", open_picture(image.thumbnail_image(160, size="down").jpegsave_buffer(Q=85))
    if grey:
        yield "in grey", open_picture(image.colourspace("b-w").jpegsave_buffer(Q=85))


def judge(path: Path, group: Group) -> list[Judged]:
    try:
        pictures = variants(path, grey=group is PHOTOS)
        return [Judged(group, name, tell(picture).kind) for name, picture in pictures]
    except (DecodeError, LibvipsError) as error:
        print(f"left out: {path.name}: {error}")
        return []


def by_eye(corpora: Path) -> dict[Path, str]:
    """File to kind, of `kinds.csv`."""
    with SORTED.open(encoding="utf-8", newline="") as file:
        return {
            corpora / FOLDERS[row["collection"]] / row["path"]: row["kind"] for row in csv.DictReader(file)
        }


def reported(photos: Path, corpora: Path) -> Iterator[tuple[Path, Group]]:
    """Every file that nothing was fitted to."""
    known = by_eye(corpora)
    yield from ((path, PHOTOS) for path in sorted(photos.glob("*.jpg")) if held_out(path))
    drawn = (path for path in sample(corpora / FOLDERS["clipart"]) if known.get(path) != "line")
    yield from ((path, CLIPART) for path in drawn if held_out(path))
    yield from ((path, BY_KIND[kind]) for path, kind in known.items() if held_out(path))


def tell_shares(judged: Iterable[Judged]) -> None:
    """A line for each group and variant; a budget for the mean of `KINDS_OF_V7`, and one for each group, at the worst variant."""
    answers: dict[tuple[Group, str], Counter[str]] = defaultdict(Counter)
    for one in judged:
        answers[one.group, one.variant][one.kind] += 1
    shares: defaultdict[Group, dict[str, float]] = defaultdict(dict)
    print(f"{'':36}{'right':>6} of{'':7}{'':7}" + "".join(f"{kind:>9}" for kind in KINDS))
    for (group, variant), found in answers.items():
        right = sum(found[kind] for kind in group.right)
        share = shares[group][variant] = right / found.total()
        kinds = "".join(f"{found[kind]:9}" for kind in KINDS)
        print(f"{group.name + ', ' + variant:36}{right:6} of {found.total():5}  {share:.3f}{kinds}")
    common = set.intersection(*(set(shares[group]) for group in KINDS_OF_V7))
    worst = min(mean(shares[group][variant] for group in KINDS_OF_V7) for variant in common)
    names = ", ".join(group.name for group in KINDS_OF_V7)
    budget(f"kind told right, mean of {names}, worst treatment", worst, "at least", WANTED, "")
    for group, told in shares.items():
        budget(f"kind told right, {group.name}, worst treatment", min(told.values()), "at least", WANTED, "")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_collections(parser)
    arguments = parser.parse_args()
    files = list(reported(arguments.photos, arguments.corpora))
    with ThreadPoolExecutor(2) as threads:
        judged = [one for found in threads.map(lambda given: judge(*given), files) for one in found]
    tell_shares(judged)


if __name__ == "__main__":
    main()
