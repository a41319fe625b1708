from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from io import FileIO
from pathlib import Path

import pytest

from library.pictures import make, make_bad, make_many
from small_disk import on_small_disk

from .command import VIZSLA, Call, environment, error_of, fail, run, vizsla


def test_adding_prints_a_summary_and_exits_with_0(photos: Path, library_directory: Path) -> None:
    done = vizsla("add", photos, "--library", library_directory, "--licence", "cc0")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{photos}: 4 added, 0 updated, 0 unchanged, 0 failed in ")


def test_every_failed_image_is_printed_with_its_reason_and_the_rest_is_added(
    photos: Path, library_directory: Path, call: Call
) -> None:
    bad = make_bad(photos / "bad")
    printed = call("add", photos, "--library", library_directory).stdout
    summary, *listed = printed.splitlines()
    assert f"4 added, 0 updated, 0 unchanged, {len(bad)} failed (" in summary
    for reason in bad.values():
        assert f"1 {reason}" in summary
    told = {line.split(": ")[0].strip(): line.split(": ")[1].partition(" (")[0] for line in listed}
    assert told == {f"bad/{name}": reason for name, reason in bad.items()}


def test_names_of_files_cannot_speak_to_the_terminal(
    photos: Path, library_directory: Path, call: Call
) -> None:
    (photos / "red\x1b[31m\nnew line.png").write_bytes(b"")
    printed = call("add", photos, "--library", library_directory).stdout
    assert (
        printed.splitlines()[1]
        == "  red\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}new line.png: empty"
    )


def test_the_summary_as_json_holds_the_same(photos: Path, library_directory: Path, call: Call) -> None:
    (photos / "zero.png").write_bytes(b"")
    said = json.loads(call("add", photos, "--library", library_directory, "--json").stdout)
    (source,) = said.pop("sources")
    counts = {"added": 4, "updated": 0, "unchanged": 0, "missing": 0, "failed": 1, "reasons": {"empty": 1}}
    assert min(said.pop("seconds"), source.pop("seconds")) >= 0
    assert said == counts
    failures = [{"key": "zero.png", "reason": "empty", "detail": ""}]
    assert source == {"source": str(photos), **counts, "failures": failures}


def test_files_that_are_gone_are_told_with_what_to_do(library: Path, photos: Path, call: Call) -> None:
    (photos / "picture-000.png").unlink()
    done = call("add", photos, "--library", library)
    assert done.returncode == 0
    assert done.stderr == "1 picture of the library is no longer there; `vizsla remove` forgets it\n"


def test_several_folders_are_added_by_one_command(photos: Path, library_directory: Path, call: Call) -> None:
    other = make_many(photos.parent / "other", 1, first=50)
    lines = call("add", photos, other, "--library", library_directory).stdout.splitlines()
    assert [line.partition(" added")[0] for line in lines] == [f"{photos}: 4", f"{other}: 1"]


def test_a_dry_run_tells_and_makes_no_library(photos: Path, library_directory: Path, call: Call) -> None:
    printed = call("add", photos, "--library", library_directory, "--dry-run").stdout
    assert printed.startswith(f"{photos}: would be: 4 added, ")
    assert not library_directory.exists()


def prepare(photos: Path, case: str) -> Path:
    folder = photos.parent / "case"
    if case != "missing":
        folder.mkdir()
    if case == "no image":
        (folder / "notes.txt").write_text("no picture")
    if case == "only bad images":
        make_bad(folder)
    return folder


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("missing", "there is no folder {folder!r}; check the path"),
        ("empty", "there is no picture in {folder}: give a folder that holds some (JPEG, "),
        ("no image", "there is no picture in {folder}: give a folder that holds some (JPEG, "),
        ("only bad images", "no picture could be added: the reasons are listed above"),
    ],
)
def test_a_folder_with_nothing_to_add_is_one_clear_line_and_no_library(
    photos: Path, library_directory: Path, case: str, says: str, call: Call
) -> None:
    folder = prepare(photos, case)
    done = call("add", folder, "--library", library_directory)
    code, message = error_of(done)
    assert code == 1
    assert message.startswith("vizsla: " + says.format(folder=str(folder)))
    assert done.stderr.count("\n") == 1
    assert not library_directory.exists()


def test_of_several_folders_none_is_added_if_one_cannot_be(
    photos: Path, library_directory: Path, call: Call
) -> None:
    assert error_of(call("add", photos, photos / "missing", "--library", library_directory)).code == 1
    assert not library_directory.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--licence", "mine"], "mine"),
        (["--content-base", "pictures.example"], "is not an address"),
        (["--content-base", "http://[x"], "is not an address"),
        (["--limit", "0"], "limit"),
        (["--limit", "some"], "limit"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_wrong_usage_is_told_and_exits_with_2(
    photos: Path, library_directory: Path, arguments: list[str], says: str
) -> None:
    code, message = fail("add", photos, "--library", library_directory, *arguments)
    assert code == 2
    assert says in message
    assert not library_directory.exists()


def test_an_unreadable_file_is_listed_and_the_rest_is_added(photos: Path, library_directory: Path) -> None:
    make(photos / "secret.png", 9).chmod(0)
    try:
        done = run([*unprivileged(), *VIZSLA, "add", str(photos), "--library", str(library_directory)])
    finally:
        (photos / "secret.png").chmod(0o600)
    assert done.returncode == 0
    assert "4 added, 0 updated, 0 unchanged, 1 failed (1 unreadable)" in done.stdout
    assert "  secret.png: unreadable (Permission denied)\n" in done.stdout


def unprivileged() -> list[str]:
    """The beginning of a command that may read only what its user may: root may read everything."""
    if os.getuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("needs setpriv, to be as powerless as others are")
    return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]


FULL_DISK = """
library="$1"; photos="$2"; shift 2
head -c 1300k /dev/zero >"$library.filler"
"$@" add "$photos" --library "$library"; echo "exit $?"
"$@" check --library "$library"; echo "exit $?"
rm "$library.filler"
"$@" add "$photos" --library "$library"; echo "exit $?"
"$@" check --library "$library"; echo "exit $?"
"""


def test_when_the_disk_is_full_what_was_acknowledged_stays_and_a_later_run_goes_on(tmp_path: Path) -> None:
    photos = make_many(tmp_path / "photos", 64)
    disk = tmp_path / "disk"
    disk.mkdir()
    variables = ["env", "-i", *(f"{name}={value}" for name, value in environment().items())]
    done = on_small_disk(
        disk, [*variables, "sh", "-c", FULL_DISK, "sh", str(disk / "library"), str(photos), *VIZSLA]
    )
    said = re.fullmatch(
        r".*: (\d+) added, .*\nexit 1\n"
        r"(\d+) pictures checked, 0 problems\nexit 0\n"
        r".*: (\d+) added, 0 updated, (\d+) unchanged, 0 failed in .*\nexit 0\n"
        r"64 pictures checked, 0 problems\nexit 0\n",
        done.stdout,
    )
    assert said, done
    first, kept, second, unchanged = map(int, said.groups())
    assert 0 < first == kept == unchanged == 64 - second < 64
    assert re.fullmatch("vizsla: the disk is full: make room .*\n", done.stderr)


def test_on_a_terminal_a_bar_tells_how_far_it_is(photos: Path, library_directory: Path) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        command = [*VIZSLA, "add", str(photos), "--library", str(library_directory)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=theirs, env=environment(TERM="xterm", COLUMNS="80")
        ) as process:
            os.close(theirs)
            shown = b"".join(iter(lambda: read_from(terminal), b""))
            assert process.stdout
            assert b"4 added" in process.stdout.read()
    assert process.returncode == 0
    assert b"adding" in shown
    assert b"4/4" in shown


def read_from(terminal: FileIO) -> bytes:
    """What is shown next; nothing when the other side has closed."""
    try:
        return terminal.read(4096) or b""
    except OSError:
        return b""
