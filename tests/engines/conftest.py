"""Where test indexes live."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A directory in memory where there is one: each of the thousands of commits waits for the disk otherwise.

    Now and then tantivy's own thread, which looks at an index that was just opened, makes its lock
    file while the directory is being removed, which fails then: the empty directory stays.
    """
    return tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, ignore_cleanup_errors=True)


@pytest.fixture
def directory() -> Iterator[Path]:
    """Where an index may be made."""
    with scratch() as path:
        yield Path(path) / "index"
