"""How often copies are known, and others taken for them: python -m benchmarks.copies --photos DIR --corpora DIR

Photos, and at most twelve pictures of a folder of Debian's openclipart-png, so that no theme of icons outvotes the rest.
Of pictures whose CRC-32 is odd (the others were tuned to, and are measured with --fitted) some are changed in each way of the table, over white, and it is
counted whether the change is known for a copy of its original among all others. False is an original that would be put into the
group of another one; those that a file with equal pixels stands for are left out.
"""

from __future__ import annotations

import argparse
import io
import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from benchmarks.held_out import add_collections, held_out, sample
from benchmarks.report import budget, figure
from vizsla.blobs import Blobs
from vizsla.decode import DecodeError, open_picture
from vizsla.library.grouping import Groups, Known, Look, Newcomer, look_of

CLIPART = "openclipart-png/usr/share/openclipart/png"
CHANGED = 60
"""Pictures of each collection that are changed."""
SEED = 7


def sized(factor: float) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.resize([max(1, round(side * factor)) for side in image.size])


def brighter(factor: float) -> Callable[[Image.Image], Image.Image]:
    return lambda image: ImageEnhance.Brightness(image).enhance(factor)


def cropped(left: float, top: float, right: float, bottom: float) -> Callable[[Image.Image], Image.Image]:
    def crop(image: Image.Image) -> Image.Image:
        w, h = image.size
        return image.crop((round(w * left), round(h * top), round(w * (1 - right)), round(h * (1 - bottom))))

    return crop


def marked(image: Image.Image) -> Image.Image:
    image = image.copy()
    place = (image.width * 0.6, image.height * 0.9)
    ImageDraw.Draw(image).text(place, "(c) example.com", fill="white", stroke_width=1, stroke_fill="black")
    return image


Change = tuple[Callable[[Image.Image], Image.Image], str, int]
JPEG: tuple[str, int] = ("JPEG", 85)
CHANGES: Mapping[str, Change] = {
    "25 %": (sized(0.25), *JPEG),
    "50 %": (sized(0.5), *JPEG),
    "200 %": (sized(2), *JPEG),
    "JPEG 30": (sized(1), "JPEG", 30),
    "JPEG 90": (sized(1), "JPEG", 90),
    "PNG": (sized(1), "PNG", 0),
    "WebP": (sized(1), "WEBP", 75),
    "GIF": (lambda image: image.quantize(), "GIF", 0),
    "20 % darker": (brighter(0.8), *JPEG),
    "20 % brighter": (brighter(1.2), *JPEG),
    "5 % off one side": (cropped(0.05, 0, 0, 0), *JPEG),
    "5 % off a corner": (cropped(0.05, 0.05, 0, 0), *JPEG),
    "2.5 % off each side": (cropped(*[0.025] * 4), *JPEG),
    "5 % off each side": (cropped(*[0.05] * 4), *JPEG),
}
"""Other sizes, compressions, formats, crops and brightness: what copies are to be known through."""
BEYOND: Mapping[str, Change] = {"a line of text": (marked, *JPEG)}
"""What is measured beside, and counts for no budget."""


class Pile:
    """The originals as a shelf, and as thumbnails in memory."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.looks: dict[Path, Look] = {}
        self.pixels: defaultdict[bytes, list[Path]] = defaultdict(list)
        self._blobs = Blobs("memory://")
        self._known: dict[int, Known] = {}
        self.groups = Groups(self, self._blobs)
        self.false: list[tuple[Path, Path]] = []
        self._first: dict[bytes, Path] = {}
        for path in paths:
            try:
                picture = open_picture(path.read_bytes())
            except DecodeError:
                continue
            self._put(path, picture.small, picture.thumbnail().data)

    def _put(self, path: Path, small: np.typing.NDArray[np.uint8], thumbnail: bytes) -> None:
        name = zlib.crc32(str(path).encode()).to_bytes(16)
        look = self.looks[path] = look_of(small)
        (group,) = self.groups.of([Newcomer(name, look)])
        equal = self.pixels[small.tobytes()]
        if group != name and not equal:
            self.false.append((path, self._first[group]))
        self._first.setdefault(name, path)
        equal.append(path)
        self._blobs.put({name: thumbnail})
        if look.probes[0]:
            number = len(self._known) + 1
            self._known[number] = Known(look.probes[0], name, group)
            self.groups.learn([(number, look.probes[0])])

    def known(self, numbers: Sequence[int]) -> Mapping[int, Known]:
        return {number: self._known[number] for number in numbers}

    def group_of(self, content_id: bytes) -> bytes | None:
        return None

    def group(self, path: Path) -> bytes:
        name = zlib.crc32(str(path).encode()).to_bytes(16)
        return next((one.group for one in self._known.values() if one.content_id == name), name)

    def knows(self, path: Path, data: bytes) -> bool:
        look = look_of(open_picture(data).small)
        return self.groups.of([Newcomer(b"changed".ljust(16), look)])[0] == self.group(path)


def over_white(path: Path) -> Image.Image:
    with Image.open(path) as opened:
        image = opened.convert("RGBA")
    over = Image.new("RGBA", image.size, "white")
    over.alpha_composite(image)
    return over.convert("RGB")


def written(image: Image.Image, change: Change) -> bytes:
    made = io.BytesIO()
    how, kind, quality = change
    how(image).save(made, kind, **({"quality": quality} if quality else {}))
    return made.getvalue()


def measure(name: str, paths: Sequence[Path]) -> None:
    """Print what is known of one collection, and what is mistaken in it."""
    pile = Pile(paths)
    for one, other in pile.false:
        print(f"  {one.name} with {other.name}")
    chosen = random.Random(SEED).sample(sorted(pile.looks), min(CHANGED, len(pile.looks)))
    shares = {
        what: share(name, what, [pile.knows(path, written(over_white(path), change)) for path in chosen])
        for what, change in {**CHANGES, **BEYOND}.items()
    }
    recall = float(np.mean([shares[what] for what in CHANGES]))
    budget(f"{name}: copies that are known", recall, "at least", 0.95, "")
    figure(f"{name}: originals in the group of another", f"{len(pile.false)} of {len(pile.looks)}")
    budget(f"{name}: false", 100 * len(pile.false) / len(pile.looks), "at most", 0.5, "%")


def share(name: str, what: str, known: Sequence[bool]) -> float:
    figure(f"{name}: known, {what}", f"{np.mean(known):.3f} of {len(known)}")
    return float(np.mean(known))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_collections(parser)
    parser.add_argument("--fitted", action="store_true", help="measure the half that was tuned to")
    arguments = parser.parse_args()
    collections = {
        "photos": sorted(arguments.photos.glob("*.jpg")),
        "clip art": sample(arguments.corpora / CLIPART),
    }
    for name, paths in collections.items():
        measure(name, [path for path in paths if held_out(path) != arguments.fitted])


if __name__ == "__main__":
    main()
