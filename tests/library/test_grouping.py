"""Copies of a picture are known by their pixels, whatever became of it, and other pictures are not."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from vizsla.analyse import VERSIONS
from vizsla.blobs import Blobs
from vizsla.decode import open_picture
from vizsla.gallery import gallery_directory
from vizsla.library import Library, regrouping
from vizsla.library.compared import COMPARED
from vizsla.library.following import InStore
from vizsla.library.grouping import Groups, Known, Look, Newcomer, look_of
from vizsla.library.regrouping import misplaced
from vizsla.records import ImageRecord

from .conftest import add, problems, records
from .pictures import make_many

SOME = 12
"""Pictures of the gallery that stand beside the one with copies."""


def originals() -> list[Path]:
    return sorted(path for path in gallery_directory().rglob("*.jpg"))


def picture(place: int = 0) -> Image.Image:
    with Image.open(originals()[place]) as opened:
        return opened.convert("RGB")


def written(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def cropped(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop(
        (round(width * left), round(height * top), round(width * right), round(height * bottom))
    )


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "quarter.jpg": lambda image: image.resize((image.width // 4, image.height // 4)),
    "double.jpg": lambda image: image.resize((image.width * 2, image.height * 2)),
    "darker.jpg": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "brighter.jpg": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "cropped.jpg": lambda image: cropped(image, 0.05, 0.05, 0.95, 0.95),
    "left.jpg": lambda image: cropped(image, 0.05, 0, 1, 1),
    "corner.jpg": lambda image: cropped(image, 0, 0.05, 0.95, 1),
    "same.png": lambda image: image,
    "same.webp": lambda image: image,
    "same.gif": lambda image: image.quantize(),
}


def spread(photos: Path) -> None:
    """Copies of the first picture, and some others as they are."""
    for name, change in COPIES.items():
        change(picture()).save(photos / name)
    picture().save(photos / "worse.jpg", quality=30)
    for place in range(1, SOME):
        picture(place).save(photos / f"other-{place}.jpg")


def grouped(library: Library) -> set[frozenset[str]]:
    groups: defaultdict[bytes, set[str]] = defaultdict(set)
    for key, record in records(library).items():
        groups[record.group].add(key)
    return {frozenset(keys) for keys in groups.values()}


def groups_of(library: Library) -> dict[str, bytes]:
    return {key: record.group for key, record in records(library).items()}


@pytest.fixture
def copied(library: Library, photos: Path) -> Library:
    spread(photos)
    add(library, photos)
    return library


def test_copies_share_a_group_and_others_have_one_each(copied: Library) -> None:
    same = frozenset({*COPIES, "worse.jpg"})
    assert grouped(copied) == {same, *(frozenset({f"other-{n}.jpg"}) for n in range(1, SOME))}
    assert {one.copies for one in copied.store.each() if one.record.key in same} == {len(same)}


def test_a_library_with_copies_is_whole(copied: Library) -> None:
    assert problems(copied) == []


def test_copies_that_come_later_join_the_group_whichever_is_larger(library: Library, photos: Path) -> None:
    cropped(picture(), 0.05, 0.05, 0.95, 0.95).save(photos / "a.jpg")
    add(library, photos)
    picture().save(photos / "b.png")
    add(library, photos)
    picture().resize((200, 150)).save(photos / "c.jpg")
    add(library, photos)
    assert grouped(library) == {frozenset({"a.jpg", "b.png", "c.jpg"})}
    assert {record.group for record in records(library).values()} == {records(library)["a.jpg"].content_id}


def test_the_same_pictures_in_the_same_order_make_the_same_groups(
    copied: Library, photos: Path, opened: Callable[..., Library], tmp_path: Path
) -> None:
    before = groups_of(copied)
    other = Library(copied.settings.__class__(library=tmp_path / "other"))
    other.__dict__["encoder"] = copied.encoder
    add(other, photos)
    assert groups_of(other) == before
    other.close()


def test_a_group_keeps_its_name_when_its_first_picture_is_removed(copied: Library, photos: Path) -> None:
    before = groups_of(copied)
    first = min(before, key=lambda key: (before[key] != records(copied)[key].content_id, key))
    copied.remove(records(copied)[first].image_id)
    del before[first]
    assert groups_of(copied) == before
    assert problems(copied) == []


def test_what_is_too_plain_to_be_known_is_grouped_by_its_bytes(library: Library, photos: Path) -> None:
    for name, size in (("a.png", 64), ("b.png", 64), ("c.png", 80)):
        Image.new("RGB", (size, size), "white").save(photos / name)
    add(library, photos)
    assert grouped(library) == {frozenset({"a.png", "b.png"}), frozenset({"c.png"})}
    assert {record.perceptual_hash for record in records(library).values()} == {b""}


def test_drawings_that_differ_in_colour_or_shape_are_no_copies(library: Library, photos: Path) -> None:
    make_many(photos, 40)
    add(library, photos)
    assert len(grouped(library)) == 40


def test_a_picture_that_is_replaced_by_another_leaves_its_group(copied: Library, photos: Path) -> None:
    picture(SOME - 1).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(photos / "same.png")
    add(copied, photos)
    assert frozenset({"same.png"}) in grouped(copied)


def test_copies_that_missed_each_other_are_told_and_put_together(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as blind:
        blind.setattr(Groups, "of", lambda self, newcomers: [one.content_id for one in newcomers])
        blind.setattr(InStore, "done", lambda self: None)
        spread(photos)
        add(library, photos)
    assert len(grouped(library)) == len(COPIES) + SOME
    sentence = f"{len(COPIES)} pictures are not in the group of their copies"
    assert problems(library) == [sentence]
    (problem,) = library.check(repair=True).problems
    assert (problem.what, problem.repaired) == (sentence, True)
    assert problems(library) == []
    assert frozenset({*COPIES, "worse.jpg"}) in grouped(library)
    library.index()
    assert library.indexer.engine.watermark() == library.store.sequence()


def test_pictures_of_older_libraries_are_told_and_compared(library: Library, photos: Path) -> None:
    spread(photos)
    add(library, photos)
    before = grouped(library)
    age(library)
    assert len(grouped(library)) == len(COPIES) + SOME
    sentence = f"{len(COPIES) + SOME} pictures were added before copies were looked for"
    assert problems(library) == [sentence]
    (problem,) = library.check(repair=True).problems
    assert (problem.what, problem.repaired) == (sentence, True)
    assert problems(library) == []
    assert grouped(library) == before


def age(library: Library) -> None:
    """Make all records what they were before there were groups."""
    import msgspec

    from vizsla.store import Entry

    analysers = {name: version for name, version in VERSIONS.items() if name != "copies"}

    def old(record: ImageRecord) -> ImageRecord:
        return msgspec.structs.replace(record, perceptual_hash=b"", group_id=b"", analysers=analysers)

    stored = list(library.store.each())
    vectors = library.store.vectors([one.number for one in stored])
    source = library.store.source_id(stored[0].record.source)
    assert source is not None
    library.store.put(source, [Entry(old(one.record), "", vectors[one.number]) for one in stored])
    library.index()


def test_nothing_is_misplaced_in_an_empty_library(library: Library) -> None:
    library.make()
    assert misplaced(library.store, library.blobs) == {}


def test_what_is_only_alike_is_not_read_again() -> None:
    class Counting(Blobs):
        read = 0

        def get(self, name: bytes) -> bytes | None:
            self.read += 1
            return super().get(name)

    class Shelved:
        def known(self, numbers: Sequence[int]) -> Mapping[int, Known]:
            return {1: Known(first.look.probes[0], first.content_id, first.content_id)}

        def group_of(self, content_id: bytes) -> bytes | None:
            return None

    image = picture()
    recoloured, copy = Image.merge("RGB", image.split()[::-1]), image.resize((120, 100))
    first, second, third = (
        Newcomer(bytes([number]) * 16, look_of(np.asarray(each)))
        for number, each in enumerate((image, recoloured, copy))
    )
    groups = Groups(Shelved(), blobs := Counting("memory://"))
    blobs.put({first.content_id: open_picture(written(image)).thumbnail().data})
    assert groups.of([first]) == [first.content_id]
    groups.learn([(1, first.look.probes[0])])
    assert groups.near(second.look), "they are not alike at all"
    assert groups.of([second]) == [second.content_id]
    assert blobs.read == 0
    assert groups.of([third]) == [first.content_id]
    assert blobs.read == 1


# What has been compared is not looked at again


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Content ids of the thumbnails that are looked at."""
    looks: list[bytes] = []
    look = regrouping._look

    def noting(blobs: Blobs, content_id: bytes) -> Look | None:
        looks.append(content_id)
        return look(blobs, content_id)

    monkeypatch.setattr(regrouping, "_look", noting)
    return looks


def test_what_one_process_added_has_been_compared(copied: Library, looked_at: list[bytes]) -> None:
    assert copied.store.mark(COMPARED) == copied.store.sequence()
    assert problems(copied) == []
    assert looked_at == []


def test_a_library_of_an_older_version_is_looked_through_once(
    copied: Library, photos: Path, looked_at: list[bytes]
) -> None:
    copied.store.put_mark(COMPARED, 0)
    assert problems(copied) == problems(copied) == []
    assert len(looked_at) == len(records(copied))
    picture(1).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(photos / "new.jpg")
    add(copied, photos)
    assert problems(copied) == []
    assert len(looked_at) == len(records(copied)) - 1


def test_what_came_while_somebody_else_added_is_compared_with_all(
    copied: Library, photos: Path, looked_at: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    (photos / "late").mkdir()
    picture(1).resize((150, 120)).save(photos / "late" / "copy.jpg")
    before = copied.store.mark(COMPARED)
    with monkeypatch.context() as racing:

        def blind(self: InStore, newcomers: Sequence[Newcomer]) -> list[bytes]:
            return [one.content_id for one in newcomers]

        racing.setattr(Groups, "of", blind)
        beside = InStore(copied.store, copied.blobs)
        beside.of([])
        add(copied, photos)
        beside.done()
    assert copied.store.mark(COMPARED) > before
    copied.store.put_mark(COMPARED, before)
    beside.done()
    assert copied.store.mark(COMPARED) == before
    assert problems(copied) == ["1 pictures are not in the group of their copies"]
    assert problems(copied, repair=True) == ["1 pictures are not in the group of their copies"]
    assert problems(copied) == []
    assert frozenset({"other-1.jpg", "late/copy.jpg"}) in grouped(copied)
    looked_at.clear()
    assert problems(copied) == []
    assert looked_at == []
