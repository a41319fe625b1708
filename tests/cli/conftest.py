"""Libraries, and commands called in this process, for all that need not start one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
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

from .command import Call


@pytest.fixture(scope="session")
def gallery(gallery_library: Library) -> Path:
    """The directory of the gallery's library. Tests must not change what is in it."""
    return gallery_library.directory


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of four pictures."""
    return make_many(tmp_path / "photos", 4)


@pytest.fixture(scope="session")
def opener() -> Callable[[str], Encoder]:
    """`open_encoder`, which opens each encoder once."""
    return cache(open_encoder)


@pytest.fixture
def library(photos: Path, library_directory: Path, opener: Callable[[str], Encoder]) -> Path:
    """The directory of a library of the four pictures."""
    return _made(library_directory, photos, opener)


@pytest.fixture(scope="session")
def shared_library(tmp_path_factory: pytest.TempPathFactory, opener: Callable[[str], Encoder]) -> Path:
    """Another one, made once. Tests must not change what is in it."""
    place = tmp_path_factory.mktemp("shared")
    return _made(place / "library", make_many(place / "photos", 4), opener)


def _made(directory: Path, photos: Path, opener: Callable[[str], Encoder]) -> Path:
    """Add in this process, because that is quicker."""
    with Library(Settings(library=directory)) as library:
        library.__dict__["encoder"] = opener("bundled")
        library.adding(open_source(str(photos), library.settings), Choices()).run()
    return directory


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], opener: Callable[[str], Encoder]
) -> Call:
    """Runs commands in this process; an exception that a person would see as a traceback passes through."""

    monkeypatch.setattr("vizsla.encoders.open_encoder", opener)

    def call(*arguments: str | Path) -> CompletedProcess[str]:
        command = ["vizsla", *map(str, arguments)]
        monkeypatch.setattr("sys.argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code or 0
        assert isinstance(code, int), code
        return CompletedProcess(command, code, *capsys.readouterr())

    return call
