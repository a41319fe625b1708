"""How well pictures are found by their likes: `python -m benchmarks.likeness [--photos DIRECTORY --labels TABLE]`.

Every fourth picture of the bundled gallery is asked for by a smaller copy of it, and by the middle three quarters of that copy; counted is how often the
picture is among the first ten: by the inner product of the vectors as they are, by `Measure`, and so again from the token of the posted
picture.

With photos (one for each of many classes; TABLE has columns `file` and `hypernyms`) each is asked for more like it. Right is what is of the
finest kind that has eight photos and more; precision is of the ten best, or of as many as are right. By one photo, by two and three of a kind, by two of
different kinds, and by one and the name of a colour, where right is what is of the kind and has the colour.
"""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.report import figure
from vizsla.gallery import gallery_directory
from vizsla.library import Choices, Library
from vizsla.records import ImageRecord
from vizsla.search.colours import COLOURS
from vizsla.search.original import original_of
from vizsla.search.similar import Nearest
from vizsla.search.subject import Meant, Subject, Subjects
from vizsla.settings import Settings
from vizsla.sources import open_source
from vizsla.store import Stored

EVERY = 4
FIRST = 10
WIDTH = 200
SHOWN = {"a smaller copy": (0.0, 0.0, 1.0, 1.0), "its middle": (0.125, 0.125, 0.875, 0.875)}
FEWEST, MOST = 8, 60
"""Photos of a kind."""
GROUPS = 200
"""Groups of photos that are asked about together."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--labels", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        with made(Path(directory) / "gallery", gallery_directory()) as library:
            stored = list(library.store.each())
            for shown, box in SHOWN.items():
                copies(shown, library, list(asked(stored, box)))
        if given.photos and given.labels:
            with made(Path(directory) / "photos", given.photos) as library:
                Photos(library, given.labels).measure()


def made(place: Path, folder: Path) -> Library:
    library = Library(Settings(library=place))
    library.adding(open_source(str(folder), library.settings), Choices()).run()
    library.index()
    return library


def asked(stored: list[Stored], box: tuple[float, ...]) -> Iterator[tuple[int, bytes]]:
    """Numbers of records, and what is posted in their place."""
    for one in stored[::EVERY]:
        data = original_of(one.record)
        if data and one.record.format in ("png", "jpeg"):
            yield one.number, part(data, box)


def part(data: bytes, box: tuple[float, ...]) -> bytes:
    """A JPEG of a region of a picture, over white."""
    with Image.open(io.BytesIO(data)) as opened:
        over = Image.new("RGBA", opened.size, "white")
        over.alpha_composite(opened.convert("RGBA"))
    left, top, right, bottom = (round(side * length) for side, length in zip(box, over.size * 2, strict=True))
    cut = over.convert("RGB").crop((left, top, right, bottom))
    written = io.BytesIO()
    cut.resize((WIDTH, max(1, WIDTH * cut.height // cut.width))).save(written, "JPEG", quality=75)
    return written.getvalue()


def copies(shown: str, library: Library, pictures: list[tuple[int, bytes]]) -> None:
    """How often a picture is found by what is posted in its place."""
    meant = [Meant(parameter="", crop_parameter="", data=data) for _, data in pictures]
    posted = [by_looks_alone(library).seen(one) for one in meant]
    tokens = [Meant(parameter="", crop_parameter="", token=one.token) for one in posted]
    again = [one for token in tokens if (one := library.subjects.known(token))]
    vectors = library.store.vectors([one.number for one in library.store.each()])
    numbers, matrix = list(vectors), np.stack(list(vectors.values()))
    products = np.stack([one.vector for one in posted if one.vector is not None]) @ matrix.T
    for way, best in (
        ("vectors as they are", [[numbers[place] for place in np.argsort(-row)] for row in products]),
        ("compared", [found(library, one) for one in posted]),
        ("the same, from its token", [found(library, one) for one in again]),
    ):
        hits = [number in row[:FIRST] for (number, _), row in zip(pictures, best, strict=True)]
        figure(f"{shown}, {way}: among the first {FIRST}", f"{np.mean(hits):.2f} of {len(hits)}")


def by_looks_alone(library: Library) -> Subjects:
    """Who knows no copies: what their pixels tell is measured by `benchmarks.copies`."""
    dimension = library.descriptor.encoder.dimension
    return Subjects(
        library.store, library.blobs, lambda: library.encoder, dimension, original_of, lambda small: None
    )


def found(library: Library, subject: Subject) -> list[int]:
    """Numbers of what is like it; what has its bytes is not left out."""
    alone = Subject(vector=subject.vector, token="")
    return _numbers(library.similarity.nearest(alone, ()))


def _numbers(nearest: Nearest) -> list[int]:
    return [number for number, _ in nearest.pairs]


class Photos:
    """A library of photos, and what is of one kind in it."""

    def __init__(self, library: Library, labels: Path) -> None:
        self._library = library
        self._random = np.random.default_rng(7)
        stored = {one.record.key: one for one in library.store.each()}
        with labels.open(encoding="utf-8") as file:
            rows = {row["file"]: row["hypernyms"] for row in csv.DictReader(file)}
        kinds = {key: [kind.strip() for kind in rows[key].split(";")] for key in stored if key in rows}
        counts = Counter(kind for names in kinds.values() for kind in set(names))
        self._records: dict[int, ImageRecord] = {one.number: one.record for one in stored.values()}
        self._kinds = {stored[key].number: frozenset(names) for key, names in kinds.items()}
        finest = {
            stored[key].number: next((kind for kind in names if FEWEST <= counts[kind] <= MOST), "")
            for key, names in kinds.items()
        }
        self._finest = {number: kind for number, kind in finest.items() if kind}

    def measure(self) -> None:
        one = [[number] for number in self._finest]
        vectors = self._library.store.vectors(list(self._records))
        numbers, matrix = list(vectors), np.stack(list(vectors.values()))

        def as_they_are(group: Sequence[int], words: str = "") -> list[int]:
            order = np.argsort(-(matrix @ vectors[group[0]]))
            return [numbers[place] for place in order if numbers[place] not in group]

        self._tell("more like one photo, vectors as they are", one, as_they_are)
        self._tell("more like one photo", one, self._like)
        self._tell("more like two of a kind", self._groups(2), self._like)
        self._tell("more like three of a kind", self._groups(3), self._like)
        self._tell("more like one or the other of two kinds", self._mixed(), self._like)
        self._colours()

    def _like(self, group: Sequence[int], words: str = "") -> list[int]:
        subjects = [self._subject(number) for number in group]
        nearest = self._library.similarity.nearest(subjects[0], (), more=subjects[1:], words=words)
        return _numbers(nearest)

    def _subject(self, number: int) -> Subject:
        subject = self._library.subjects.kept(self._records[number].image_id)
        assert subject is not None
        return subject

    def _groups(self, size: int) -> list[list[int]]:
        """Groups of photos of one kind."""
        firsts = self._random.choice(list(self._finest), GROUPS)
        return [
            self._random.choice(self._of(self._finest[one]), size, replace=False).tolist() for one in firsts
        ]

    def _mixed(self) -> list[list[int]]:
        pairs = self._random.choice(list(self._finest), (GROUPS, 2)).tolist()
        return [pair for pair in pairs if not {self._finest[pair[0]]} & self._kinds[pair[1]]]

    def _of(self, kind: str) -> list[int]:
        return [number for number, kinds in self._kinds.items() if kind in kinds]

    def _tell(
        self, what: str, groups: Sequence[Sequence[int]], like: Callable[[Sequence[int]], list[int]]
    ) -> None:
        shares = []
        for group in groups:
            right = {number for one in group for number in self._of(self._finest[one])} - set(group)
            shares.append(share(like(group), right))
        figure(f"{what}: precision@{FIRST}", f"{np.mean(shares):.2f} of {len(shares)}")

    def _colours(self) -> None:
        """One photo and a colour that it has not, where three others of its kind and more have it."""
        questions: list[tuple[int, str, set[int]]] = []
        for number, kind in self._finest.items():
            for colour in sorted(set(COLOURS.values()) - set(self._records[number].colours)):
                right = {one for one in self._of(kind) if colour in self._records[one].colours}
                if len(right) >= 3:
                    questions.append((number, colour, right))
        for what, said in (
            ("the photo alone", False),
            ("the photo and the word", True),
        ):
            shares = [
                share(self._like([number], colour if said else ""), right)
                for number, colour, right in questions[::EVERY]
            ]
            figure(
                f"this, but of a colour, by {what}: precision@{FIRST}",
                f"{np.mean(shares):.2f} of {len(shares)}",
            )


def share(numbers: Sequence[int], right: set[int]) -> float:
    """How many of the first are right, of as many as can be."""
    return len(right.intersection(numbers[:FIRST])) / min(FIRST, len(right))


if __name__ == "__main__":
    main()
