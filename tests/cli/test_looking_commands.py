"""`vizsla status`, `check` and `remove`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vizsla.analyse import VERSIONS
from vizsla.library import Library
from vizsla.records import ImageRecord
from vizsla.settings import Settings

from .command import Call, error_of, succeed, vizsla


def records(directory: Path) -> dict[str, ImageRecord]:
    with Library(Settings(library=directory)) as library:
        return {stored.record.key: stored.record for stored in library.store.each()}


def thumbnail(directory: Path, key: str) -> Path:
    (found,) = (directory / "blobs").rglob(records(directory)[key].content_id.hex())
    return found


def test_status_tells_what_is_in_the_library(library: Path, photos: Path, call: Call) -> None:
    said = json.loads(call("status", "--library", library, "--json").stdout)
    assert said.pop("created")
    assert said == {
        "library": str(library),
        "format": 1,
        "encoder": "bundled-3",
        "images": 4,
        "indexed": 4,
        "keys": 0,
        "sources": {str(photos): 4},
        "licences": {"unknown": 4},
        "formats": {"png": 4},
        "reencoding": {},
        "outdated": 0,
    }
    told = call("status", "--library", library)
    lines = told.stdout.splitlines()
    assert ("outdated" in told.stdout, told.stderr) == (False, "")
    assert {"images: 4", "indexed: 4", "sources:", f"  {photos}: 4", "  png: 4"} <= set(lines)


def test_status_tells_of_pictures_that_an_older_version_analysed_and_what_to_do(
    library: Path, photos: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VERSIONS, "kind", VERSIONS["kind"] + 1)
    told = call("status", "--library", library)
    assert "outdated: 4" in told.stdout.splitlines()
    assert told.stderr == "4 pictures were analysed by an older version: add their sources again\n"
    assert json.loads(call("status", "--library", library, "--json").stdout)["outdated"] == 4
    call("add", photos, "--limit", "3", "--library", library)
    told = call("status", "--library", library)
    assert told.stderr == "1 picture was analysed by an older version: add its source again\n"
    call("add", photos, "--library", library)
    assert call("status", "--library", library).stderr == ""


def test_a_lost_thumbnail_fails_the_check_until_it_is_repaired(library: Path, photos: Path) -> None:
    lost = thumbnail(library, "picture-002.png")
    content = lost.read_bytes()
    lost.unlink()
    checked = vizsla("check", "--library", library)
    assert checked.returncode == 1
    sentence = f"{photos}/picture-002.png has lost its thumbnail"
    assert checked.stdout == f"problem: {sentence}\n4 pictures checked, 1 problems\n"
    assert checked.stderr == "`vizsla check --repair` puts right what can be\n"
    repaired = succeed("check", "--repair", "--library", library)
    assert repaired == f"repaired: {sentence}\n4 pictures checked, 1 problems\n"
    assert succeed("check", "--library", library) == "4 pictures checked, 0 problems\n"
    assert lost.read_bytes() == content


def test_the_check_as_json_names_each_problem(library: Path, photos: Path, call: Call) -> None:
    thumbnail(library, "picture-002.png").unlink()
    (photos / "picture-002.png").unlink()
    checked = call("check", "--repair", "--json", "--library", library)
    assert checked.returncode == 1
    assert json.loads(checked.stdout) == {
        "records": 4,
        "problems": [{"what": f"{photos}/picture-002.png has lost its thumbnail", "repaired": False}],
    }


def test_a_deleted_index_is_made_anew_by_whatever_comes_next(library: Path, call: Call) -> None:
    shutil.rmtree(library / "index")
    assert call("check", "--library", library).stdout == "4 pictures checked, 0 problems\n"
    shutil.rmtree(library / "index")
    assert len(json.loads(call("search", "picture", "--library", library, "--json").stdout)["value"]) == 4


def test_an_image_is_removed_by_file_and_by_id_and_is_found_no_more(
    library: Path, photos: Path, call: Call
) -> None:
    image_id = records(library)["picture-001.png"].image_id
    lost = [thumbnail(library, key) for key in ("picture-000.png", "picture-001.png")]
    printed = call("remove", photos / "picture-000.png", image_id, "--library", library).stdout
    assert printed == f"{photos}/picture-000.png: 1 removed\n{image_id}: 1 removed\n"
    found = json.loads(call("search", "picture", "--library", library, "--json").stdout)["value"]
    left = records(library)
    assert set(left) == {"picture-002.png", "picture-003.png"}
    assert {image["imageId"] for image in found} == {record.image_id for record in left.values()}
    assert not any(path.exists() for path in lost)
    assert call("check", "--library", library).stdout == "2 pictures checked, 0 problems\n"


def test_a_folder_is_removed_as_a_whole(library: Path, photos: Path) -> None:
    assert succeed("remove", photos, "--library", library) == f"{photos}: 4 removed\n"
    assert json.loads(succeed("search", "picture", "--library", library, "--json"))["value"] == []
    assert [path for path in (library / "blobs").rglob("*") if path.is_file()] == []


def test_what_is_not_there_cannot_be_removed(library: Path, photos: Path, call: Call) -> None:
    assert error_of(call("remove", photos / "other.png", "--library", library)) == (
        1,
        f"vizsla: '{photos}/other.png' is neither a source of the library nor an image in it: "
        "`vizsla status` lists the sources",
    )


QUESTIONS = (["status"], ["check", "--repair"], ["search", "picture"], ["remove", "0" * 40], ["keys", "list"])


@pytest.mark.parametrize(
    "content", [b"no database " * 500, b"SQLite format 3\0" + bytes(5_000)], ids=["overwritten", "zeros"]
)
def test_a_database_that_is_none_is_told_in_one_line(
    library: Path, photos: Path, content: bytes, call: Call
) -> None:
    (library / "records.db").write_bytes(content)
    for command in (*QUESTIONS[:-1], ["add", str(photos)]):
        code, message = error_of(call(*command, "--library", library))
        assert code == 1
        assert message.startswith("vizsla: the records cannot be read or written: ")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), length=st.integers(1, 3_000), seed=st.randoms())
def test_whatever_is_damaged_in_the_database_no_command_breaks(
    library: Path, photos: Path, call: Call, at: float, length: int, seed: Random
) -> None:
    database = library / "records.db"
    whole = database.read_bytes()
    start = int(at * len(whole))
    try:
        database.write_bytes(whole[:start] + seed.randbytes(length) + whole[start + length :])
        for command in QUESTIONS:
            done = call(*command, "--library", library)
            if done.returncode and not (command[0] == "check" and done.stdout):
                assert error_of(done).code == 1
    finally:
        database.write_bytes(whole)


def test_records_that_are_lost_are_told_and_can_be_added_again(
    library: Path, photos: Path, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    (library / "records.db").unlink()
    assert call("check", "--library", library).returncode == 0
    assert "the records are older than the index" in caplog.text
    assert " 4 added, " in call("add", photos, "--library", library).stdout
    assert call("check", "--library", library).stdout == "4 pictures checked, 0 problems\n"
