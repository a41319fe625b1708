"""What tests of several rooms share: a library of the bundled gallery, made once, and a server over it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from contract.validated import FAULTS, Validated
from vizsla.gallery import gallery_directory
from vizsla.library import Choices, Library
from vizsla.server import application, running
from vizsla.settings import Settings
from vizsla.sources import open_source

_patience: httpx.Timeout = inspect.signature(httpx.Client).parameters["timeout"].default
_patience.connect = _patience.read = _patience.write = 60.0
"""Seconds. Five, as httpx has it, fail where only the machine is busy."""


class Served(NamedTuple):
    """A server that runs on a thread."""

    address: str
    key: str
    library: Library


@pytest.fixture(scope="session")
def gallery_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of the bundled gallery. Tests must not change what is in it."""
    with Library(Settings(library=tmp_path_factory.mktemp("gallery") / "library")) as library:
        source = open_source(str(gallery_directory()), library.settings)
        library.adding(source, Choices(licence="cc0")).run()
        yield library


@pytest.fixture(scope="session")
def served(gallery_library: Library) -> Iterator[Served]:
    """The gallery's library, served, with a key."""
    key = gallery_library.keys.create(name="tests")
    with running(Validated(application(gallery_library))) as address:
        yield Served(address, key, gallery_library)


@pytest.fixture(autouse=True)
def answers_are_as_published() -> Iterator[None]:
    """No answer that a test got from a server with `Validated` differs from the published Swagger files."""
    yield
    found = FAULTS.copy()
    FAULTS.clear()
    assert found == []


@pytest.fixture
def library_directory(tmp_path: Path) -> Path:
    """Where a test may make a library of its own."""
    return tmp_path / "library"
