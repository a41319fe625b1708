"""The files of the bundled encoder, checked against the digests that were committed with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from vizsla.encoders import EncoderError

DIGESTS = "SHA256SUMS"
IMAGE_TOWER = "image.onnx"
TEXT_TOWER = "text.npz"


@dataclass(frozen=True)
class Artifact:
    """Whole files: `image_tower` and `text_tower` exist and are what the digests say."""

    image_tower: Path
    text_tower: Path
    digest: str
    """SHA-256 (hex) over the list of digests, and so over all files."""


def open_artifact(directory: Path) -> Artifact:
    """Check the files of a directory.

    Raises:
        EncoderError: a file is missing or damaged.
    """
    try:
        listed = (directory / DIGESTS).read_bytes()
        digests = {name: digest for digest, name in map(str.split, listed.decode("ascii").splitlines())}
        for name in (IMAGE_TOWER, TEXT_TOWER):
            if file_digest(directory / name) != digests.get(name):
                raise EncoderError(_damaged(directory / name, "has another digest than it was made with"))
    except (OSError, ValueError) as error:
        raise EncoderError(_damaged(directory, str(error))) from error
    return Artifact(directory / IMAGE_TOWER, directory / TEXT_TOWER, hashlib.sha256(listed).hexdigest())


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path, reason: str) -> str:
    return f"the bundled encoder is damaged: {path}: {reason}; install vizsla again"
