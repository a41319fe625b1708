from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from vizsla.sources import FolderSource

NOBODY = 65534


def jpeg(red: int = 200) -> bytes:
    """A real picture of 8 x 8 pixels."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (red, 100, 50)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file, a picture unless told otherwise, into the folder of the test."""

    def write(name: str, content: bytes | str | None = None) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        content = jpeg() if content is None else content
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write


@pytest.fixture
def folder(tmp_path: Path) -> FolderSource:
    return FolderSource(tmp_path, max_file_bytes=100_000)


@pytest.fixture
def without_privileges() -> Iterator[Path]:
    """A folder, and a process that may not read everything: root steps down for the length of a test."""
    place = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    try:
        if root:
            os.chown(place, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        yield place.resolve()
    finally:
        if root:
            os.seteuid(0)
        for found, folders, _ in os.walk(place):
            for name in folders:
                Path(found, name).chmod(0o700)
        shutil.rmtree(place)
