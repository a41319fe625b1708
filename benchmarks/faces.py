"""How well faces are found: python -m benchmarks.faces --photos DIR --corpora DIR [--faces DIR...]

`faces.csv` was made by eye: photos that clearly show a human face of at least a seventh of the picture's sides (`yes`), and
those with smaller, turned, blurred or hidden ones, or with a doll's (`unclear`, not counted). All others have none. The two
probabilities of `vizsla.analyse.faces` were chosen by looking at the photos whose number (the digits of the name) is even;
nothing was chosen on the others, nor on the drawings of Debian's openclipart-png (a sample, as in `benchmarks.kind`) and
the cut-out photos and drawings of its tuxpaint-stamps-default. `--faces` names directories all of whose pictures show a face.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path

from benchmarks.held_out import sample
from benchmarks.report import budget, figure
from vizsla.analyse.faces import find_faces, look
from vizsla.decode import DecodeError, Picture, open_picture

LABELS = Path(__file__).with_name("faces.csv")
CLIPART = "openclipart-png/usr/share/openclipart/png"
STAMPS = "tuxpaint-stamps-default/usr/share/tuxpaint/stamps"
PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
RECALL, FALSE_ALARMS = 0.9, 10.0
"""What is promised: share of faces found, and pictures without a face of 1,000 in which one is."""


def opened(paths: Iterable[Path]) -> list[tuple[Path, Picture]]:
    found = []
    for path in paths:
        try:
            found.append((path, open_picture(path.read_bytes())))
        except DecodeError as error:
            print(f"left out: {path.name}: {error}")
    return found


def even(path: Path) -> bool:
    return int("".join(filter(str.isdigit, path.stem)) or 0) % 2 == 0


def tell_photos(
    what: str, pictures: list[tuple[Path, Picture]], labels: dict[str, str]
) -> tuple[float, float]:
    """Print and return recall, and false alarms of 1,000."""
    faces = [picture for path, picture in pictures if labels.get(path.name) == "yes"]
    others = [(path, picture) for path, picture in pictures if path.name not in labels]
    found = sum(bool(find_faces(picture)) for picture in faces)
    alarms = [path.name for path, picture in others if find_faces(picture)]
    figure(f"{what}, found", f"{found} of {len(faces)} with a face")
    figure(f"{what}, false alarms", f"{len(alarms)} of {len(others)} without", *alarms)
    return found / max(1, len(faces)), 1000 * len(alarms) / max(1, len(others))


def tell_drawings(what: str, paths: Iterable[Path]) -> None:
    pictures = opened(paths)
    found = [path.stem for path, picture in pictures if find_faces(picture)]
    figure(f"{what}, a face is found in", f"{len(found)} of {len(pictures)}", *found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--photos", type=Path, required=True, help="directory of JPEG photos that faces.csv names"
    )
    parser.add_argument(
        "--corpora", type=Path, required=True, help="directory of the unpacked Debian packages"
    )
    parser.add_argument(
        "--faces", type=Path, nargs="*", default=[], help="directories of pictures with faces"
    )
    arguments = parser.parse_args()
    with LABELS.open(encoding="utf-8", newline="") as file:
        labels = {row["file"]: row["face"] for row in csv.DictReader(file)}
    photos = opened(sorted(arguments.photos.glob("*.jpg")))
    tell_photos("even photos", [row for row in photos if even(row[0])], labels)
    recall, alarms = tell_photos("odd photos", [row for row in photos if not even(row[0])], labels)
    budget("faces found in photos, held out", recall, "at least", RECALL, "of 1")
    budget("photos in which a face is none, held out", alarms, "at most", FALSE_ALARMS, "of 1,000")
    tell_drawings("openclipart", sample(arguments.corpora / CLIPART)[::2])
    tell_drawings("stamps", sample(arguments.corpora / STAMPS)[::2])
    for directory in arguments.faces:
        pictures = opened(path for path in sorted(directory.iterdir()) if path.suffix.lower() in PICTURES)
        answers = [look(picture).faces for _, picture in pictures]
        missed = [path.name for path, picture in pictures if not find_faces(picture)]
        figure(
            f"{directory.name}, found", f"{len(pictures) - len(missed)} of {len(pictures)}, missed", *missed
        )
        figure(
            f"{directory.name}, told",
            *(f"{sum(name in answer for answer in answers)} {name}" for name in ("face", "portrait")),
        )


if __name__ == "__main__":
    main()
