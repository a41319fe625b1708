from __future__ import annotations

import os
from pathlib import Path

import pytest

from vizsla.settings import Settings
from vizsla.sources import FolderSource, SourceError, SourceItem, open_source


def refused(text: str) -> str:
    with pytest.raises(SourceError) as caught:
        open_source(text, Settings())
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_folder_opens_with_the_limit_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"12345")
    source = open_source(str(tmp_path), Settings(max_file_bytes=4))
    assert isinstance(source, FolderSource)
    assert source.address == str(tmp_path.resolve())
    (item,) = source.items()
    assert isinstance(item, SourceItem)
    with pytest.raises(Exception, match="too large: 5 bytes, and max_file_bytes is 4"):
        item.read()


def test_a_relative_path_gives_the_same_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_source(".", Settings()).address == str(tmp_path.resolve())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the source is empty"),
        ("https://example.org/images", "download its images into a folder"),
        ("s3://bucket", "download its images into a folder"),
        ("file:///tmp", "download its images into a folder"),
        ("/no/such/place", "check the path"),
        ("no\nsuch", "check the path"),
        ("nul\0byte", "cannot be read"),
        ("x" * 5_000, "cannot be read"),
    ],
    ids=range(8),
)
def test_what_is_no_folder_is_refused_in_one_line_that_says_what_to_do(text: str, message: str) -> None:
    assert message in refused(text)


def test_a_file_a_library_and_a_loop_are_refused(tmp_path: Path) -> None:
    (tmp_path / "vizsla.json").touch()
    (tmp_path / "loop").symlink_to("loop")
    assert "give the folder that holds it" in refused(str(tmp_path / "vizsla.json"))
    assert "is a library" in refused(str(tmp_path))
    assert "cannot be read" in refused(str(tmp_path / "loop"))


def test_a_folder_whose_path_is_not_utf8_is_refused(tmp_path: Path) -> None:
    place = os.fsdecode(os.fsencode(tmp_path) + b"/d\xe9")
    Path(place).mkdir()
    message = refused(place)
    assert "is not UTF-8; rename it" in message
    message.encode()


def test_a_folder_that_cannot_be_read_is_refused(without_privileges: Path) -> None:
    closed = without_privileges / "closed"
    closed.mkdir(mode=0)
    assert "Permission denied" in refused(str(closed))
