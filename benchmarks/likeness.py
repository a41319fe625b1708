"""How well a picture is found by its likes: `python -m benchmarks.likeness`.

Every fourth picture of the bundled gallery is asked for by a smaller copy of it, and by the middle three quarters of that copy; counted is how often the
picture is among the first ten: by the inner product of the vectors as they are, without the direction that all share, and
so again from the token of the posted picture.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.report import figure
from vizsla.gallery import gallery_directory
from vizsla.library import Choices, Library
from vizsla.records import Vector
from vizsla.search.ground import Ground
from vizsla.search.original import original_of
from vizsla.search.subject import Meant, Subjects
from vizsla.settings import Settings
from vizsla.sources import open_source
from vizsla.store import Stored

EVERY = 4
FIRST = 10
WIDTH = 200
SHOWN = {"a smaller copy": (0.0, 0.0, 1.0, 1.0), "its middle": (0.125, 0.125, 0.875, 0.875)}


def main() -> None:
    with tempfile.TemporaryDirectory() as directory, made(Path(directory) / "library") as library:
        subjects = Subjects(
            library.store,
            library.blobs,
            lambda: library.encoder,
            library.descriptor.encoder.dimension,
            original_of,
        )
        stored = list(library.store.each())
        vectors = library.store.vectors([one.number for one in stored])
        for shown, box in SHOWN.items():
            measure(shown, library, subjects, vectors, list(asked(stored, box)))


def made(place: Path) -> Library:
    library = Library(Settings(library=place))
    library.adding(open_source(str(gallery_directory()), library.settings), Choices()).run()
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


def measure(
    shown: str,
    library: Library,
    subjects: Subjects,
    vectors: dict[int, Vector],
    pictures: list[tuple[int, bytes]],
) -> None:
    posted = [subjects.seen(Meant(parameter="", crop_parameter="", data=data)) for _, data in pictures]
    again = [subjects.known(Meant(parameter="", crop_parameter="", token=one.token)) for one in posted]
    looks = np.stack([one.vector for one in posted if one.vector is not None])
    tokens = np.stack([one.vector for one in again if one and one.vector is not None])
    numbers = [number for number, _ in pictures]
    ground = Ground(library.store, library.indexer.engine)
    all_numbers, matrix = list(vectors), np.stack(list(vectors.values()))
    above = ground.above(matrix)
    for way, products in (
        ("vectors as they are", looks @ matrix.T),
        ("without what all share", ground.above(looks) @ above.T),
        ("the same, from its token", ground.above(tokens) @ above.T),
    ):
        best = np.argsort(-products, axis=1)[:, :FIRST]
        hits = [
            number in {all_numbers[place] for place in row} for number, row in zip(numbers, best, strict=True)
        ]
        figure(f"{shown}, {way}: among the first {FIRST}", f"{np.mean(hits):.2f} of {len(hits)}")


if __name__ == "__main__":
    main()
