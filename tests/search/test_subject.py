"""Which image is meant, in a library that changes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import create_engine, text

from vizsla.library import Choices, Library
from vizsla.search.subject import UPLOAD_LIMITS, Meant
from vizsla.settings import Settings
from vizsla.sources import open_source
from vizsla.wire import CropArea, InsightsToken, InvalidRequest, ThumbnailId


def striped(*colours: str) -> bytes:
    image = Image.new("RGB", (40 * len(colours), 60))
    for place, colour in enumerate(colours):
        image.paste(colour, (40 * place, 0, 40 * place + 40, 60))
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


class World:
    """A library of two pictures, one of which is there twice."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "pictures"
        self.folder.mkdir()
        for name, colours in (("a", ("red", "blue")), ("b", ("green", "white")), ("c", ("red", "blue"))):
            (self.folder / f"{name}.png").write_bytes(striped(*colours))
        self.library = Library(Settings(library=place / "library"))
        self.library.adding(open_source(str(self.folder), self.library.settings), Choices()).run()
        self.subjects = self.library.subjects

    def id_of(self, name: str) -> str:
        (image_id,) = self.library.store.of_source(str(self.folder), f"{name}.png")
        return image_id

    def token(self, name: str) -> str:
        stored = self.library.store.find(self.id_of(name))
        assert stored is not None
        record = stored.record
        thumbnail = ThumbnailId(record.content_id, record.thumbnail_width, record.thumbnail_height)
        return str(InsightsToken.of(record.image_id, thumbnail, record.group))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with made.library:
        yield made


def meant(**given: object) -> Meant:
    return Meant(parameter="here", crop_parameter="crop", **given)  # type: ignore[arg-type]


def test_copies_come_with_the_one_that_is_meant_first(world: World) -> None:
    for name, other in (("a", "c"), ("c", "a")):
        subject = world.subjects.known(meant(token=world.token(name)))
        assert subject is not None
        assert [stored.record.image_id for stored in subject.copies] == [
            world.id_of(name),
            world.id_of(other),
        ]
        assert subject.token == world.token(name)


def test_an_image_that_was_removed_is_found_where_its_bytes_still_are(world: World) -> None:
    token, other = world.token("a"), world.id_of("c")
    world.library.remove(world.id_of("a"))
    subject = world.subjects.known(meant(token=token))
    assert subject is not None
    assert subject.record is not None
    assert subject.record.image_id == other
    world.library.remove(other)
    with pytest.raises(InvalidRequest, match="not in the library, or not any more"):
        world.subjects.known(meant(token=token))


def test_an_image_without_vector_is_looked_at(world: World) -> None:
    before = world.subjects.known(meant(image_id=world.id_of("b")))
    database = create_engine(f"sqlite:///{world.library.directory / 'records.db'}")
    with database.begin() as db:
        db.execute(text("DELETE FROM vectors"))
    database.dispose()
    asked = meant(image_id=world.id_of("b"))
    assert world.subjects.known(asked) is None
    looked = world.subjects.seen(asked)
    assert before is not None
    assert before.vector is not None
    assert looked.vector is not None
    assert float(before.vector @ looked.vector) == pytest.approx(1, abs=1e-2)


def test_a_file_that_became_another_picture_is_not_looked_at(world: World) -> None:
    asked = meant(image_id=world.id_of("b"), crop=CropArea(right=0.5))
    before = world.subjects.seen(asked)
    (world.folder / "b.png").write_bytes(striped("yellow", "black"))
    after = world.subjects.seen(asked)
    assert before.vector is not None
    assert after.vector is not None
    assert float(before.vector @ after.vector) > 0.9


def test_an_image_of_which_nothing_is_left_has_no_looks(world: World) -> None:
    stored = world.library.store.find(world.id_of("b"))
    assert stored is not None
    (world.folder / "b.png").unlink()
    world.library.blobs.delete(stored.record.content_id)
    database = create_engine(f"sqlite:///{world.library.directory / 'records.db'}")
    with database.begin() as db:
        db.execute(text("DELETE FROM vectors"))
    database.dispose()
    assert world.subjects.seen(meant(image_id=world.id_of("b"))).vector is None


def test_what_is_posted_is_known_by_its_bytes(world: World) -> None:
    subject = world.subjects.known(meant(data=striped("green", "white")))
    assert subject is not None
    assert subject.record is not None
    assert subject.record.image_id == world.id_of("b")


def test_another_picture_is_known_by_its_looks_and_its_token_leads_back_to_them(world: World) -> None:
    asked = meant(data=striped("purple", "orange", "pink"))
    assert world.subjects.known(asked) is None
    subject = world.subjects.seen(asked)
    assert subject.copies == ()
    again = world.subjects.known(meant(token=subject.token))
    assert again is not None
    assert again.vector is not None
    assert subject.vector is not None
    assert float(again.vector @ subject.vector) > 0.999
    assert again.token == subject.token


def test_a_picture_with_more_pixels_than_cameras_make_is_refused(world: World) -> None:
    made = io.BytesIO()
    side = int(np.sqrt(UPLOAD_LIMITS.max_pixels)) + 10
    Image.new("1", (side, side)).save(made, "PNG", compress_level=1)
    with pytest.raises(InvalidRequest, match="too large"):
        world.subjects.seen(meant(data=made.getvalue()))
