"""The demo, run once from nothing: what it makes is the library that other tests of the command line search."""

from __future__ import annotations

from pathlib import Path

import pytest

from library.pictures import make_many

from .command import succeed


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


@pytest.fixture
def library(photos: Path, library_directory: Path) -> Path:
    """The library of the four pictures."""
    succeed("add", photos, "--library", library_directory)
    return library_directory
