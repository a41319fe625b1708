"""Fit the network that tells kinds apart: python tools/build_kind.py --photos DIR --corpora DIR [--limit N]

Fits only files whose CRC-32 is even; `benchmarks/kind.py` reports the others. Photos, openclipart and stamps are taken as
they are and in the ways in which pictures come by on the web. There are few cut-out photos whose licence is known, so parts
of photos are also cut out, with the outlines of clip art, blurred and toned as who cuts out by hand does it. Clip art is
also taken small, and in parts. Of grey clip art only what `benchmarks/kinds.csv` sorts is used.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.held_out import held_out, sample
from benchmarks.kind import FOLDERS, by_eye, treated, variants
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from vizsla.analyse.kind import KINDS, WEIGHTS, features
from vizsla.decode import DecodeError, Picture, open_picture
from vizsla.decode.libvips import Image, LibvipsError

SHARES = (0.37, 0.40, 0.23)
"""How often each of `KINDS` is shown while fitting: line drawings are few."""
SORTED_AS = {"photo": "photo", "line": "line", "drawn": "clipart", "other": "clipart", "": "clipart"}
NO_PHOTOS = {"n04179913", "n04238763", "n06359193"}
"""A coloured sketch and two pictures of screens that the photos hold."""
CUT_SHOWN, STAMPS_SHOWN, LINES_SHOWN = 0.4, 2.0, 3.0
"""How often, compared with others of their kind: what is cut out here is not quite what people cut out; stamps, some of which
are just that, are few; line drawings as they are, without JPEG's noise, were missed more often than others."""
SHOWN = 16_000
NETWORKS, HIDDEN = 4, 32
"""Their scores are averaged: one network of 128 hidden sums that no single start decides."""
DECAY = 0.03
PASSES = 60

GREY_SPREAD, GREY_SHARE = 24, 0.97
"""Difference of channels, and part of a picture, that make it grey: it may be a line drawing that nobody has sorted."""
CUT_SIDES = (120, 160, 240, 320, 480)
CUTS = 3
"""Of each photo."""
DRAWN_SIDES = (60, 90, 120, 200, 300)


class Example(NamedTuple):
    """Of one rendition."""

    kind: str
    measures: np.ndarray
    shown: float
    """How often, compared with others of its kind."""


Shown = tuple[Picture, float]
"""A rendition, and how often compared with others of its kind."""


def more_variants(path: Path) -> Iterator[Picture]:
    """Few colours, and a JPEG file of low quality."""
    image = Image.new_from_file(str(path))
    image = (image.flatten(background=255) if image.hasalpha() else image).thumbnail_image(400, size="down")
    image = image.copy_memory()
    yield open_picture(image.gifsave_buffer())
    yield open_picture(image.jpegsave_buffer(Q=40))


def all_treatments(image: Image) -> Iterator[Picture]:
    image = image.copy_memory()
    yield open_picture(image.write_to_buffer(".png"))
    yield from (picture for _, picture in treated(image, grey=False))


def part(image: Image, shares: tuple[float, float], chance: random.Random) -> Image:
    """A rectangle of it, of the same shape."""
    share = chance.uniform(*shares)
    width, height = (max(8, int(side * share)) for side in (image.width, image.height))
    left, top = chance.randint(0, image.width - width), chance.randint(0, image.height - height)
    return image.crop(left, top, width, height)


def opened_photo(path: Path) -> Image:
    return Image.new_from_file(str(path)).colourspace("srgb").extract_band(0, n=3)


def toned(image: Image, chance: random.Random) -> Image:
    """Other saturation, contrast and gamma."""
    gamma, saturation, contrast = chance.uniform(0.7, 1.4), chance.uniform(0.7, 1.8), chance.uniform(0.8, 1.3)
    grey = (image * [0.30, 0.59, 0.11]).bandmean() * 3
    image = ((image - grey) * saturation + grey - 128) * contrast + 128
    image = (image < 0).ifthenelse(0, image)
    image = (image > 255).ifthenelse(255, image)
    return ((image / 255) ** gamma * 255).cast("uchar").copy(interpretation="srgb")


def cut_out(path: Path, outlines: list[Path], chance: random.Random) -> Iterator[Picture]:
    """Part of a photo in the outline of clip art, four in ten times softened and seven in ten times toned."""
    shape = Image.thumbnail(str(chance.choice(outlines)), chance.choice(CUT_SIDES))
    outline = shape.extract_band(shape.bands - 1)
    photo = part(opened_photo(path), (0.25, 1), chance)
    photo = photo.thumbnail_image(outline.width, height=outline.height, size="force")
    if chance.random() < 0.4:
        photo = photo.gaussblur(chance.uniform(0.4, 1.2))
    if chance.random() < 0.7:
        photo = toned(photo, chance)
    return all_treatments(photo.bandjoin(outline).copy(interpretation="srgb"))


def drawn_part(path: Path, chance: random.Random) -> Iterator[Picture]:
    """Part of clip art, on white or on a ground of another colour."""
    image = Image.thumbnail(str(path), 600)
    ground = [255] * 3 if chance.random() < 0.67 else [chance.randint(0, 255) for _ in range(3)]
    image = image.flatten(background=ground) if image.hasalpha() else image
    return all_treatments(part(image, (0.4, 0.9), chance))


def is_grey(picture: Picture) -> bool:
    spread = picture.small.max(axis=2).astype(int) - picture.small.min(axis=2)
    return bool((spread <= GREY_SPREAD).mean() >= GREY_SHARE)


def has_outline(path: Path) -> bool:
    """Whether a cut-out of its shape shows something and leaves something out."""
    picture = open_picture(path.read_bytes())
    return picture.alpha is not None and 0.15 < (picture.alpha > 128).mean() < 0.85


def of_photo(path: Path, outlines: list[Path], chance: random.Random) -> Iterator[Shown]:
    """Every rendition of a photo that is fitted to."""
    yield from ((picture, 1.0) for _, picture in variants(path, grey=True))
    yield from ((picture, 1.0) for picture in more_variants(path))
    for _ in range(CUTS):
        yield from ((picture, CUT_SHOWN) for picture in cut_out(path, outlines, chance))
    zoomed = part(opened_photo(path), (0.3, 0.7), chance)
    yield from ((picture, 1.0) for picture in all_treatments(zoomed))


def of_clipart(path: Path, kind: str, chance: random.Random) -> Iterator[Shown]:
    """Every rendition of clip art that is fitted to; a part of a line drawing may be none."""
    pictures = [picture for _, picture in variants(path, grey=False)]
    if not kind and is_grey(pictures[0]):
        return
    yield pictures[0], LINES_SHOWN if kind == "line" else 1.0
    yield from ((picture, 1.0) for picture in (*pictures[1:], *more_variants(path)))
    small = Image.thumbnail(str(path), chance.choice(DRAWN_SIDES))
    yield from ((picture, 1.0) for picture in all_treatments(small))
    if kind != "line":
        yield from ((picture, 1.0) for picture in drawn_part(path, chance))


def of_stamp(path: Path) -> Iterator[Shown]:
    yield from ((picture, STAMPS_SHOWN) for _, picture in variants(path, grey=False))
    yield from ((picture, STAMPS_SHOWN) for picture in more_variants(path))


def examples(photos: list[Path], clipart: dict[Path, str], stamps: dict[Path, str]) -> Iterator[Example]:
    """Kind and measures of every rendition of every file."""
    outlines = [path for path in clipart if has_outline(path)]
    chance = random.Random(2)
    for path in photos:
        yield from measured("photo", of_photo(path, outlines, chance))
    for path, kind in clipart.items():
        yield from measured(SORTED_AS[kind], of_clipart(path, kind, chance))
    for path, kind in stamps.items():
        yield from measured(SORTED_AS[kind], of_stamp(path))


def measured(kind: str, pictures: Iterator[Shown]) -> Iterator[Example]:
    try:
        for picture, shown in pictures:
            found = features(picture.small, picture.alpha)
            if found is not None:
                yield Example(kind, found, shown)
    except (DecodeError, LibvipsError) as error:
        print(f"left out: {error}")


def fit(found: list[Example], seed: int) -> tuple[np.ndarray, ...]:
    """Weights and biases of one network, over measures as they are."""
    kinds = np.array([KINDS.index(one.kind) for one in found])
    measures = np.array([one.measures for one in found])
    scale = StandardScaler().fit(measures)
    weights = np.array(SHARES)[kinds] / np.bincount(kinds, minlength=len(KINDS))[kinds]
    weights *= [one.shown for one in found]
    shown = np.random.default_rng(seed).choice(len(kinds), SHOWN, p=weights / weights.sum())
    network = MLPClassifier((HIDDEN,), alpha=DECAY, max_iter=PASSES, random_state=seed)
    network.fit(scale.transform(measures[shown]), kinds[shown])
    hidden = network.coefs_[0] / scale.scale_[:, None]
    bias = network.intercepts_[0] - scale.mean_ @ hidden
    return hidden, bias, network.coefs_[1], network.intercepts_[1]


def write(found: list[Example], out: Path) -> None:
    """Fit the networks, and save them as one."""
    hidden, hidden_bias, output, output_bias = zip(
        *(fit(found, seed) for seed in range(NETWORKS)), strict=True
    )
    np.savez(
        out,
        hidden=np.hstack(hidden).astype(np.float32),
        hidden_bias=np.hstack(hidden_bias).astype(np.float32),
        output=(np.vstack(output) / NETWORKS).astype(np.float32),
        output_bias=(np.sum(output_bias, axis=0) / NETWORKS).astype(np.float32),
    )


def fitted_photos(directory: Path) -> list[Path]:
    photos = (path for path in sorted(directory.glob("*.jpg")) if not held_out(path))
    return [path for path in photos if path.stem not in NO_PHOTOS]


def fitted_drawings(corpora: Path) -> tuple[dict[Path, str], dict[Path, str]]:
    """Clip art, and stamps, as they were sorted by eye; `""` for what nobody has sorted."""
    known = by_eye(corpora)
    clipart, stamps = (
        {path: kind for path, kind in known.items() if corpora / FOLDERS[name] in path.parents}
        for name in ("clipart", "stamps")
    )
    every = dict.fromkeys(sample(corpora / FOLDERS["clipart"]), "") | clipart
    return _fitted(every), _fitted(stamps)


def _fitted(files: dict[Path, str]) -> dict[Path, str]:
    return {path: kind for path, kind in files.items() if not held_out(path)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="take only so many files of each: to try the script")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    limit = arguments.limit
    found = list(
        examples(
            fitted_photos(arguments.photos)[:limit],
            *(dict(list(files.items())[-(limit or 0) :]) for files in fitted_drawings(arguments.corpora)),
        )
    )
    print(Counter(one.kind for one in found))
    write(found, arguments.out)


if __name__ == "__main__":
    main()
