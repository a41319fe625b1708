"""How often harmless pictures are taken for adult ones: python -m benchmarks.adult --photos DIR --corpora DIR [--pictures DIR...]

All pictures here are harmless, so every one that is judged adult is a false alarm. Nothing can be said here of how many adult
pictures are missed: none are kept. What can be said is how few are not even looked at that should be: of the faces that are found in
photos, how small a part has colours of skin. The threshold for photos was chosen on those whose number is even, that for drawings on the bundled
gallery.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.faces import CLIPART, PICTURES, STAMPS, even, opened
from benchmarks.held_out import add_collections, sample
from benchmarks.report import budget, figure
from vizsla.analyse.adult import judge, may_show_skin, probability, skin_share
from vizsla.analyse.faces import Face, find_faces
from vizsla.decode import Picture
from vizsla.decode.pixels import Pixels

PHOTOS, DRAWINGS = 5.0, 10.0
"""False alarms of 1,000 that are promised."""
LEVELS = (0.3, 0.5, 0.8)


def tell(what: str, paths: Iterable[Path]) -> float:
    """Print how harmless pictures are judged; return false alarms of 1,000."""
    pictures = opened(paths)
    seen = [(path, probability(picture)) for path, picture in pictures if may_show_skin(picture.small)]
    counts = [f"{sum(value >= level for _, value in seen)} from {level}" for level in LEVELS]
    figure(f"{what}, looked at", f"{len(seen)} of {len(pictures)}, of these", *counts)
    alarms = [path.name for path, picture in pictures if judge(picture).adult]
    figure(f"{what}, false alarms", f"{len(alarms)} of {len(pictures)}", *alarms)
    return 1000 * len(alarms) / max(1, len(pictures))


def tell_skin(pictures: Sequence[Picture]) -> None:
    shares = sorted(skin_share(cut(picture, face)) for picture in pictures for face in find_faces(picture))
    if shares:
        least, middle = shares[0], shares[len(shares) // 2]
        figure(
            "colours of skin in a face", f"at least {least:.2f}, in the middle {middle:.2f}, of {len(shares)}"
        )


def cut(picture: Picture, face: Face) -> Pixels:
    height, width = picture.small.shape[:2]
    top, left = int(max(0.0, face.top) * height), int(max(0.0, face.left) * width)
    return picture.small[top : int(face.bottom * height) + 1, left : int(face.right * width) + 1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_collections(parser)
    parser.add_argument(
        "--pictures", type=Path, nargs="*", default=[], help="directories of harmless pictures"
    )
    arguments = parser.parse_args()
    photos = sorted(arguments.photos.glob("*.jpg"))
    tell("even photos", filter(even, photos))
    alarms = tell("odd photos", (path for path in photos if not even(path)))
    budget("harmless photos judged adult, held out", alarms, "at most", PHOTOS, "of 1,000")
    alarms = tell("openclipart", sample(arguments.corpora / CLIPART)[::2])
    budget("harmless drawings judged adult", alarms, "at most", DRAWINGS, "of 1,000")
    tell("stamps", sample(arguments.corpora / STAMPS)[::2])
    for directory in arguments.pictures:
        tell(
            directory.name, (path for path in sorted(directory.iterdir()) if path.suffix.lower() in PICTURES)
        )
    tell_skin([picture for _, picture in opened(photos)])


if __name__ == "__main__":
    main()
