from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from small_disk import on_small_disk
from vizsla.blobs import BlobError, Blobs

ID = bytes(range(16))


@pytest.fixture(params=["directory", "address"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs" if request.param == "directory" else "memory:///")


def test_what_was_put_is_got_until_it_is_deleted(blobs: Blobs) -> None:
    blobs.put({ID: b"one"})
    assert blobs.get(ID) == b"one"
    assert blobs.has(ID)
    blobs.put({ID: b"two"})
    assert blobs.get(ID) == b"two"
    blobs.delete(ID)
    assert blobs.get(ID) is None
    assert not blobs.has(ID)


def test_what_is_not_there_is_none_and_deleting_it_is_no_error(blobs: Blobs) -> None:
    assert blobs.get(ID) is None
    assert not blobs.has(ID)
    blobs.delete(ID)


def test_an_empty_blob_does_not_count_as_there(blobs: Blobs) -> None:
    blobs.put({ID: b""})
    assert not blobs.has(ID)


@given(st.dictionaries(st.binary(min_size=16, max_size=16), st.binary(max_size=300), max_size=5))
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_id_has_its_own_bytes(tmp_path: Path, contents: dict[bytes, bytes]) -> None:
    blobs = Blobs(tmp_path)
    for content_id, content in contents.items():
        blobs.put({content_id: content})
    assert {content_id: blobs.get(content_id) for content_id in contents} == contents


def test_blobs_are_there_for_whoever_opens_the_directory_next(tmp_path: Path) -> None:
    Blobs(tmp_path / "blobs").put({ID: b"kept"})
    assert Blobs(tmp_path / "blobs").get(ID) == b"kept"


def test_directories_stay_small(tmp_path: Path) -> None:
    Blobs(tmp_path).put({ID: b"x"})
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert file.relative_to(tmp_path).as_posix() == f"thumbnails/00/01/{ID.hex()}"


def test_a_blob_is_whole_for_readers_while_it_is_written_again(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    versions = [bytes([n]) * 500_000 for n in range(4)]
    blobs.put({ID: versions[0]})
    seen: set[bytes | None] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(blobs.get(ID))

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(100):
        blobs.put({ID: versions[n % 4]})
    done.set()
    reader.join()
    assert seen <= set(versions)
    assert len(seen) > 1


@pytest.mark.parametrize("place", ["relative/path", "unknown://x", "s3://", "http://[::1"])
def test_an_address_that_is_none_is_one_clear_error(place: str) -> None:
    with pytest.raises(BlobError, match="give an address such as s3://bucket") as caught:
        Blobs(place)
    assert "\n" not in str(caught.value)
    assert place in str(caught.value)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_directory_that_cannot_be_made_is_one_clear_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BlobError, match="give a directory that can be written"):
        Blobs(tmp_path / place)


@pytest.mark.parametrize("use", [lambda blobs: blobs.put({ID: b"x"}), lambda blobs: blobs.delete(ID)])
def test_a_refusal_of_the_system_is_one_clear_error(tmp_path: Path, use: Callable[[Blobs], None]) -> None:
    blobs = Blobs(tmp_path)
    blobs.put({ID: b"x"})
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.unlink()
    file.mkdir()
    with pytest.raises(BlobError, match=r"a thumbnail cannot be .*Is a directory") as caught:
        use(blobs)
    assert "\n" not in str(caught.value)


def test_a_full_disk_is_an_error_that_says_so_and_leaves_no_half_blob(tmp_path: Path) -> None:
    fill = f"""
import pathlib, sys
from vizsla.blobs import Blobs, BlobError
place = pathlib.Path({str(tmp_path)!r})
blobs = Blobs(place)
try:
    for n in range(100):
        blobs.put({{bytes([n]) * 16: b"x" * 100_000}})
except BlobError as error:
    assert blobs.get(bytes([n]) * 16) is None
    assert all(blobs.get(bytes([m]) * 16) == b"x" * 100_000 for m in range(n))
    print(n, error)
"""
    ended = on_small_disk(tmp_path, [sys.executable, "-c", fill])
    assert ended.returncode == 0, ended.stderr
    count, _, message = ended.stdout.partition(" ")
    assert int(count) > 5
    assert message.startswith("the disk is full: make room and run the same command again")
