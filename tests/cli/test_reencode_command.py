"""`vizsla reencode`: killed again and again, while a server answers, which takes it over, and with and without a name."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from encoders.towers import make_misfit, make_model
from library.pictures import make_many
from vizsla.library import Library
from vizsla.settings import Settings

from .command import TIMEOUT, Call, error_of, fail, serving, started, succeed, wait_until

COUNT = 100
"""Several batches, so that there is time to stop in between."""


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another encoder."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def many(tmp_path: Path, library_directory: Path) -> Path:
    """The directory of a library of many pictures, all of which are found by `harbour`."""
    make_many(tmp_path / "photos" / "harbour", COUNT)
    succeed("add", tmp_path / "photos", "--library", library_directory)
    return library_directory


def vectors_made(directory: Path) -> int:
    """Vectors of the encoder that is to come, or has come, counted at little cost to those who write them."""
    with closing(sqlite3.connect(f"file:{directory}/records.db?mode=ro", uri=True)) as db:
        tables = db.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'vectors\\__%' ESCAPE '\\'"
        ).fetchall()
        return sum(int(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for (name,) in tables)


def assert_whole(directory: Path) -> str:
    """Everything is there and found with one encoder, whose name is given back."""
    with Library(Settings(library=directory)) as library:
        assert library.check().problems == []
        assert library.store.without_vector() == []
        assert library.status().indexed == COUNT
        assert library.encoder.encode_texts(["dog"]).shape[1] == library.descriptor.encoder.dimension
        return library.descriptor.encoder.name


def indexes(directory: Path) -> int:
    return sum(path.is_dir() for path in directory.glob("index*"))


def test_after_kill_9_at_any_moment_the_library_is_whole_and_the_next_run_goes_on(
    many: Path, model: Path
) -> None:
    killed = 0
    for wanted in (1, 40, 90, COUNT):
        with started("reencode", "--library", many, "--encoder", model) as process:
            deadline = time.monotonic() + TIMEOUT
            while vectors_made(many) < wanted and process.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.002)
            process.kill()
            process.communicate()
        killed += process.returncode == -signal.SIGKILL
        assert_whole(many)
    assert killed
    said = json.loads(succeed("reencode", "--library", many, "--encoder", model, "--json"))
    assert said["files"] < COUNT
    assert assert_whole(many) == "tiny"


def test_a_server_answers_all_the_while_and_takes_the_new_encoder_over(
    many: Path, model: Path, tmp_path: Path
) -> None:
    failures: list[str] = []
    ended = threading.Event()

    with serving(many, "--anonymous", "--workers", "2") as (address, process):

        def found() -> int:
            url = f"{address}/v7.0/images/search"
            answer = httpx.get(url, params={"q": "harbour", "count": 150}, timeout=TIMEOUT)
            return len(answer.json()["value"]) if answer.status_code == 200 else -1

        def ask() -> None:
            while not ended.is_set():
                if (count := found()) != COUNT:
                    failures.append(str(count))

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            succeed("reencode", "--library", many, "--encoder", model)
            wait_until(lambda: indexes(many) == 1)
        finally:
            ended.set()
            asking.join()
        assert failures == []
        make_many(tmp_path / "photos" / "harbour", 1, first=COUNT)
        succeed("add", tmp_path / "photos", "--library", many)
        wait_until(lambda: found() == COUNT + 1)
        process.terminate()
        _, said = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert said.count("the library has another encoder now, and is searched with it") == 2
    assert "ERROR" not in said
    with Library(Settings(library=many)) as library:
        assert library.check().problems == []
        assert library.store.without_vector() == []


def test_it_tells_what_it_did_and_the_status_tells_the_encoder(
    library: Path, model: Path, call: Call
) -> None:
    done = call("reencode", "--library", library, "--encoder", model)
    assert done.returncode == 0
    assert re.fullmatch(
        r"tiny: 4 pictures from their files, 0 from their thumbnails, 0 lost in \d+\.\d s\n", done.stdout
    )
    assert done.stderr == "servers that run take it over by themselves\n"
    again = call("reencode", "--library", library, "--encoder", model)
    assert (again.stdout, again.stderr) == ("tiny: the library has it already\n", "")
    status = json.loads(call("status", "--library", library, "--json").stdout)
    assert (status["encoder"], status["indexed"], status["reencoding"]) == ("tiny", 4, {})


def begin(directory: Path, model: Path) -> None:
    """Begin to give a library another encoder, and stop before anything is made."""

    def stop(beginning: object) -> None:
        raise KeyboardInterrupt

    with (
        Library(Settings(library=directory, encoder=str(model))) as library,
        pytest.raises(KeyboardInterrupt),
    ):
        library.reencoding().run(begun=stop)


def test_without_a_name_it_says_what_it_goes_on_with(library: Path, model: Path, call: Call) -> None:
    begin(library, model)
    done = call("reencode", "--library", library)
    assert done.stdout.startswith("tiny: 4 pictures from their files, ")
    assert done.stderr.startswith("going on with tiny: 0 of 4 pictures are encoded\n")
    assert call("reencode", "--library", library).stdout == "tiny: the library has it already\n"


def test_naming_the_present_encoder_gives_up_the_one_that_was_to_come_and_says_so(
    library: Path, model: Path, call: Call
) -> None:
    begin(library, model)
    done = call("reencode", "--library", library, "--encoder", "bundled")
    assert done.stdout == "bundled-3: the library has it already\n"
    assert done.stderr == "what was made for tiny is given up\n"
    assert call("reencode", "--library", library).stderr == ""


def test_a_library_of_an_older_bundled_encoder_gets_the_present_one_without_a_name(
    library: Path, call: Call
) -> None:
    file = library / "vizsla.json"
    said = json.loads(file.read_text())
    said["encoder"] |= {"name": "bundled-2", "digest": "0" * 64}
    file.write_text(json.dumps(said))
    refused = error_of(call("search", "picture", "--library", library))
    assert refused.message.endswith("`vizsla reencode` makes its vectors anew with a newer one")
    done = call("reencode", "--library", library)
    assert done.stdout.startswith("bundled-3: 4 pictures from their files, ")
    assert done.stderr.startswith("the vectors are made anew with bundled-3\n")
    assert call("search", "picture", "--library", library).returncode == 0


def test_an_encoder_that_the_settings_name_is_the_one_that_is_made(
    library: Path, model: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (library / "vizsla.toml").write_text(f"encoder = '{model}'")
    done = call("reencode", "--library", library)
    assert done.stdout.startswith("tiny: 4 pictures from their files, ")
    assert done.stderr.startswith("the vectors are made anew with tiny\n")
    monkeypatch.setenv("VIZSLA_ENCODER", "bundled")
    assert call("reencode", "--library", library).stdout.startswith("bundled-3: 4 pictures")


def test_an_encoder_that_is_not_is_an_error_and_changes_nothing(library: Path, call: Call) -> None:
    before = (library / "vizsla.json").read_bytes()
    error = error_of(call("reencode", "--library", library, "--encoder", "no-such"))
    assert error.code == 1
    assert "there is no encoder 'no-such'; choose one of: bundled" in error.message
    assert (library / "vizsla.json").read_bytes() == before


def test_towers_that_do_not_fit_each_other_are_an_error_and_change_nothing(
    library: Path, tmp_path: Path, call: Call
) -> None:
    before = (library / "vizsla.json").read_bytes()
    error = error_of(call("reencode", "--library", library, "--encoder", make_misfit(tmp_path / "misfit")))
    assert error.code == 1
    assert "are not of one model: get the model again, or another export of it" in error.message
    assert (library / "vizsla.json").read_bytes() == before


def test_without_a_library_there_is_nothing_to_encode(tmp_path: Path) -> None:
    error = fail("reencode", "--library", tmp_path / "none")
    assert error.code == 1
    assert "there is no library in" in error.message
