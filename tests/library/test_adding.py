from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vizsla.analyse import VERSIONS, analyse, table
from vizsla.analyse.kind import Kind
from vizsla.decode import Picture
from vizsla.library import Choices, Library
from vizsla.search.answer import name_of
from vizsla.store import StoreError
from vizsla.wire import SearchParameters

from .conftest import Watched, add, blobs, counts, problems, reasons, records
from .pictures import make, make_bad, make_many, noticed, packet, titled, told, turned


def found(library: Library, word: str) -> list[str]:
    """Titles that answer by their words, not by their looks."""
    plan = msgspec.structs.replace(library.searcher.plan(SearchParameters(q=word)), vector=None)
    numbers = library.indexer.engine.search(plan).numbers
    return [name_of(stored.record) for stored in library.store.records(numbers)]


def write_manifest(folder: Path, *rows: dict[str, object]) -> None:
    (folder / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


# What is known of a picture


def test_text_of_the_manifest_beats_text_in_the_file_and_completes_it(library: Library, photos: Path) -> None:
    make(photos / "a.png", 1, pnginfo=titled("Inside", "Ada"))
    make(photos / "b.png", 2, pnginfo=titled("Inside", "Ada"))
    write_manifest(photos, {"path": "a.png", "title": "Outside", "tags": ["kestrel"], "language": "en"})
    add(library, photos)
    said = {key: (record.title, record.creator, record.tags) for key, record in records(library).items()}
    assert said == {"a.png": ("Outside", "Ada", ("kestrel",)), "b.png": ("Inside", "Ada", ())}


def test_a_licence_for_the_whole_folder_is_given_only_to_pictures_that_claim_none(
    library: Library, photos: Path
) -> None:
    make_many(photos, 2)
    write_manifest(photos, {"path": "picture-000.png", "licence": "CC BY-SA 4.0"})
    add(library, photos, Choices(licence="cc0"))
    assert [record.licence for record in records(library).values()] == ["by-sa", "cc0"]


UNKNOWN_LICENCES: dict[str, dict[str, Any]] = {
    "reserved.jpg": {"exif": noticed("© 2021 Ada. All rights reserved.")},
    "denied.jpg": {"exif": noticed("Not in the public domain")},
    "contradictory.jpg": {"exif": noticed("CC BY 4.0, non-commercial")},
    "reserved in IPTC.tif": {"tiffinfo": {33723: b"\x1c\x02\x74\0\x13All rights reserved"}},
    "reserved in XMP.jpg": {"xmp": packet("<dc:rights>Alle Rechte vorbehalten</dc:rights>")},
    "elsewhere.webp": {"xmp": packet("<cc:license>https://example.com/terms</cc:license>")},
    "another.png": {"pnginfo": told("License", "Unsplash")},
    "both.jpg": {"exif": noticed("© Ada"), "xmp": packet("<dc:rights>GFDL 1.2</dc:rights>")},
}


def test_a_licence_for_the_whole_folder_does_not_replace_what_a_file_says_that_is_none_of_ours(
    library: Library, photos: Path
) -> None:
    for seed, (name, options) in enumerate(UNKNOWN_LICENCES.items()):
        make(photos / name, seed, **options)
    add(library, photos, Choices(licence="by-sa"))
    assert {key: record.licence for key, record in records(library).items()} == dict.fromkeys(
        UNKNOWN_LICENCES, "unknown"
    )


def test_a_licence_for_the_whole_folder_is_given_to_files_that_only_say_whose_they_are(
    library: Library, photos: Path
) -> None:
    make(photos / "exif.jpg", 1, exif=noticed("© 2021 Ada"))
    make(photos / "iptc.tif", 2, tiffinfo={33723: b"\x1c\x02\x74\0\x03Ada"})
    make(photos / "xmp.webp", 3, xmp=packet("<dc:rights>© Ada</dc:rights>"))
    make(photos / "text.png", 4, pnginfo=told("Copyright", "Ada"))
    make(photos / "empty.png", 5, pnginfo=told("License", " "))
    add(library, photos, Choices(licence="by-sa"))
    assert [record.licence for record in records(library).values()] == ["by-sa"] * 5


def test_the_licence_of_the_manifest_goes_before_what_the_file_says(library: Library, photos: Path) -> None:
    make(photos / "a.jpg", 1, exif=noticed("All rights reserved"))
    make(photos / "b.jpg", 2, exif=noticed("CC BY 4.0"))
    write_manifest(photos, {"path": "a.jpg", "licence": "by"}, {"path": "b.jpg", "licence": "mine"})
    add(library, photos, Choices(licence="by-sa"))
    assert [record.licence for record in records(library).values()] == ["by", "unknown"]


def test_what_was_chosen_for_a_folder_is_remembered_when_it_is_added_again(
    library: Library, photos: Path
) -> None:
    make_many(photos, 2)
    add(library, photos, Choices("by", "https://pictures.example/all/"))
    make(photos / "later.png", 9)
    again = Watched(photos)
    assert counts(add(library, again)) == (1, 0, 2, 0, 0)
    assert again.read == ["later.png"]
    later = records(library)["later.png"]
    assert (later.licence, later.content_url) == ("by", "https://pictures.example/all/later.png")


def test_a_newer_analyser_redoes_pictures_that_have_not_changed(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(photos, 2)
    add(library, photos)
    before = {stored.number: stored.record for stored in library.store.each()}
    assert counts(add(library, photos)) == (0, 0, 2, 0, 0)
    assert library.status().outdated == 0
    newer = [
        msgspec.structs.replace(row, version=99, run=lambda picture: Kind("line"))
        if row.name == "kind"
        else row
        for row in table.ANALYSERS
    ]
    monkeypatch.setitem(VERSIONS, "kind", 99)
    monkeypatch.setattr(table, "ANALYSERS", tuple(newer))
    monkeypatch.setattr("vizsla.library.adding.time.time", lambda: 1.0)
    assert library.status().outdated == 2
    assert counts(add(library, photos)) == (0, 2, 0, 0, 0)
    assert library.status().outdated == 0
    assert {stored.number: stored.record for stored in library.store.each()} == {
        number: msgspec.structs.replace(record, kind="line", analysers=record.analysers | {"kind": 99})
        for number, record in before.items()
    }
    assert counts(add(library, photos)) == (0, 0, 2, 0, 0)


def test_another_choice_updates_every_picture_and_keeps_the_choice_beside_it(
    library: Library, photos: Path
) -> None:
    make_many(photos, 2)
    add(library, photos, Choices(licence="by", content_base="https://pictures.example"))
    assert counts(add(library, photos, Choices(licence="cc0"))) == (0, 2, 0, 0, 0)
    assert {(record.licence, record.content_url) for record in records(library).values()} == {
        ("cc0", "https://pictures.example/picture-000.png"),
        ("cc0", "https://pictures.example/picture-001.png"),
    }
    assert counts(add(library, photos)) == (0, 0, 2, 0, 0)


def test_pictures_are_served_below_the_content_base_unless_a_manifest_says_where(
    library: Library, photos: Path
) -> None:
    make(photos / "in Köln" / "50% & more?.png")
    make(photos / "own.png", 2)
    write_manifest(photos, {"path": "own.png", "content_url": "https://elsewhere.example/x.png"})
    add(library, photos, Choices(content_base="https://pictures.example/base/"))
    assert {key: record.content_url for key, record in records(library).items()} == {
        "in Köln/50% & more?.png": "https://pictures.example/base/in%20K%C3%B6ln/50%25%20%26%20more%3F.png",
        "own.png": "https://elsewhere.example/x.png",
    }


def test_width_and_height_are_those_of_the_upright_picture(library: Library, photos: Path) -> None:
    make(photos / "lying.jpg", size=(60, 30), exif=turned())
    add(library, photos)
    lying = records(library)["lying.jpg"]
    assert (lying.width, lying.height, lying.aspect) == (30, 60, "tall")
    assert lying.thumbnail_width < lying.thumbnail_height


def test_a_picture_is_told_by_its_content_whatever_its_name_says(library: Library, photos: Path) -> None:
    make(photos / "a.jpg", 1, format="PNG")
    make(photos / "b.png", 2, format="WEBP")
    make(photos / "nothing said", 3, format="GIF")
    (photos / "notes.txt").write_text("not a picture, and nobody says so")
    assert counts(add(library, photos)) == (3, 0, 0, 0, 0)
    assert [record.format for record in records(library).values()] == ["png", "webp", "gif"]


def test_what_was_added_is_found_by_the_words_of_its_manifest_its_file_and_its_folder(
    library: Library, photos: Path
) -> None:
    make(photos / "zeppelins" / "silverfish.png", 1)
    make(photos / "IMG_0001.jpg", 2)
    make(photos / "plain.png", 3, pnginfo=titled("Quagmire", "Ada"))
    write_manifest(photos, {"path": "IMG_0001.jpg", "title": "Marzipan"})
    add(library, photos)
    assert [found(library, word) for word in ("zeppelins", "silverfish", "marzipan", "quagmire")] == [
        ["zeppelins silverfish"],
        ["zeppelins silverfish"],
        ["Marzipan"],
        ["Quagmire"],
    ]


# Adding again


def test_adding_what_has_not_changed_reads_nothing_and_writes_nothing(library: Library, photos: Path) -> None:
    make_many(photos, 3)
    add(library, photos)
    before = library.store.sequence()
    again = Watched(photos)
    assert counts(add(library, again)) == (0, 0, 3, 0, 0)
    assert again.read == []
    assert library.store.sequence() == before


def test_a_changed_file_replaces_its_picture_under_the_same_id_and_time_of_discovery(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(photos, 2)
    monkeypatch.setattr("time.time", lambda: 1_000_000_000)
    add(library, photos)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000)
    before = records(library)["picture-000.png"]
    make(photos / "picture-000.png", 100, (64, 64))
    again = Watched(photos)
    assert counts(add(library, again)) == (0, 1, 1, 0, 0)
    assert again.read == ["picture-000.png"]
    after = records(library)["picture-000.png"]
    assert (after.image_id, after.discovered) == (before.image_id, 1_000_000_000)
    assert (after.width, after.content_id != before.content_id) == (64, True)


def test_the_thumbnail_of_a_replaced_picture_is_deleted_unless_another_has_the_same_content(
    library: Library, photos: Path
) -> None:
    make(photos / "a.png", 1)
    make(photos / "b.png", 1)
    make(photos / "c.png", 2)
    add(library, photos)
    make(photos / "b.png", 3, (50, 50))
    make(photos / "c.png", 4, (50, 50))
    add(library, photos)
    assert blobs(library) == sorted(record.content_id.hex() for record in records(library).values())
    assert problems(library) == []


def test_a_change_in_the_manifest_alone_updates_the_picture_that_it_is_about(
    library: Library, photos: Path
) -> None:
    make_many(photos, 2)
    write_manifest(photos, {"path": "picture-000.png", "title": "Marzipan"})
    add(library, photos)
    write_manifest(photos, {"path": "picture-000.png", "title": "Nougat"})
    assert counts(add(library, photos)) == (0, 1, 1, 0, 0)
    assert (found(library, "marzipan"), found(library, "nougat")) == ([], ["Nougat"])
    assert problems(library) == []


def test_files_that_are_gone_are_told_as_missing_and_stay_until_they_are_removed(
    library: Library, photos: Path
) -> None:
    make_many(photos, 3)
    add(library, photos)
    (photos / "picture-001.png").unlink()
    for _ in range(2):
        assert counts(add(library, photos)) == (0, 0, 2, 0, 1)
    assert len(records(library)) == 3


def test_a_changed_file_that_cannot_be_read_any_more_leaves_its_picture_as_it_was(
    library: Library, photos: Path
) -> None:
    make_many(photos, 1)
    add(library, photos)
    before = records(library)
    (photos / "picture-000.png").write_bytes(b"")
    assert counts(add(library, photos)) == (0, 0, 0, 1, 0)
    assert records(library) == before
    assert problems(library) == []


def test_the_same_picture_twice_is_two_records_with_one_thumbnail(library: Library, photos: Path) -> None:
    make(photos / "a.png", 1)
    make(photos / "b" / "a.png", 1)
    assert counts(add(library, photos)) == (2, 0, 0, 0, 0)
    a, b = records(library).values()
    assert (a.image_id != b.image_id, a.content_id == b.content_id) == (True, True)
    assert blobs(library) == [a.content_id.hex()]


def test_several_sources_keep_apart_files_of_the_same_name(library: Library, tmp_path: Path) -> None:
    for number, name in enumerate(("one", "two")):
        make(tmp_path / name / "deep" / "down" / "a.png", number)
        add(library, tmp_path / name, Choices(licence=("by", "cc0")[number]))
    assert [stored.record.licence for stored in library.store.each()] == ["by", "cc0"]
    assert library.store.addresses() == {str(tmp_path / "one"): 1, str(tmp_path / "two"): 1}


# Not everything, or nothing


def test_a_dry_run_tells_what_adding_then_does_and_makes_nothing(library: Library, photos: Path) -> None:
    make_many(photos / "good", 3)
    bad = make_bad(photos / "bad")
    told = add(library, photos, Choices(licence="cc0"), dry_run=True)
    assert not library.directory.exists()
    done = add(library, photos, Choices(licence="cc0"))
    assert counts(told) == counts(done) == (3, 0, 0, len(bad), 0)
    assert reasons(told) == reasons(done) == {f"bad/{name}": reason for name, reason in bad.items()}


def test_a_dry_run_over_a_library_changes_nothing_in_it(library: Library, photos: Path) -> None:
    make_many(photos, 3)
    add(library, photos, Choices(licence="by"))
    before = (records(library), library.store.sequence(), blobs(library))
    make(photos / "picture-000.png", 50)
    make(photos / "new.png", 51)
    (photos / "picture-001.png").unlink()
    told = add(library, photos, Choices(licence="cc0"), dry_run=True)
    assert (records(library), library.store.sequence(), blobs(library)) == before
    assert counts(told) == counts(add(library, photos, Choices(licence="cc0"))) == (1, 2, 0, 0, 1)


def test_a_limit_adds_so_many_and_the_next_run_goes_on_from_there(library: Library, photos: Path) -> None:
    make_many(photos, 5)
    assert counts(add(library, photos, limit=2)) == (2, 0, 0, 0, 0)
    assert counts(add(library, photos, limit=2)) == (2, 0, 2, 0, 0)
    assert list(records(library)) == [f"picture-{number:03}.png" for number in range(4)]


def test_a_folder_without_pictures_makes_no_library(library: Library, photos: Path) -> None:
    (photos / "notes.txt").write_text("no picture")
    bad = make_bad(photos / "bad")
    assert counts(add(library, photos)) == (0, 0, 0, len(bad), 0)
    assert not library.directory.exists()


def test_progress_is_told_after_each_picture(library: Library, photos: Path) -> None:
    make_many(photos, 3)
    (photos / "zero.png").write_bytes(b"")
    told: list[tuple[int, int]] = []
    library.adding(Watched(photos), Choices()).run(lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


# Bad files


def test_every_bad_file_is_listed_with_its_reason_and_the_rest_is_added(
    library: Library, photos: Path
) -> None:
    make_many(photos / "good", 2)
    bad = make_bad(photos)
    os.mkfifo(photos / "pipe.png")
    (photos / "nowhere.png").symlink_to(photos / "gone.png")
    summary = add(library, photos)
    expected = bad | {"pipe.png": "not a file", "nowhere.png": "vanished"}
    assert reasons(summary) == expected
    assert summary.reasons == dict.fromkeys(expected.values(), 1)
    assert counts(summary) == (2, 0, 0, len(expected), 0)
    assert problems(library) == []


@pytest.mark.parametrize(
    ("happening", "reason"),
    [
        (lambda file: file.unlink(), "vanished"),
        (lambda file: make(file, 77, (90, 90)), "changed while reading"),
        (lambda file: file.write_bytes(file.read_bytes() + b"\0"), "changed while reading"),
        (lambda file: (file.unlink(), file.mkdir()), "not a file"),
    ],
    ids=["vanishes", "is replaced", "grows", "becomes a folder"],
)
def test_a_file_to_which_something_happens_before_it_is_read_is_listed_and_nothing_of_it_is_kept(
    library: Library, photos: Path, happening: Callable[[Path], object], reason: str
) -> None:
    make_many(photos, 3)

    def before(key: str) -> None:
        if key == "picture-001.png":
            happening(photos / key)

    summary = add(library, Watched(photos, before))
    assert (counts(summary), reasons(summary)) == ((2, 0, 0, 1, 0), {"picture-001.png": reason})
    assert list(records(library)) == ["picture-000.png", "picture-002.png"]
    assert blobs(library) == sorted(record.content_id.hex() for record in records(library).values())


def test_a_mistake_of_ours_that_one_picture_brings_to_light_does_not_keep_the_others_out(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(photos, 2)
    make(photos / "odd.png", 7, (31, 31))

    def mistaken(picture: Picture, **which: Any) -> object:
        if picture.width == 31:
            raise ZeroDivisionError("division by zero")
        return analyse(picture, **which)

    monkeypatch.setattr("vizsla.library.preparing.analyse", mistaken)
    summary = add(library, photos)
    assert counts(summary) == (2, 0, 0, 1, 0)
    (failure,) = summary.failures
    assert (failure.key, failure.reason, failure.detail) == (
        "odd.png",
        "failed unexpectedly",
        "ZeroDivisionError: division by zero",
    )


# Stopping in the middle

BATCH = 4


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vizsla.library.adding.BATCH", BATCH)


@pytest.mark.usefixtures("small_batches")
def test_stopping_keeps_whole_batches_and_the_next_run_adds_the_rest(library: Library, photos: Path) -> None:
    make_many(photos, BATCH + 3)

    def stop(done: int, total: int) -> None:
        if done == BATCH + 1:
            raise KeyboardInterrupt

    run = library.adding(Watched(photos), Choices())
    with pytest.raises(KeyboardInterrupt):
        run.run(stop)
    assert run.summary.added == len(records(library)) == library.status().indexed == BATCH
    assert problems(library) == []
    assert counts(add(library, photos)) == (3, 0, BATCH, 0, 0)


@pytest.mark.usefixtures("small_batches")
def test_when_storing_fails_what_was_stored_before_is_counted_and_kept(
    library: Library, photos: Path
) -> None:
    make_many(photos, 1)
    add(library, photos)
    with sqlite3.connect(library.directory / "records.db") as db:
        db.execute(
            f"""CREATE TRIGGER soon_full BEFORE INSERT ON records
            WHEN (SELECT count(*) FROM records) > {BATCH}
            BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"""
        )
    make_many(photos, BATCH + 2, first=1)
    run = library.adding(Watched(photos), Choices())
    with pytest.raises(StoreError, match="the disk is full: make room"):
        run.run()
    assert (run.summary.added, len(records(library))) == (BATCH, BATCH + 1)
    with sqlite3.connect(library.directory / "records.db") as db:
        db.execute("DROP TRIGGER soon_full")
    assert counts(add(library, photos)) == (2, 0, BATCH + 1, 0, 0)
    assert problems(library) == []
