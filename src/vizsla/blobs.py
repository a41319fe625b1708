"""Thumbnails over obstore: a directory or a bucket, addressed by the content they were made from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obstore.store import ObjectStore


PATIENCE = timedelta(seconds=20)
"""How long a bucket that fails is asked again: others who write to the library may have to wait for it, and wait for
`store.database.BUSY_SECONDS`."""


class BlobError(Exception):
    """A thumbnail cannot be written or read; the message says why and what to do."""


class Blobs:
    """Bytes by content id. Writing is atomic: a blob is there whole or not at all.

    Args:
        place: a directory, made if it does not exist, or an obstore URL such as `s3://bucket/prefix`.

    Raises:
        BlobError: the place cannot be used; and from every method.
    """

    def __init__(self, place: Path | str) -> None:
        self._store = _open(place)
        self._directory = place if isinstance(place, Path) else None

    def put(self, blobs: Mapping[bytes, bytes]) -> None:
        """Write blobs by content id; when this returns they are on disk, or in the bucket."""
        keys = {_key(content_id): data for content_id, data in blobs.items()}
        try:
            for key, data in keys.items():
                self._store.put(key, data)
            if self._directory:
                _flush(self._directory, keys)
        except Exception as error:  # obstore raises one class per backend and none in common
            raise BlobError(_explain(error)) from error

    def get(self, content_id: bytes) -> bytes | None:
        """The bytes, or `None` if there are none."""
        try:
            return bytes(self._store.get(_key(content_id)).bytes())
        except FileNotFoundError:
            return None
        except Exception as error:
            raise BlobError(f"a thumbnail cannot be read: {_first_line(error)}") from error

    def has(self, content_id: bytes) -> bool:
        """Whether there is a blob, and it is not empty."""
        try:
            return bool(self._store.head(_key(content_id))["size"])
        except FileNotFoundError:
            return False
        except Exception as error:
            raise BlobError(f"the thumbnails cannot be read: {_first_line(error)}") from error

    def delete(self, content_id: bytes) -> None:
        """Delete a blob; one that is not there is as good as deleted."""
        try:
            self._store.delete(_key(content_id))
        except FileNotFoundError:
            return
        except Exception as error:
            raise BlobError(f"a thumbnail cannot be deleted: {_first_line(error)}") from error


def _open(place: Path | str) -> ObjectStore:
    from obstore.store import LocalStore, from_url

    try:
        if isinstance(place, Path):
            return LocalStore(place, mkdir=True)
        return from_url(place, retry_config={"retry_timeout": PATIENCE})
    except Exception as error:
        what = (
            "a directory that can be written" if isinstance(place, Path) else "an address such as s3://bucket"
        )
        raise BlobError(
            f"{str(place)!r} cannot hold thumbnails, give {what}: {_first_line(error)}"
        ) from error


def _key(content_id: bytes) -> str:
    """Two levels of 256 directories keep each small, up to many millions of blobs."""
    name = content_id.hex()
    return f"thumbnails/{name[:2]}/{name[2:4]}/{name}"


def _flush(directory: Path, keys: Iterable[str]) -> None:
    """Wait until files and the folders that name them are on disk: obstore leaves that to the system."""
    files = {directory / key for key in keys}
    folders = {folder for file in files for folder in file.relative_to(directory).parents}
    for path in (*files, *(directory / folder for folder in folders)):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _explain(error: Exception) -> str:
    if "No space left" in str(error) or "os error 28" in str(error):
        return "the disk is full: make room and run the same command again; what was added before is kept"
    return f"a thumbnail cannot be written: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    """obstore puts its inner state below what a person can use."""
    return str(error).partition("\n")[0]
