"""Opening files beneath a folder and nowhere else, whatever happens to the names meanwhile."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .names import is_utf8
from .seam import ItemError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
"""A pipe that took the place of a file must not make the opening wait."""


class Outside(ItemError):
    """A symbolic link leads out of the folder."""

    def __init__(self) -> None:
        super().__init__("symbolic link", "it leads out of the folder; add the folder it leads to")


def special() -> ItemError:
    return ItemError("not a file", "it is a pipe, a socket or a device")


def real(root: Path, key: str) -> str:
    """The path relative to `root` at which the file of a key is, symbolic links followed.

    Args:
        root: a resolved path.
        key: relative, with `/`.

    Raises:
        ItemError: it is nowhere, hidden, or outside of `root`.
    """
    if "\0" in key or not is_utf8(key) or any(part[:1] in ("", ".") for part in key.split("/")):
        raise ItemError("vanished", "no image has such a name")
    with item_errors():
        found = Path(os.path.realpath(root / key, strict=True))
    if not found.is_relative_to(root):
        raise Outside
    return str(found.relative_to(root))


def open_beneath(root: Path, relative: str) -> BinaryIO:
    """Open a regular file; a symbolic link on the way, which only a race can put there, is refused.

    Args:
        root: a resolved path.
        relative: as `real` gives it.

    Raises:
        ItemError: vanished, unreadable, or not a regular file.
    """
    *folders, name = relative.split("/")
    with item_errors():
        at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for folder in folders:
                deeper = os.open(folder, _FOLDER, dir_fd=at)
                os.close(at)
                at = deeper
            return _open_regular(name, at)
        finally:
            os.close(at)


def _open_regular(name: str, at: int) -> BinaryIO:
    # Looked at first, because opening alone may do something to a device or to who waits at a pipe.
    if not stat.S_ISREG(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
        raise special()
    file = os.fdopen(os.open(name, _FILE, dir_fd=at), "rb")
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise special()


@contextmanager
def item_errors() -> Iterator[None]:
    """Translate what the system says of a file."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ItemError("vanished") from error
    except OSError as error:
        raise ItemError("unreadable", error.strerror or str(error)) from error
