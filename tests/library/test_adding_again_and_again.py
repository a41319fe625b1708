"""Whatever happens to a folder between two runs of adding it, the library is what a fresh one would be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from vizsla.encoders import open_encoder
from vizsla.library import Choices, Library
from vizsla.records import ImageRecord
from vizsla.settings import Settings

from .conftest import add, blobs, problems, records
from .pictures import make

ENCODER = open_encoder()
NAMES = st.sampled_from(["a.png", "b.png", "deep/a.png", "deep/c.png"])
LOOKS = st.integers(0, 2)
LICENCES = st.sampled_from([None, "by", "cc0"])


@contextmanager
def opened(directory: Path) -> Iterator[Library]:
    with Library(Settings(library=directory)) as library:
        library.__dict__["encoder"] = ENCODER
        yield library


def timeless(found: dict[str, ImageRecord]) -> dict[str, ImageRecord]:
    return {key: msgspec.structs.replace(record, discovered=0) for key, record in sorted(found.items())}


class Folder(RuleBasedStateMachine):
    """A folder, its library, and what the owner said last."""

    @initialize()
    def begin(self) -> None:
        self.place = TemporaryDirectory()
        self.photos = Path(self.place.name, "photos")
        self.photos.mkdir()
        self.chosen: str | None = None
        self.added = False

    def teardown(self) -> None:
        self.place.cleanup()

    @rule(name=NAMES, look=LOOKS)
    def write(self, name: str, look: int) -> None:
        make(self.photos / name, look, (9 + look, 9))
        self.added = False

    @rule(name=NAMES)
    def spoil(self, name: str) -> None:
        make(self.photos / name)
        (self.photos / name).write_bytes(b"GIF89a")
        self.added = False

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: str, new: str) -> None:
        if (self.photos / old).exists():
            (self.photos / new).parent.mkdir(exist_ok=True)
            (self.photos / old).replace(self.photos / new)
            self.added = False

    @rule(name=NAMES)
    def delete_and_remove(self, name: str) -> None:
        (self.photos / name).unlink(missing_ok=True)
        self.forget([name])

    @rule()
    def add_one(self) -> None:
        with opened(self.library) as library:
            add(library, self.photos, limit=1)

    @rule(licence=LICENCES)
    def add_all(self, licence: str | None) -> None:
        with opened(self.library) as library:
            summary = add(library, self.photos, Choices(licence=licence))
        if summary.added or summary.updated:
            self.chosen = licence or self.chosen
        self.added = True
        self.forget([key for key in self.kept() if not (self.photos / key).exists()])

    @property
    def library(self) -> Path:
        return Path(self.place.name, "library")

    def kept(self) -> dict[str, ImageRecord]:
        with opened(self.library) as library:
            return records(library) if library.exists() else {}

    def forget(self, keys: list[str]) -> None:
        for key in set(keys) & set(self.kept()):
            with opened(self.library) as library:
                library.remove(str(self.photos / key))

    @precondition(lambda self: self.added)
    @invariant()
    def is_as_a_fresh_one(self) -> None:
        fresh = Path(self.place.name, "fresh")
        with opened(fresh) as library:
            add(library, self.photos, Choices(licence=self.chosen))
            expected = timeless(records(library)) if library.exists() else {}
        shutil.rmtree(fresh, ignore_errors=True)
        spoiled = {key for key in self.kept() if (self.photos / key).read_bytes() == b"GIF89a"}
        found = {key: record for key, record in timeless(self.kept()).items() if key not in spoiled}
        assert found == expected
        if self.library.exists():
            with opened(self.library) as library:
                assert problems(library) == []
                kept = {record.content_id.hex() for record in records(library).values()}
                assert blobs(library) == sorted(kept)


TestFolder = Folder.TestCase
TestFolder.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
