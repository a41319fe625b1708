"""`vizsla.json`: what a library is, read before anything else in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from vizsla.encoders.seam import Encoder, origin_of, probe

from .errors import LibraryError, NoLibrary

FORMAT = 1
"""Raised when an older vizsla could not read what we write; a migration comes with it."""

NAME = "vizsla.json"


class EncoderIdentity(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which encoder made the library's vectors, and where they are."""

    name: str
    digest: str
    dimension: int
    source: str = ""
    """What opens the very same one; empty: its name."""
    files: dict[str, str] = {}
    """SHA-256 (hex) of its files, if it is not bundled."""
    space: str = ""
    """Names the table of its vectors and the directory of its index; empty: those that a library begins with."""

    @property
    def opened_by(self) -> str:
        """What opens it; see `vizsla.encoders.open_encoder`."""
        return self.source or self.name


class Descriptor(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of `vizsla.json`."""

    format: int
    encoder: EncoderIdentity
    created: str
    """ISO 8601, UTC."""
    next: EncoderIdentity | None = None
    """The encoder that is to come, while its vectors are being made."""


class _AnyFormat(msgspec.Struct):
    """What every format has in common, whatever else it holds."""

    format: int


def identity_of(encoder: Encoder, space: str = "") -> EncoderIdentity:
    """What a library is to remember of an encoder that will make its vectors from now on.

    Raises:
        EncoderError: its towers do not do (see `probe`).
    """
    probe(encoder)
    origin = origin_of(encoder)
    return EncoderIdentity(
        encoder.name, encoder.digest, encoder.dimension, origin.source, origin.files, space
    )


def found_again(known: EncoderIdentity, encoder: Encoder) -> EncoderIdentity:
    """What a library remembers of the very same encoder, which may have been opened from another place."""
    origin = origin_of(encoder)
    return msgspec.structs.replace(known, name=encoder.name, source=origin.source, files=origin.files)


def describe(encoder: Encoder) -> Descriptor:
    """A descriptor for a new library; raises what `identity_of` does."""
    return Descriptor(FORMAT, identity_of(encoder), datetime.now(UTC).isoformat(timespec="seconds"))


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
        with _written(directory, descriptor) as temporary:
            os.link(temporary, directory / NAME)
    except FileExistsError:
        return read(directory)
    except OSError as error:
        raise LibraryError(f"no library can be made in {directory}: {error.strerror}") from error
    return descriptor


def replace(directory: Path, descriptor: Descriptor) -> None:
    """Put another descriptor in the place of a library's, which is from then on the one or the other, never neither.

    Raises:
        LibraryError: the directory cannot be written.
    """
    try:
        with _written(directory, descriptor) as temporary:
            temporary.replace(directory / NAME)
        _flush(directory)
    except OSError as error:
        raise LibraryError(f"{directory / NAME} cannot be written: {error.strerror}") from error


@contextmanager
def _written(directory: Path, descriptor: Descriptor) -> Iterator[Path]:
    """A file that holds the descriptor, whole and flushed; gone after the block, if it is still there."""
    handle, name = tempfile.mkstemp(dir=directory, prefix=f".{NAME}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(descriptor), indent=2) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _flush(directory: Path) -> None:
    """Wait until the names in a directory are on disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
