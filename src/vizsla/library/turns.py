"""Who may do what to a library's encoder at the same time: told by locks that the kernel drops with the process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ADDING = "encoder.lock"
"""Shared by all who add, so that the encoder is not changed between making a vector and writing it down."""

REENCODING = "reencode.lock"
"""Of the one who makes vectors anew."""


@contextmanager
def shared(directory: Path, name: str) -> Iterator[None]:
    """Hold a lock together with others while the block runs; whoever has it alone is waited for."""
    with _opened(directory / name) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


@contextmanager
def alone(directory: Path, name: str) -> Iterator[bool]:
    """Hold a lock alone while the block runs, which is told whether it is so: nobody is waited for."""
    with _opened(directory / name) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
