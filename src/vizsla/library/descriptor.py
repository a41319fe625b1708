"""`vizsla.json`: what a library is, read before anything else in it."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from vizsla.encoders.seam import Encoder, origin_of

from .errors import LibraryError, NoLibrary

FORMAT = 1
"""Raised when an older vizsla could not read what we write; a migration comes with it."""

NAME = "vizsla.json"


class EncoderIdentity(msgspec.Struct, frozen=True):
    """Which encoder made the library's vectors."""

    name: str
    digest: str
    dimension: int
    source: str = ""
    """What opens the very same one; empty: its name."""
    files: dict[str, str] = {}
    """SHA-256 (hex) of its files, if it is not bundled."""


class Descriptor(msgspec.Struct, frozen=True):
    """The content of `vizsla.json`."""

    format: int
    encoder: EncoderIdentity
    created: str
    """ISO 8601, UTC."""


class _AnyFormat(msgspec.Struct):
    """What every format has in common, whatever else it holds."""

    format: int


def describe(encoder: Encoder) -> Descriptor:
    """A descriptor for a new library."""
    origin = origin_of(encoder)
    identity = EncoderIdentity(encoder.name, encoder.digest, encoder.dimension, origin.source, origin.files)
    return Descriptor(FORMAT, identity, datetime.now(UTC).isoformat(timespec="seconds"))


def read(directory: Path) -> Descriptor:
    """The descriptor of the library in a directory.

    Raises:
        NoLibrary: there is none.
        LibraryError: it is damaged, or of a newer format.
    """
    file = directory / NAME
    try:
        data = file.read_bytes()
        found = msgspec.json.decode(data, type=_AnyFormat).format
        if found > FORMAT:
            raise LibraryError(
                f"{directory} is a library of format {found}, this vizsla knows up to {FORMAT}: upgrade vizsla"
            )
        return msgspec.json.decode(data, type=Descriptor)
    except (FileNotFoundError, NotADirectoryError):
        raise NoLibrary(
            f"there is no library in {directory}: make one with `vizsla add FOLDER`, or name another with --library"
        ) from None
    except OSError as error:
        raise LibraryError(f"{file} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LibraryError(
            f"{file} is damaged ({error}): restore it from a backup; "
            "it holds the format, the encoder's name, digest and dimension, and the time of creation"
        ) from error


def write(directory: Path, descriptor: Descriptor) -> Descriptor:
    """Make a directory a library. If another process was faster, its descriptor is returned.

    Raises:
        LibraryError: the directory cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _write_new(directory / NAME, msgspec.json.format(msgspec.json.encode(descriptor), indent=2) + b"\n")
    except FileExistsError:
        return read(directory)
    except OSError as error:
        raise LibraryError(f"no library can be made in {directory}: {error.strerror}") from error
    return descriptor


def _write_new(file: Path, data: bytes) -> None:
    """Create a file whole and flushed, or fail because it is there."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        os.link(temporary, file)
    finally:
        Path(temporary).unlink()
