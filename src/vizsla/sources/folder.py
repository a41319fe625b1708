"""A folder of images on this machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from vizsla.records import Claims

from .beneath import Outside, item_errors, open_beneath, real, special
from .ledger import Ledger
from .manifest import READERS
from .names import claims_image, is_utf8, words_of
from .seam import ItemError, NotAnImage, SourceError, SourceItem

LIBRARY_MARK: Final = "vizsla.json"
"""A folder that holds this file is a library; its thumbnails are not images to add."""

HEAD: Final = 65_536
"""Bytes by which a file whose name claims nothing is told to be an image: long comments may begin an SVG."""

Listed = SourceItem | tuple[str, ItemError]


class FolderSource:
    """Every image in a folder and its sub-folders, with what manifests say about them.

    Hidden files and folders, libraries and links to folders are passed over; a link to a file counts as that file if
    it leads to one within the folder. What is an image is told by content: a file that is none is a failure only if
    its name or a manifest claims that it is one.

    Args:
        path: an existing folder.
        max_file_bytes: larger files are not read.

    Raises:
        SourceError: the folder is not there or cannot be used.
    """

    kind = "folder"

    def __init__(self, path: Path, *, max_file_bytes: int) -> None:
        self._root = _usable(path)
        self._max_file_bytes = max_file_bytes

    @property
    def address(self) -> str:
        return str(self._root)

    def items(self) -> Iterator[Listed]:
        """The files of a folder by name, then its sub-folders by name; one stat for each file, which is not opened.

        Raises:
            SourceError: the folder itself cannot be read any more.
        """
        ledger = Ledger()
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                entries = self._entries(folder)
            except ItemError as error:
                if not folder:
                    raise SourceError(f"{self.address!r} cannot be read: {error}") from error
                yield folder, error
                continue
            if any(entry.name == LIBRARY_MARK for entry in entries):
                continue
            yield from self._manifests(folder, entries, ledger)
            for entry in entries:
                if listed := self._item(f"{folder}{entry.name}", entry, ledger):
                    yield listed
            folders += [
                f"{folder}{entry.name}/"
                for entry in reversed(entries)
                if _is_folder(entry) and is_utf8(entry.name)
            ]
        yield from ledger.left()

    def open(self, key: str) -> BinaryIO:
        """Open the file of a key; neither its name nor links can lead out of the folder.

        Raises:
            ItemError: vanished, unreadable, outside of the folder, or not a regular file.
        """
        return open_beneath(self._root, real(self._root, key))

    def resolve(self, key: str) -> Path:
        """The path of a key's file: absolute, free of links, and within the folder while nobody changes it.

        Raises:
            ItemError: as `open` does.
        """
        relative = real(self._root, key)
        open_beneath(self._root, relative).close()
        return self._root / relative

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        with item_errors(), os.scandir(self._root / folder) as found:
            return sorted((entry for entry in found if entry.name[0] != "."), key=lambda entry: entry.name)

    def _manifests(
        self, folder: str, entries: Sequence[os.DirEntry[str]], ledger: Ledger
    ) -> Iterator[tuple[str, ItemError]]:
        present = {entry.name for entry in entries}
        for name in READERS:
            if name in present:
                try:
                    with self.open(f"{folder}{name}") as file, item_errors():
                        yield from ledger.enter(folder, name, file)
                except ItemError as error:
                    yield f"{folder}{name}", error

    def _item(self, key: str, entry: os.DirEntry[str], ledger: Ledger) -> Listed | None:
        """The image or the failure that an entry is; `None`: neither."""
        if not is_utf8(entry.name):
            return _spelled(key), ItemError("unreadable", "its name is not UTF-8; rename it")
        if entry.name in READERS or _is_folder(entry):
            return None
        said = ledger.take(key)
        claimed = said is not None or claims_image(entry.name)
        try:
            info = self._stat(key, entry)
        except Outside as error:
            return (key, error) if claimed or _leads_to_folder(entry) else None
        except ItemError as error:
            return (key, error) if claimed else None
        claims, names = said or Claims(), words_of(key)
        return SourceItem(
            key=key,
            stamp=_stamp(info, claims, names),
            read=partial(self._read, key, _version(info), claimed),
            claims=claims,
            names=names,
        )

    def _stat(self, key: str, entry: os.DirEntry[str]) -> os.stat_result:
        with item_errors():
            if entry.is_symlink():
                info = (self._root / real(self._root, key)).lstat()
            else:
                info = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(info.st_mode):
            raise special()
        return info

    def _read(self, key: str, version: Version, claimed: bool) -> bytes:
        with self.open(key) as file, item_errors():
            size = _unchanged(file, version)
            if not claimed and not _is_image(file.read(HEAD)):
                raise NotAnImage
            if size == 0:
                raise ItemError("empty")
            if size > self._max_file_bytes:
                raise ItemError("too large", f"{size} bytes, and max_file_bytes is {self._max_file_bytes}")
            file.seek(0)
            read = file.read(size)
            _unchanged(file, version)
        if len(read) != size:
            raise ItemError("changed while reading")
        return read


Version = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds: files that agree in both are taken for the same."""


def _version(info: os.stat_result) -> Version:
    return info.st_size, info.st_mtime_ns


def _unchanged(file: BinaryIO, version: Version) -> int:
    """The size of a file that is still the one that was listed."""
    if _version(os.fstat(file.fileno())) != version:
        raise ItemError("changed while reading")
    return version[0]


def _stamp(info: os.stat_result, claims: Claims, names: str) -> str:
    said = blake2b(msgspec.json.encode((claims, names)), digest_size=8)
    return f"{info.st_size}-{info.st_mtime_ns}-{said.hexdigest()}"


def _is_image(head: bytes) -> bool:
    # Loading the decoder takes longer than all the rest of this room, and serving originals does without it.
    from vizsla.decode.errors import DecodeError
    from vizsla.decode.formats import tell_format

    try:
        tell_format(head)
    except DecodeError:
        return False
    return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:
        return False


def _spelled(key: str) -> str:
    """A key for people, its odd bytes in hexadecimal."""
    return os.fsencode(key).decode("utf-8", "backslashreplace")


def _usable(path: Path) -> Path:
    """The resolved path of a folder that can be a source.

    Raises:
        SourceError: it cannot.
    """
    try:
        root = path.resolve(strict=True)
        if not root.is_dir():
            raise SourceError(f"{str(path)!r} is a file; give the folder that holds it")
        os.scandir(root).close()  # may it be listed at all?
        if (root / LIBRARY_MARK).exists():
            raise SourceError(f"{str(path)!r} is a library of vizsla; give a folder of images")
    except FileNotFoundError as error:
        raise SourceError(f"there is no folder {str(path)!r}; check the path") from error
    except (OSError, ValueError, RuntimeError) as error:
        raise SourceError(f"the folder {str(path)!r} cannot be read: {_reason(error)}") from error
    if not is_utf8(str(root)):
        raise SourceError(f"the path of the folder {_spelled(str(root))!r} is not UTF-8; rename it")
    return root


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
