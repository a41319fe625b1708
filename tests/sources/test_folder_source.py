from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vizsla.records import Claims
from vizsla.sources import FolderSource, ItemError, NotAnImage, Source, SourceError, SourceItem
from vizsla.sources.beneath import open_beneath
from vizsla.sources.folder import HEAD

from .conftest import jpeg

Write = Callable[..., Path]


def listed(source: Source) -> dict[str, SourceItem]:
    return {item.key: item for item in source.items() if isinstance(item, SourceItem)}


def failures(source: Source) -> dict[str, str]:
    return {item[0]: str(item[1]) for item in source.items() if not isinstance(item, SourceItem)}


def reason(item: SourceItem) -> str:
    with pytest.raises(ItemError) as caught:
        item.read()
    return caught.value.reason


def test_items_come_by_name_the_files_of_a_folder_before_its_sub_folders(
    folder: FolderSource, write: Write
) -> None:
    for name in ("b/z.jpg", "b/a/x.jpg", "c.jpg", "b.jpg", "a/y.jpg", "B.jpg"):
        write(name)
    expected = ["B.jpg", "b.jpg", "c.jpg", "a/y.jpg", "b/z.jpg", "b/a/x.jpg"]
    assert list(listed(folder)) == expected == list(listed(folder))
    assert failures(folder) == {}


def test_an_item_has_the_words_of_its_path_and_its_bytes(folder: FolderSource, write: Write) -> None:
    write("wild cats/black_panther.jpg", jpeg(7))
    (item,) = listed(folder).values()
    assert item.names == "wild cats black panther"
    assert item.read() == jpeg(7)
    assert item.claims == Claims()


def test_the_address_is_absolute_and_resolved(write: Write, tmp_path: Path) -> None:
    write("real/a.jpg")
    (tmp_path / "alias").symlink_to("real")
    source = FolderSource(tmp_path / "alias" / ".." / "alias", max_file_bytes=1)
    assert source.address == str(tmp_path.resolve() / "real")
    assert source.kind == "folder"
    assert list(listed(source)) == ["a.jpg"]


# What is unchanged


def test_stamps_stay_while_nothing_changes(folder: FolderSource, write: Write, tmp_path: Path) -> None:
    write("a.jpg")
    write("metadata.jsonl", '{"path": "a.jpg", "title": "A"}')
    first = listed(folder)["a.jpg"].stamp
    write("b.jpg")
    write("metadata.jsonl", '{"path": "b.jpg"}\n{"path": "a.jpg", "title": "A"}')
    assert listed(folder)["a.jpg"].stamp == first
    assert listed(FolderSource(tmp_path, max_file_bytes=1))["a.jpg"].stamp == first


def test_a_stamp_changes_with_size_time_and_claims(folder: FolderSource, write: Write) -> None:
    file = write("a.jpg")
    stamps = [listed(folder)["a.jpg"].stamp]
    times = (file.stat().st_atime_ns, file.stat().st_mtime_ns)
    file.write_bytes(jpeg() + b"\0")
    os.utime(file, ns=times)
    stamps.append(listed(folder)["a.jpg"].stamp)
    os.utime(file, ns=(times[0], times[1] + 1_000))
    stamps.append(listed(folder)["a.jpg"].stamp)
    for claims in ({"title": "A"}, {"title": "B"}, {"title": "B", "licence": "by"}):
        write("metadata.jsonl", json.dumps({"path": "a.jpg", **claims}))
        stamps.append(listed(folder)["a.jpg"].stamp)
    assert len(set(stamps)) == len(stamps)


def test_listing_opens_no_file(without_privileges: Path) -> None:
    for name in ("a.jpg", "b.jpg", "c"):
        (without_privileges / name).write_bytes(jpeg())
        (without_privileges / name).chmod(0)
    source = FolderSource(without_privileges, max_file_bytes=100_000)
    assert list(listed(source)) == ["a.jpg", "b.jpg", "c"]
    assert {reason(item) for item in listed(source).values()} == {"unreadable"}


# What is an image


@pytest.mark.parametrize("name", ["photo.dat", "photo", "photo.txt", "wrong.png"])
def test_an_image_is_told_by_its_content(folder: FolderSource, write: Write, name: str) -> None:
    write(name)
    assert listed(folder)[name].read() == jpeg()


@pytest.mark.parametrize("content", ["some text", "", "\0" * 100, "<html><body></body></html>", '{"a": 1}'])
@pytest.mark.parametrize("name", ["notes.txt", "notes", "page.html"])
def test_what_neither_claims_nor_is_an_image_is_no_failure(
    folder: FolderSource, write: Write, name: str, content: str
) -> None:
    write(name, content)
    with pytest.raises(NotAnImage):
        listed(folder)[name].read()


def test_what_claims_to_be_an_image_is_read_for_the_decoder_to_judge(
    folder: FolderSource, write: Write
) -> None:
    write("text.jpg", "some text")
    write("named.txt", "some text")
    write("metadata.jsonl", '{"path": "named.txt"}')
    assert {key: item.read() for key, item in listed(folder).items()} == {
        "text.jpg": b"some text",
        "named.txt": b"some text",
    }


def test_a_large_file_that_is_no_image_is_not_read(folder: FolderSource, write: Write) -> None:
    with write("disk.img").open("r+b") as file:
        file.truncate(0)
        file.truncate(HEAD * 1_000_000)
    with pytest.raises(NotAnImage):
        listed(folder)["disk.img"].read()


# What cannot be read


def test_an_empty_file_is_named(folder: FolderSource, write: Write) -> None:
    write("a.jpg", "")
    assert reason(listed(folder)["a.jpg"]) == "empty"


def test_the_limit_is_the_largest_size_that_is_read(write: Write, tmp_path: Path) -> None:
    size = write("a.jpg").stat().st_size
    assert listed(FolderSource(tmp_path, max_file_bytes=size))["a.jpg"].read() == jpeg()
    assert reason(listed(FolderSource(tmp_path, max_file_bytes=size - 1))["a.jpg"]) == "too large"


def test_a_file_that_vanished_is_named(folder: FolderSource, write: Write, tmp_path: Path) -> None:
    write("a.jpg")
    write("b/b.jpg")
    items = listed(folder)
    (tmp_path / "a.jpg").unlink()
    shutil.rmtree(tmp_path / "b")
    (tmp_path / "b").touch()
    assert {key: reason(item) for key, item in items.items()} == {"a.jpg": "vanished", "b/b.jpg": "vanished"}


@pytest.mark.parametrize("content", [jpeg() + b"x", jpeg()[:-1], b"", jpeg(9)])
def test_a_file_that_changed_since_it_was_listed_is_named(
    folder: FolderSource, write: Write, content: bytes
) -> None:
    file = write("a.jpg")
    os.utime(file, (1, 1))
    item = listed(folder)["a.jpg"]
    write("a.jpg", content)
    assert reason(item) == "changed while reading"


@pytest.mark.parametrize("change", [lambda old: old + b"more", lambda old: old[:5], lambda old: old[::-1]])
def test_a_file_that_changes_while_it_is_read_is_named(
    folder: FolderSource, write: Write, monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]
) -> None:
    file = write("a.jpg")
    os.utime(file, (1, 1))
    item = listed(folder)["a.jpg"]
    fstat = os.fstat

    def fstat_then_change(descriptor: int) -> os.stat_result:
        """Somebody else writes right after the file was looked at, before its bytes are read."""
        info = fstat(descriptor)
        if info.st_mtime == 1 and next(looks) == "before reading":
            file.write_bytes(change(jpeg()))
        return info

    looks = iter(("opening", "before reading"))
    monkeypatch.setattr(os, "fstat", fstat_then_change)
    assert reason(item) == "changed while reading"
    assert file.read_bytes() != jpeg()


def test_a_folder_that_cannot_be_read_is_named_and_the_rest_goes_on(without_privileges: Path) -> None:
    for name in ("closed", "open"):
        (without_privileges / name).mkdir()
        (without_privileges / name / "a.jpg").write_bytes(jpeg())
    (without_privileges / "closed").chmod(0)
    source = FolderSource(without_privileges, max_file_bytes=100_000)
    assert list(listed(source)) == ["open/a.jpg"]
    assert failures(source) == {"closed/": "unreadable: Permission denied"}


def test_a_manifest_that_cannot_be_read_is_named_and_the_rest_goes_on(without_privileges: Path) -> None:
    (without_privileges / "a.jpg").write_bytes(jpeg())
    (without_privileges / "metadata.csv").write_text("path,title\na.jpg,A\n")
    (without_privileges / "metadata.csv").chmod(0)
    source = FolderSource(without_privileges, max_file_bytes=100_000)
    assert list(listed(source)) == ["a.jpg"]
    assert failures(source) == {"metadata.csv": "unreadable: Permission denied"}


def test_a_source_that_is_gone_is_an_error_and_not_an_empty_one(folder: FolderSource, tmp_path: Path) -> None:
    tmp_path.rmdir()
    with pytest.raises(SourceError, match="cannot be read: vanished"):
        list(folder.items())


# Odd names and odd files


def test_odd_names_are_keys_like_others(folder: FolderSource, write: Write) -> None:
    names = [
        "new\nline.jpg",
        " .jpg",
        "\\back\\slash.jpg",
        "emoji\U0001f415.jpg",
        "%2e%2e%2fx.jpg",
        "'\"<>&.jpg",
        "-rf.jpg",
    ]
    for name in names:
        write(name)
    assert sorted(listed(folder)) == sorted(names)
    assert all(item.read() == jpeg() for item in listed(folder).values())


def test_names_that_are_not_utf8_are_named(folder: FolderSource, tmp_path: Path, write: Write) -> None:
    write("fine.jpg")
    place = os.fsencode(tmp_path)
    Path(os.fsdecode(place + b"/caf\xe9.jpg")).write_bytes(jpeg())
    Path(os.fsdecode(place + b"/d\xe9")).mkdir()
    Path(os.fsdecode(place + b"/d\xe9/inside.jpg")).write_bytes(jpeg())
    assert list(listed(folder)) == ["fine.jpg"]
    message = "unreadable: its name is not UTF-8; rename it"
    assert failures(folder) == {"caf\\xe9.jpg": message, "d\\xe9": message}


def test_hidden_files_hidden_folders_and_libraries_are_passed_over(
    folder: FolderSource, write: Write
) -> None:
    for name in (".a.jpg", ".git/b.jpg", "sub/.cache/c.jpg", "library/blobs/d.jpg", "e.jpg"):
        write(name)
    write("library/vizsla.json", "{}")
    assert list(listed(folder)) == ["e.jpg"]
    assert failures(folder) == {}


def test_what_is_not_a_file_is_never_opened(
    folder: FolderSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    os.mkfifo(tmp_path / "pipe.jpg")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.png")
        assert listed(folder) == {}
        message = "not a file: it is a pipe, a socket or a device"
        assert failures(folder) == {"pipe.jpg": message, "socket.png": message}


def test_a_pipe_that_takes_the_place_of_a_file_does_not_make_reading_wait(
    folder: FolderSource, write: Write, tmp_path: Path
) -> None:
    file = write("a.jpg")
    item = listed(folder)["a.jpg"]
    file.unlink()
    os.mkfifo(tmp_path / "a.jpg")
    assert reason(item) == "not a file"


def test_folders_deeper_than_python_recurses_are_read(folder: FolderSource, tmp_path: Path) -> None:
    levels = [tmp_path]
    for _ in range(1_200):
        levels.append(levels[-1] / "d")
        levels[-1].mkdir()
    file = levels[-1] / "a.jpg"
    file.write_bytes(jpeg())
    try:
        (item,) = listed(folder).values()
        assert item.read() == jpeg()
    finally:  # shutil.rmtree would recurse
        file.unlink()
        for level in reversed(levels[1:]):
            level.rmdir()


# Links


def test_links_are_followed_to_files_within_the_folder_only(
    folder: FolderSource, write: Write, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.jpg").write_bytes(jpeg())
    write("sub/a.jpg")
    write(".store/b.jpg", jpeg(3))
    links = {
        "up": ".",
        "sub/loop": "..",
        "self.jpg": "self.jpg",
        "inside.jpg": "sub/a.jpg",
        "sub/stored.jpg": "../.store/b.jpg",
        "nowhere.jpg": "gone.jpg",
        "nowhere": "gone",
        "out.jpg": str(outside / "secret.jpg"),
        "dotted.jpg": f"../{outside.name}/secret.jpg",
        "out": str(outside),
        "README": str(outside / "secret.jpg"),
    }
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    items = listed(folder)
    assert list(items) == ["inside.jpg", "sub/a.jpg", "sub/stored.jpg"]
    assert items["inside.jpg"].read() == jpeg()
    assert items["sub/stored.jpg"].read() == jpeg(3)
    leads_out = "symbolic link: it leads out of the folder; add the folder it leads to"
    assert failures(folder) == {
        "dotted.jpg": leads_out,
        "nowhere.jpg": "vanished",
        "out": leads_out,
        "out.jpg": leads_out,
        "self.jpg": "unreadable: Too many levels of symbolic links",
    }


@pytest.mark.parametrize("swapped", ["sub", "sub/a.jpg"])
def test_a_link_that_takes_a_place_on_the_way_is_refused(
    folder: FolderSource, write: Write, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, swapped: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "a.jpg").write_bytes(jpeg())
    file = write("sub/a.jpg")
    item = listed(folder)["sub/a.jpg"]
    info = file.stat()
    os.utime(outside / "a.jpg", ns=(info.st_atime_ns, info.st_mtime_ns))
    (tmp_path / swapped).rename(tmp_path / ".away")
    (tmp_path / swapped).symlink_to(outside if swapped == "sub" else outside / "a.jpg")
    assert reason(item) == "symbolic link"
    with pytest.raises(ItemError):
        folder.resolve("sub/a.jpg")


@pytest.mark.parametrize("path", ["real/link.jpg", "link/a.jpg", "link/sub/a.jpg"])
def test_a_link_that_appears_between_finding_and_opening_is_not_followed(
    write: Write, tmp_path: Path, path: str
) -> None:
    write("real/a.jpg")
    write("real/sub/a.jpg")
    (tmp_path / "real/link.jpg").symlink_to("a.jpg")
    (tmp_path / "link").symlink_to("real")
    assert (tmp_path / path).read_bytes() == jpeg()
    with pytest.raises(ItemError):
        open_beneath(tmp_path, path)


# Originals


def test_a_key_resolves_to_the_path_of_its_file(folder: FolderSource, write: Write, tmp_path: Path) -> None:
    write("sub/a.jpg")
    (tmp_path / "link.jpg").symlink_to("sub/a.jpg")
    expected = tmp_path.resolve() / "sub" / "a.jpg"
    assert folder.resolve("sub/a.jpg") == folder.resolve("link.jpg") == expected
    with folder.open("link.jpg") as file:
        assert file.read() == jpeg()


@pytest.mark.parametrize(
    "key",
    ["", ".", "..", "/", "/etc/passwd", "../secret.jpg", "sub/../../secret.jpg", "sub//a.jpg", "./a.jpg", "sub", "sub/",
     ".hidden.jpg", "a.jpg\0", "gone.jpg", "a.jpg/x", "x" * 300, "%2e%2e/secret.jpg", "..\\secret.jpg", "caf\udce9"],
)  # fmt: skip
def test_a_key_that_names_no_image_of_the_folder_is_refused(tmp_path: Path, key: str) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    for place in ("secret.jpg", "root/a.jpg", "root/sub/a.jpg", "root/.hidden.jpg"):
        (tmp_path / place).write_bytes(jpeg())
    source = FolderSource(root, max_file_bytes=1)
    for use in (source.resolve, source.open):
        with pytest.raises(ItemError):
            use(key)


_pieces = st.sampled_from(
    ["..", ".", "/", "//", "a.jpg", "sub", "out", "\0", "~", "%2e", "\\", "\ud800", " "]
)


@given(st.lists(_pieces).map("".join) | st.text())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_key_resolves_to_a_path_outside_of_the_folder(tmp_path: Path, key: str) -> None:
    root = tmp_path / "root"
    if not root.exists():
        (root / "sub").mkdir(parents=True)
        (root / "out").symlink_to(tmp_path)
        for place in ("a.jpg", "root/a.jpg", "root/sub/a.jpg"):
            (tmp_path / place).write_bytes(jpeg())
    try:
        path = FolderSource(root, max_file_bytes=1).resolve(key)
    except ItemError:
        return
    assert path.resolve() == path
    assert path in (root.resolve() / "a.jpg", root.resolve() / "sub" / "a.jpg")


# Manifests


def test_the_nearest_manifest_speaks_first_and_those_above_complete_it(
    folder: FolderSource, write: Write
) -> None:
    write("a/b/x.jpg")
    write("metadata.jsonl", '{"path": "a/b/x.jpg", "title": "root", "creator": "root", "language": "en"}')
    write("a/metadata.csv", "file_name,title,creator\nb/x.jpg,middle,middle\n")
    write("a/b/metadata.jsonl", '{"path": "./x.jpg", "title": "near"}')
    assert listed(folder)["a/b/x.jpg"].claims == Claims(title="near", creator="middle", language="en")
    assert failures(folder) == {}


def test_manifests_are_neither_images_nor_failures(folder: FolderSource, write: Write) -> None:
    write("metadata.csv", "path\n")
    write("metadata.jsonl", "")
    assert list(folder.items()) == []


def test_rows_without_a_file_and_second_rows_are_named_with_manifest_and_line(
    folder: FolderSource, write: Write
) -> None:
    write("sub/a.jpg")
    write("sub/.hidden.jpg")
    write("sub/metadata.jsonl", '{"path": "gone.jpg"}\n{"path": "a.jpg"}\n{"path": ".hidden.jpg"}\nbad\n')
    write("sub/metadata.csv", "path,title\na.jpg,second\n")
    assert listed(folder)["sub/a.jpg"].claims == Claims()
    found = failures(folder)
    assert list(found) == [
        "sub/metadata.jsonl:4",
        "sub/metadata.csv:2",
        "sub/metadata.jsonl:1",
        "sub/metadata.jsonl:3",
    ]
    assert found["sub/metadata.csv:2"] == "bad manifest row: path: sub/metadata.jsonl:2 names the same file"
    assert found["sub/metadata.jsonl:1"] == "manifest row without a file: there is no 'sub/gone.jpg' to add"


def test_accents_are_the_same_in_either_normal_form(folder: FolderSource, write: Write) -> None:
    write("cafe\u0301/e\u0301.jpg")
    write("caf\xe9.jpg")
    write(
        "metadata.jsonl",
        '{"path": "caf\xe9/\xe9.jpg", "title": "one"}\n{"path": "cafe\u0301.jpg", "title": "two"}',
    )
    assert {item.claims.title for item in listed(folder).values()} == {"one", "two"}
    assert failures(folder) == {}


def test_a_manifest_that_leads_out_of_the_folder_is_refused(
    folder: FolderSource, write: Write, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret"
    outside.write_text('{"path": "a.jpg", "title": "secret"}')
    write("a.jpg")
    (tmp_path / "metadata.jsonl").symlink_to(outside)
    assert listed(folder)["a.jpg"].claims == Claims()
    assert list(failures(folder)) == ["metadata.jsonl"]
