"""Another encoder for a library: made beside the old one, resumed after any stop, switched in one step."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from encoders.towers import DIMENSION, make_model
from vizsla.decode import open_picture
from vizsla.encoders import open_encoder
from vizsla.engines.seam import Plan
from vizsla.library import Library, LibraryError
from vizsla.library.reencoding import BATCH, Beginning
from vizsla.settings import Settings
from vizsla.wire import SearchParameters

from .conftest import Watched, add, problems
from .pictures import make, make_many

COUNT = BATCH + 8
"""More than a batch."""

Opened = Callable[..., Library]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another encoder."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def filled(opened: Opened, photos: Path) -> Library:
    """A library with vectors of the bundled encoder."""
    make_many(photos / "harbour", COUNT)
    library = opened()
    add(library, photos)
    return library


@pytest.fixture
def fresh(library_directory: Path) -> Opened:
    """The library as the next process sees it, with settings."""

    def fresh(**settings: object) -> Library:
        return Library(Settings(library=library_directory, **settings))  # type: ignore[arg-type]

    return fresh


def stop_after(batches: int) -> Callable[[int, int], None]:
    calls = iter(range(batches))

    def report(done: int, total: int) -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt

    return report


def found_by(library: Library, query: str) -> set[str]:
    """Keys of what is found."""
    found = library.search(SearchParameters(q=query, count=150))
    stored = (library.store.find(image.image_id) for image in found.value if image.image_id)
    return {each.record.key for each in stored if each}


def test_afterwards_every_vector_is_the_new_encoders_of_the_file(
    filled: Library, fresh: Opened, model: Path, photos: Path
) -> None:
    filled.close()
    with fresh(encoder=str(model)) as library:
        seen: list[tuple[int, int]] = []
        done = library.reencoding().run(lambda *now: seen.append(now))
    assert (done.encoder, done.switched) == ("tiny", True)
    assert (done.files, done.thumbnails, done.lost) == (COUNT, 0, 0)
    assert seen == [(BATCH, COUNT), (COUNT, COUNT)]
    encoder = open_encoder(str(model))
    with fresh() as library:
        assert library.encoder.digest == encoder.digest
        for stored in library.store.each():
            picture = open_picture((photos / stored.record.key).read_bytes())
            vector = library.store.vector(stored.number)
            assert vector is not None
            wanted = encoder.encode_images(np.asarray(picture.square(encoder.geometry))[None])[0]
            np.testing.assert_allclose(vector, wanted, atol=1e-3)
        status = library.status()
        assert (status.encoder, status.indexed, status.reencoding) == ("tiny", COUNT, {})
        assert problems(library) == []
        looks = Plan(vector=encoder.encode_texts(["dog"])[0])
        assert library.indexer.engine.search(looks).total == COUNT
    said = json.loads((fresh().directory / "vizsla.json").read_text())
    assert said["encoder"]["dimension"] == DIMENSION
    assert said["encoder"]["source"] == str(model)
    assert "onnx/text_model.onnx" in said["encoder"]["files"]
    assert "next" not in said


def test_what_the_old_encoder_made_is_gone_and_one_can_go_back(
    filled: Library, fresh: Opened, model: Path
) -> None:
    before = {stored.number: filled.store.vector(stored.number) for stored in filled.store.each()}
    filled.close()
    with fresh(encoder=str(model)) as library:
        library.reencoding().run()
        assert not (library.directory / "index").exists()
        assert library.store_of("").without_vector() == sorted(before)
    with fresh(encoder="bundled") as library:
        assert library.reencoding().run().switched
    with fresh() as library:
        assert library.descriptor.encoder.name == open_encoder().name
        for number, vector in before.items():
            np.testing.assert_array_equal(library.store.vector(number), vector)
        assert len([path for path in library.directory.glob("index*") if path.is_dir()]) == 1
        assert library.status().indexed == COUNT


def test_an_encoder_that_the_library_has_is_not_made_again(filled: Library, fresh: Opened) -> None:
    filled.close()
    for settings in ({"encoder": "bundled"}, {}):
        with fresh(**settings) as library:
            done = library.reencoding().run()
        assert (done.encoder, done.switched, done.files) == (open_encoder().name, False, 0)


def test_the_thumbnail_stands_in_for_a_file_that_is_gone_and_without_either_words_are_left(
    filled: Library, fresh: Opened, model: Path, photos: Path
) -> None:
    (photos / "harbour" / "picture-000.png").unlink()
    make(photos / "harbour" / "picture-001.png", 999)  # another picture, which was not added
    (photos / "harbour" / "picture-002.png").unlink()
    lost = filled.store.find(filled.store.of_source(str(photos), "harbour/picture-002.png")[0])
    assert lost
    filled.blobs.delete(lost.record.content_id)
    filled.close()
    with fresh(encoder=str(model)) as library:
        done = library.reencoding().run()
    assert (done.files, done.thumbnails, done.lost) == (COUNT - 3, 2, 1)
    with fresh() as library:
        assert library.store.without_vector() == [lost.number]
        assert "harbour/picture-002.png" in found_by(library, "harbour")


def test_until_the_end_the_old_vectors_answer_and_the_next_run_goes_on(
    filled: Library, fresh: Opened, model: Path
) -> None:
    old = filled.encoder.digest
    filled.close()
    with fresh(encoder=str(model)) as library, pytest.raises(KeyboardInterrupt):
        library.reencoding().run(stop_after(0))
    with fresh() as library:
        status = library.status()
        assert (status.encoder, status.reencoding) == (open_encoder().name, {"tiny": BATCH})
        assert library.encoder.digest == old
        assert len(found_by(library, "harbour")) == COUNT
        assert library.store.without_vector() == []
    with fresh(encoder=str(model)) as library:
        assert library.reencoding().run().files == COUNT - BATCH
    with fresh() as library:
        assert library.store.without_vector() == []


def test_another_goal_begins_anew_and_what_was_made_for_the_first_is_forgotten(
    filled: Library, fresh: Opened, model: Path, tmp_path: Path
) -> None:
    filled.close()
    with fresh(encoder=str(model)) as library, pytest.raises(KeyboardInterrupt):
        library.reencoding().run(stop_after(1))
    other = make_model(tmp_path / "other", "siglip")
    with fresh(encoder=str(other)) as library:
        done = library.reencoding().run()
        assert (done.files, done.given_up) == (COUNT, "tiny")
    with fresh() as library:
        assert library.descriptor.encoder.name == "other"
        assert library.descriptor.next is None
        assert [path.name for path in library.directory.glob("index*")] == [
            f"index-{library.descriptor.encoder.digest[:16]}"
        ]


def test_going_back_to_the_encoder_that_is_there_gives_up_the_other(
    filled: Library, fresh: Opened, model: Path
) -> None:
    filled.close()
    with fresh(encoder=str(model)) as library, pytest.raises(KeyboardInterrupt):
        library.reencoding().run(stop_after(0))
    with fresh(encoder="bundled") as library:
        done = library.reencoding().run()
        assert (done.switched, done.given_up) == (False, "tiny")
    with fresh() as library:
        assert library.status().reencoding == {}
        assert len(found_by(library, "harbour")) == COUNT


def test_what_is_added_changed_and_removed_meanwhile_is_right_afterwards(
    filled: Library, fresh: Opened, opened: Opened, model: Path, photos: Path
) -> None:
    filled.close()
    turn = iter(range(1))

    def meanwhile(done: int, total: int) -> None:
        if next(turn, None) is not None:
            make(photos / "harbour" / "picture-000.png", 500)
            make(photos / "harbour" / "new.png", 501)
            with opened() as other:
                summary = add(other, photos)
                assert (summary.added, summary.updated) == (1, 1)
                other.remove(str(photos / "harbour" / "picture-001.png"))

    with fresh(encoder=str(model)) as library:
        library.reencoding().run(meanwhile)
    encoder = open_encoder(str(model))
    with fresh() as library:
        assert library.status().indexed == library.store.count() == COUNT
        assert library.store.without_vector() == []
        assert problems(library) == []
        (image_id,) = library.store.of_source(str(photos), "harbour/picture-000.png")
        changed = library.store.find(image_id)
        assert changed
        square = open_picture((photos / "harbour" / "picture-000.png").read_bytes()).square(encoder.geometry)
        wanted = encoder.encode_images(np.asarray(square)[None])[0]
        kept = library.store.vector(changed.number)
        assert kept is not None
        np.testing.assert_allclose(kept, wanted, atol=1e-3)
        indexed = {change.number for change in library.store.changes(0) if change.vector is not None}
        assert changed.number in indexed


def test_the_switch_waits_for_who_adds(
    filled: Library, fresh: Opened, opened: Opened, model: Path, photos: Path
) -> None:
    filled.close()
    make(photos / "harbour" / "late.png", 700)
    reading, may_end, waits = threading.Event(), threading.Event(), threading.Event()

    def hold(key: str) -> None:
        reading.set()
        assert may_end.wait(60)

    def adding() -> None:
        with opened() as library:
            add(library, Watched(photos, hold))

    thread = threading.Thread(target=adding)
    thread.start()
    assert reading.wait(60)
    with fresh(encoder=str(model)) as library:
        switching = threading.Thread(target=library.reencoding().run, args=(lambda *_: None, waits.set))
        switching.start()
        assert waits.wait(60)
        assert fresh().descriptor.encoder.name == open_encoder().name
        may_end.set()
        thread.join()
        switching.join()
    with fresh() as library:
        assert library.descriptor.encoder.name == "tiny"
        assert library.store.without_vector() == []
        assert library.status().indexed == COUNT + 1


def test_who_opened_the_library_before_the_switch_adds_nothing_of_the_old_encoder(
    filled: Library, fresh: Opened, opened: Opened, model: Path, photos: Path
) -> None:
    late = opened()
    assert late.descriptor
    filled.close()
    with fresh(encoder=str(model)) as library:
        library.reencoding().run()
    make(photos / "harbour" / "late.png", 700)
    with pytest.raises(LibraryError, match="run the same command again"):
        add(late, photos)
    with fresh() as library:
        assert add(library, photos).added == 1
        assert library.store.without_vector() == []


def test_two_runs_at_once_are_refused(filled: Library, fresh: Opened, model: Path) -> None:
    filled.close()

    def second(done: int, total: int) -> None:
        with fresh(encoder=str(model)) as other, pytest.raises(LibraryError, match="is running already"):
            other.reencoding().run()

    with fresh(encoder=str(model)) as library:
        library.reencoding().run(second)


def say(directory: Path, **changes: str) -> None:
    """Let the library say something else of its encoder."""
    file = directory / "vizsla.json"
    said = json.loads(file.read_text())
    said["encoder"] |= changes
    file.write_text(json.dumps(said))


def refusal(library: Library) -> str:
    """Why the library cannot be searched."""
    with library, pytest.raises(LibraryError) as caught:
        _ = library.encoder
    return str(caught.value)


def test_without_a_name_a_stopped_run_goes_on_to_where_it_was_going(
    filled: Library, fresh: Opened, model: Path
) -> None:
    filled.close()
    with fresh(encoder=str(model)) as library, pytest.raises(KeyboardInterrupt):
        library.reencoding().run(stop_after(0))
    begun: list[Beginning] = []
    with fresh() as library:
        done = library.reencoding().run(begun=begun.append)
    assert (done.encoder, done.switched, done.given_up) == ("tiny", True, "")
    assert done.files == COUNT - BATCH
    assert begun == [Beginning("tiny", True, BATCH, COUNT)]


def test_without_a_name_a_library_stays_with_the_encoder_that_it_has(
    filled: Library, fresh: Opened, model: Path
) -> None:
    filled.close()
    with fresh(encoder=str(model)) as library:
        library.reencoding().run()
    with fresh() as library:
        done = library.reencoding().run()
    assert (done.encoder, done.switched) == ("tiny", False)


def test_without_a_name_vectors_of_other_weights_are_made_anew_with_those_that_are_here(
    filled: Library, fresh: Opened, library_directory: Path, tmp_path: Path
) -> None:
    filled.close()
    say(library_directory, digest="0" * 64)
    assert "made with other weights" in (told := refusal(fresh()))
    assert told.endswith(": `vizsla reencode` makes its vectors anew with those that are here")
    begun: list[Beginning] = []
    with fresh() as library:
        done = library.reencoding().run(begun=begun.append)
    assert (done.encoder, done.switched, done.files) == (open_encoder().name, True, COUNT)
    assert begun == [Beginning(open_encoder().name, False, 0, COUNT)]
    root = make_model(tmp_path / "own")
    with fresh(encoder=str(root)) as library:
        library.reencoding().run()
    (root / "tokenizer_config.json").write_text("{}")
    with fresh() as library:
        assert library.reencoding().run().files == COUNT
    with fresh() as library:
        assert library.encoder.name == "own"


@pytest.mark.parametrize("name", ["bundled-1", "bundled-2"])
def test_without_a_name_a_bundled_encoder_of_before_becomes_the_one_that_is_bundled_now(
    filled: Library, fresh: Opened, library_directory: Path, name: str
) -> None:
    filled.close()
    say(library_directory, digest="0" * 64, name=name)
    assert f"with the encoder {name}, which this version of vizsla" in (told := refusal(fresh()))
    assert told.endswith(": `vizsla reencode` makes its vectors anew with a newer one")
    with fresh() as library:
        assert library.reencoding().run().files == COUNT
    with fresh() as library:
        assert library.encoder.name == open_encoder().name


def test_where_an_encoder_was_named_the_way_out_leads_to_it(
    filled: Library, fresh: Opened, library_directory: Path, model: Path
) -> None:
    filled.close()
    say(library_directory, digest="0" * 64)
    assert refusal(fresh(encoder="siglip2-base")).endswith("makes its vectors anew with siglip2-base")
    with fresh(encoder=str(model)) as library, pytest.raises(KeyboardInterrupt):
        library.reencoding().run(stop_after(0))
    assert refusal(fresh()).endswith(": `vizsla reencode` makes its vectors anew with tiny")


def test_a_library_whose_encoder_is_no_more_is_told_the_way_out(
    filled: Library, fresh: Opened, library_directory: Path, model: Path
) -> None:
    filled.close()
    say(library_directory, name="bundled-0")
    assert "with the encoder bundled-0, which is not here: " in (told := refusal(fresh()))
    assert "`vizsla reencode --encoder NAME` makes its vectors anew with another" in told
    with fresh() as library, pytest.raises(LibraryError, match=r"bundled-0 is not here.*--encoder"):
        library.reencoding().run()
    with fresh(encoder=str(model)) as library:
        assert library.reencoding().run().files == COUNT


def test_an_encoder_that_was_moved_is_named_by_its_new_place_and_nothing_is_made_anew(
    filled: Library, fresh: Opened, tmp_path: Path
) -> None:
    filled.close()
    root = make_model(tmp_path / "models")
    with fresh(encoder=str(root)) as library, pytest.raises(KeyboardInterrupt):
        library.reencoding().run(stop_after(0))
    with fresh(encoder=str(root := root.rename(tmp_path / "elsewhere"))) as library:
        assert library.reencoding().run().files == COUNT - BATCH
    with fresh() as library:
        assert library.encoder.name == "elsewhere"
    root = root.rename(tmp_path / "third")
    with fresh() as library, pytest.raises(LibraryError, match="elsewhere is not here"):
        library.reencoding().run()
    with fresh(encoder=str(root)) as library:
        assert not library.reencoding().run().switched
    with fresh() as library:
        assert library.encoder.name == "third"
        assert library.store.without_vector() == []


def test_what_a_server_still_answers_from_is_neither_swept_nor_made_anew(
    filled: Library, fresh: Opened, model: Path
) -> None:
    assert filled.index()  # as a server does, it holds the old index
    first = filled.store.vector(1)
    with fresh(encoder=str(model)) as library:
        library.reencoding().run()
    with fresh(encoder="bundled") as back:
        done = back.reencoding().run()  # to vectors in another place than those of before
        assert done.switched
    with fresh(encoder=str(model)) as library:
        library.reencoding().run()
        held = fresh()
        assert held.index()
    with fresh(encoder="bundled") as back:
        back.reencoding().run()
    with (
        fresh(encoder=str(model)) as library,
        pytest.raises(LibraryError, match="run this again in a minute"),
    ):
        library.reencoding().run()
    assert first is not None
    np.testing.assert_array_equal(filled.store.vector(1), first)
    assert held.store.vector(1) is not None
    held.close()


def test_a_library_can_be_made_with_another_encoder_and_notices_when_it_changes(
    fresh: Opened, model: Path, photos: Path, tmp_path: Path
) -> None:
    root = make_model(tmp_path / "copy")
    make_many(photos / "harbour", 2)
    with fresh(encoder=str(root)) as library:
        add(library, photos)
    with fresh(encoder_floor=0.5) as library:
        assert library.encoder.name == "copy"
        assert library.encoder.floor == 0.5
        assert library.status().indexed == 2
    (root / "tokenizer_config.json").write_text("{}")
    with fresh() as library, pytest.raises(LibraryError, match="other weights of the encoder copy"):
        _ = library.encoder
