"""How well the bundled encoder finds photos of other collections than the one it was chosen with.

    python -m benchmarks.elsewhere DIR [--fetch] [--each]

`elsewhere.csv` says what 285 photos show, in everyday words, written while looking at them: those of GCompris (Debian's
`gcompris-qt-data`: animals, tools, buildings), of the Python package `foolbox` and of MATE (Debian's `mate-backgrounds`).
`--fetch` downloads the three packages (127 MB) with `apt-get` and `pip`, at the versions and digests below, and unpacks the photos
into DIR; nothing else here asks a network for anything.

A photo is right for each word that it is described with, and precision is taken at 16, or at the number of such photos where
they are fewer. Of a quarter of the words, `UNKNOWN`, the network has no class, so that silence is all that can be asked. The everyday
words that `photos.csv` is asked for (`CATEGORIES`) have a row of their own. These figures were looked at beside others when the
side of the pictures, the training of the projection and the floor of `bundled-3` were chosen. And twelve of the words, among them tower, church
and plate, have a meaning (`meant.SHOWN`) that was written when it was seen what the network takes such photos for; none of them has
a part in the row of everyday words.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np

from benchmarks import qt_resources
from benchmarks.cutoff import least_shown
from benchmarks.encoder import ABSENT, CATEGORIES, CUT, UNSEEN, encode_images, load
from benchmarks.report import budget, figure
from vizsla.encoders import open_encoder
from vizsla.encoders.bundled.artifact import file_digest
from vizsla.encoders.seam import Encoder, Vectors

TABLE = Path(__file__).with_suffix(".csv")
FEWEST = 2
"""Photos of a word at least."""
LEAST_PRECISION = 0.92

UNKNOWN = frozenset(
    """
windmill, ruins, pyramid, tape measure, pliers, scissors, solar panel, solar cooker, multimeter, desert, giraffe, tweezers,
river, skyscraper, gate, wall, canyon, leaf, grass, snow, wrench
""".replace("\n", " ")
    .strip()
    .split(", ")
)
"""Words, of those that are asked, of which the network has no class."""


class Package(msgspec.Struct, frozen=True):
    name: str
    version: str
    sha256: str


GCOMPRIS = Package(
    "gcompris-qt-data", "3.1-2", "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f"
)
MATE = Package(
    "mate-backgrounds", "1.26.0-1", "7bf4c2209f34b4f61ba6d24c8b58c28b361e82e4b943aae6d42c030169af9e04"
)
FOOLBOX = Package("foolbox", "3.3.4", "11049d515d38e765e206a73ace9cc648b81a0d6d1da9ad9057e149ee117989cb")


class Answer(msgspec.Struct, frozen=True):
    word: str
    photos: int
    uncut: float
    """Precision at 16, or at the number of photos."""
    shown: float
    """The same of what a search shows."""
    total: int
    """Photos that a search shows."""
    right: int
    """Of these, how many show what is asked."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--fetch", action="store_true", help="download the photos first")
    parser.add_argument("--each", action="store_true", help="print every word")
    chosen = parser.parse_args()
    shows = read()
    if chosen.fetch:
        fetch(chosen.directory, shows)
    encoder = open_encoder("bundled")
    pixels = np.stack([load(chosen.directory / file, encoder.geometry) for file in shows])
    vectors, _ = encode_images(encoder, pixels)
    measure(encoder, vectors, list(shows.values()), each=chosen.each)


def read() -> dict[str, frozenset[str]]:
    """What each file shows."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["file"]: frozenset(row["shows"].split("; ")) for row in csv.DictReader(file)}


def measure(encoder: Encoder, vectors: Vectors, shows: list[frozenset[str]], *, each: bool) -> None:
    counts = Counter(word for words in shows for word in words)
    answers = [ask(encoder, vectors, shows, word) for word, count in counts.items() if count >= FEWEST]
    known = [answer for answer in answers if answer.word not in UNKNOWN]
    unknown = [answer for answer in answers if answer.word in UNKNOWN]
    figure("photos", str(len(shows)))
    everyday = [
        ask(encoder, vectors, shows, word, CATEGORIES[word])
        for word in CATEGORIES
        if counts[CATEGORIES[word]] >= FEWEST
    ]
    tell(f"{len(everyday)} everyday words of photos.csv", everyday)
    tell(f"{len(known)} words that the network has classes of", known)
    silent = np.mean([answer.total == 0 for answer in unknown])
    figure(f"of {len(unknown)} words that it has no class of, find nothing", f"{silent:.3f}")
    said = frozenset(counts)
    absent = [word for word in (*ABSENT, *UNSEEN) if not any(part in said for part in (word, *word.split()))]
    quiet = [ask(encoder, vectors, shows, word).total <= 1 for word in absent]
    figure(f"of {len(absent)} words for what no photo shows, find one photo at most", f"{np.mean(quiet):.3f}")
    for answer in sorted(answers, key=lambda one: (one.word in UNKNOWN, one.shown, one.word)) if each else ():
        print(
            f"  {answer.word:16} {answer.photos:3} photos, precision {answer.shown:.2f}, uncut {answer.uncut:.2f}, "
            f"{answer.right} right of {answer.total} shown"
        )


def ask(
    encoder: Encoder, vectors: Vectors, shows: list[frozenset[str]], word: str, said: str | None = None
) -> Answer:
    """Ask for a word; right is what is described with it, or with `said`."""
    right = np.array([(said or word) in words for words in shows])
    scores = vectors @ encoder.encode_texts([word])[0]
    order = np.argsort(-scores, kind="stable")
    certain = scores >= least_shown(scores, encoder.floor)
    cut = max(1, min(CUT, int(right.sum())))
    first = order[:cut]
    return Answer(
        word,
        int(right.sum()),
        float(right[first].mean()),
        float((right & certain)[first].sum() / cut),
        int(certain.sum()),
        int((right & certain).sum()),
    )


def tell(what: str, answers: list[Answer]) -> None:
    uncut = float(np.mean([one.uncut for one in answers]))
    figure(f"precision@{CUT}, {what}, uncut", f"{uncut:.3f}")
    shown = float(np.mean([one.shown for one in answers]))
    budget(f"precision@{CUT}, {what}", shown, "at least", LEAST_PRECISION, "")
    right = [one.right / one.total for one in answers if one.total]
    figure(f"share of what a search shows that is right, {what}", f"{np.mean(right):.3f}")


def fetch(directory: Path, shows: dict[str, frozenset[str]]) -> None:
    """Download the packages and unpack the photos of the table.

    Raises:
        SystemExit: a package is not what it was.
        CalledProcessError: it cannot be had.
    """
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for package in (GCOMPRIS, MATE):
            subprocess.run(
                ["apt-get", "download", f"{package.name}={package.version}"], cwd=place, check=True
            )
            archive = checked(package, place)
            subprocess.run(["dpkg-deb", "--extract", archive, place / package.name], check=True)
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", f"{FOOLBOX.name}=={FOOLBOX.version}"]
        subprocess.run(pip, cwd=place, check=True)
        found = {
            **of_gcompris(place / GCOMPRIS.name),
            **of_mate(place / MATE.name),
            **of_foolbox(checked(FOOLBOX, place)),
        }
    for file in shows:
        path = directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found[file])


def checked(package: Package, place: Path) -> Path:
    (archive,) = place.glob(f"{package.name}[-_]{package.version}*")
    if file_digest(archive) != package.sha256:
        raise SystemExit(f"{archive.name} has another digest than the table was written for")
    return archive


def of_gcompris(root: Path) -> dict[str, bytes]:
    """Photos by collection and by their path below `resource` in it."""
    found = {}
    for collection in root.rglob("*.rcc"):
        for path, contents in qt_resources.files(collection.read_bytes()):
            found[f"gcompris/{collection.stem}/{path.rpartition('/resource/')[2]}"] = contents
    return found


def of_mate(root: Path) -> dict[str, bytes]:
    return {f"mate/{file.name}": file.read_bytes() for file in root.rglob("nature/*.jpg")}


def of_foolbox(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")]
        return {f"foolbox/{Path(name).name}": archive.read(name) for name in names}


if __name__ == "__main__":
    main()
