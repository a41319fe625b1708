"""Where test indexes live."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A directory in memory where there is one: each of the thousands of commits waits for the disk otherwise."""
    return tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)


@pytest.fixture
def directory() -> Iterator[Path]:
    """Where an index may be made."""
    with scratch() as path:
        yield Path(path) / "index"
