"""The demo, run once from nothing: what it makes is the library that other tests of the command line search."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from library.pictures import make_many
from vizsla.cli import main
from vizsla.encoders import open_encoder
from vizsla.encoders.seam import Encoder
from vizsla.library import Choices, Library
from vizsla.settings import Settings
from vizsla.sources import open_source

from .command import Call, succeed


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The directory of `vizsla demo --once`, run from nothing, and what it printed."""
    out = tmp_path_factory.mktemp("demo") / "out put"
    return out, succeed("demo", "--once", "--out", out)


@pytest.fixture(scope="session")
def gallery(demo: tuple[Path, str]) -> Path:
    """The library of the demo. Tests must not change what is in it."""
    return demo[0] / "library"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of four pictures."""
    return make_many(tmp_path / "photos", 4)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return open_encoder()


@pytest.fixture
def library(photos: Path, library_directory: Path, encoder: Encoder) -> Path:
    """The directory of a library of the four pictures, made in this process because that is quicker."""
    with Library(Settings(library=library_directory)) as library:
        library.__dict__["encoder"] = encoder
        library.adding(open_source(str(photos), library.settings), Choices()).run()
    return library_directory


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs commands in this process; an exception that a person would see as a traceback passes through."""

    def call(*arguments: str | Path) -> CompletedProcess[str]:
        command = ["vizsla", *map(str, arguments)]
        monkeypatch.setattr("sys.argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code or 0
        assert isinstance(code, int), code
        return CompletedProcess(command, code, *capsys.readouterr())

    return call
