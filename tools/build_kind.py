"""Fit the network that tells kinds apart: python tools/build_kind.py --photos DIR --corpora DIR [--limit N]

Fits only files whose CRC-32 is even; `benchmarks/kind.py` reports the others. Photos and openclipart are taken as they
are and in the ways in which pictures come by on the web; photos are also cut out, with the outlines of the clip art, for
there are few cut-out photos whose licence is known. Of grey clip art only what `benchmarks/kinds.csv` sorts is used.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from benchmarks.held_out import held_out, sample
from benchmarks.kind import FOLDERS, by_eye, variants
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from vizsla.analyse.kind import KINDS, WEIGHTS, features
from vizsla.decode import DecodeError, Picture, open_picture
from vizsla.decode.libvips import Image, LibvipsError

SHARES = (0.41, 0.36, 0.23)
"""How often each of `KINDS` is shown while fitting: line drawings are few, photos are asked for most."""
SHOWN = 16_000
NETWORKS, HIDDEN = 4, 32
"""Their scores are averaged: one network of 128 hidden sums that no single start decides."""
DECAY = 0.03
PASSES = 60

GREY_SPREAD, GREY_SHARE = 24, 0.97
"""Difference of channels, and part of a picture, that make it grey: it may be a line drawing that nobody has sorted."""
CUT_SIDES = (160, 240, 320, 480)

Example = tuple[str, np.ndarray]


def more_variants(path: Path) -> Iterator[Picture]:
    """Few colours, and a JPEG file of low quality."""
    image = Image.new_from_file(str(path))
    image = (image.flatten(background=255) if image.hasalpha() else image).thumbnail_image(400, size="down")
    image = image.copy_memory()
    yield open_picture(image.gifsave_buffer())
    yield open_picture(image.jpegsave_buffer(Q=40))


def cut_outs(path: Path, outlines: list[Path], chance: random.Random) -> Iterator[Picture]:
    """A photo in the outline of clip art: transparent twice, and once on white."""
    for number in range(2):
        shape = Image.thumbnail(str(chance.choice(outlines)), chance.choice(CUT_SIDES))
        outline = shape.extract_band(shape.bands - 1)
        photo = Image.new_from_file(str(path)).colourspace("srgb").extract_band(0, n=3)
        photo = photo.thumbnail_image(outline.width, height=outline.height, size="force")
        cut = photo.bandjoin(outline).copy(interpretation="srgb").copy_memory()
        yield open_picture(cut.write_to_buffer(".png"))
        if number == 0:
            yield open_picture(cut.flatten(background=255).jpegsave_buffer(Q=80))


def is_grey(picture: Picture) -> bool:
    spread = picture.small.max(axis=2).astype(int) - picture.small.min(axis=2)
    return bool((spread <= GREY_SPREAD).mean() >= GREY_SHARE)


def has_outline(path: Path) -> bool:
    """Whether a cut-out of its shape shows something and leaves something out."""
    picture = open_picture(path.read_bytes())
    return picture.alpha is not None and 0.15 < (picture.alpha > 128).mean() < 0.85


def examples(photos: list[Path], clipart: dict[Path, str]) -> Iterator[Example]:
    """Kind and measures of every rendition of every file."""
    outlines = [path for path in clipart if has_outline(path)]
    chance = random.Random(1)
    for path in photos:
        yield from measured("photo", [picture for _, picture in variants(path, grey=True)])
        yield from measured("photo", more_variants(path))
        yield from measured("photo", cut_outs(path, outlines, chance))
    for path, sorted_as in clipart.items():
        pictures = [picture for _, picture in variants(path, grey=False)]
        if sorted_as or not is_grey(pictures[0]):
            kind = "line" if sorted_as == "line" else "clipart"
            yield from measured(kind, [*pictures, *more_variants(path)])


def measured(kind: str, pictures: Iterator[Picture] | list[Picture]) -> Iterator[Example]:
    try:
        for picture in pictures:
            found = features(picture.small, picture.alpha)
            if found is not None:
                yield kind, found
    except (DecodeError, LibvipsError) as error:
        print(f"left out: {error}")


def fit(measures: np.ndarray, kinds: np.ndarray, seed: int) -> tuple[np.ndarray, ...]:
    """Weights and biases of one network, over measures as they are."""
    scale = StandardScaler().fit(measures)
    weights = np.array(SHARES)[kinds] / np.bincount(kinds, minlength=len(KINDS))[kinds]
    shown = np.random.default_rng(seed).choice(len(kinds), SHOWN, p=weights / weights.sum())
    network = MLPClassifier((HIDDEN,), alpha=DECAY, max_iter=PASSES, random_state=seed)
    network.fit(scale.transform(measures[shown]), kinds[shown])
    hidden = network.coefs_[0] / scale.scale_[:, None]
    bias = network.intercepts_[0] - scale.mean_ @ hidden
    return hidden, bias, network.coefs_[1], network.intercepts_[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="take only so many files of each: to try the script")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    root = arguments.corpora / FOLDERS["clipart"]
    known = {path: kind for path, kind in by_eye(arguments.corpora).items() if root in path.parents}
    clipart = dict.fromkeys(sample(root), "") | known
    photos = [path for path in sorted(arguments.photos.glob("*.jpg")) if not held_out(path)]
    fitted = [path for path in clipart if not held_out(path)]
    found = list(
        examples(
            photos[: arguments.limit], {path: clipart[path] for path in fitted[-(arguments.limit or 0) :]}
        )
    )
    kinds = np.array([KINDS.index(kind) for kind, _ in found])
    measures = np.array([measures for _, measures in found])
    print({kind: int((kinds == number).sum()) for number, kind in enumerate(KINDS)})
    hidden, hidden_bias, output, output_bias = zip(
        *(fit(measures, kinds, seed) for seed in range(NETWORKS)), strict=True
    )
    np.savez(
        arguments.out,
        hidden=np.hstack(hidden).astype(np.float32),
        hidden_bias=np.hstack(hidden_bias).astype(np.float32),
        output=(np.vstack(output) / NETWORKS).astype(np.float32),
        output_bias=(np.sum(output_bias, axis=0) / NETWORKS).astype(np.float32),
    )


if __name__ == "__main__":
    main()
