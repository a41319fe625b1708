"""Which files a model consists of, as exports for onnxruntime lay them out on the Hugging Face hub."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

import msgspec

from vizsla.encoders import EncoderError

CONFIG, PREPROCESSOR, TOKENIZER = "config.json", "preprocessor_config.json", "tokenizer.json"
TOKENIZER_CONFIG, SPECIAL_TOKENS, EXPORT = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "export_meta.json",
)

_REQUIRED = (CONFIG, PREPROCESSOR, TOKENIZER)
_OPTIONAL = (TOKENIZER_CONFIG, SPECIAL_TOKENS, EXPORT)
_FOLDERS = ("onnx/", "")
"""Where towers may be; the first is that of exports for transformers.js."""
_WEIGHTS = ("_data", ".data")
"""Ends of the file beside a graph that holds its weights, if they are too large for it."""


class Files(msgspec.Struct, frozen=True):
    """Names of a model's files, relative to its root, with `/`."""

    text_tower: str
    image_tower: str
    others: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted({self.text_tower, self.image_tower, *self.others}))

    @property
    def in_order(self) -> tuple[str, ...]:
        """Names, to be fetched in this order: what a model seems to be whole without comes first, so that who is
        stopped leaves none that seems whole."""
        needed = {self.text_tower, self.image_tower, *_REQUIRED}
        return tuple(sorted(self.names, key=lambda name: (name in needed, name == CONFIG)))


def choose(present: Collection[str], variant: str, what: str) -> Files:
    """The files to use, of those that are there.

    Args:
        present: names relative to the root.
        variant: see `reference`; empty: full precision.
        what: the model, for errors.

    Raises:
        EncoderError: something is missing; says what, and which variants there are.
    """
    missing = [name for name in _REQUIRED if name not in present]
    if missing:
        raise EncoderError(
            f"{what} has no {' and no '.join(missing)}: give a model exported to ONNX for transformers.js"
        )
    towers = [_tower(present, stem, variant, what) for stem in ("text_model", "vision_model")]
    weights = [tower + end for tower in towers for end in _WEIGHTS if tower + end in present]
    optional = [name for name in _OPTIONAL if name in present]
    return Files(towers[0], towers[1], (*_REQUIRED, *optional, *weights))


def _tower(present: Collection[str], stem: str, variant: str, what: str) -> str:
    file = f"{stem}_{variant}.onnx" if variant else f"{stem}.onnx"
    for folder in _FOLDERS:
        if folder + file in present:
            return folder + file
    others = sorted(name for name in present if stem in name and name.endswith(".onnx"))
    there = (
        f"there is {', '.join(others)}; name what is behind {stem}_ as in NAME:quantized"
        if others
        else ("text and image tower have to be files of their own, as in exports for transformers.js")
    )
    raise EncoderError(f"{what} has no {file}: {there}")


def files_in(directory: Path) -> list[str]:
    """Names of the files of a model in a directory."""
    places = (directory, directory / "onnx")
    return [
        path.relative_to(directory).as_posix()
        for place in places
        if place.is_dir()
        for path in place.iterdir()
        if path.is_file()
    ]


def digests(root: Path, files: Files) -> dict[str, str]:
    """SHA-256 (hex) of each file by its name.

    Raises:
        EncoderError: one cannot be read.
    """
    return {name: digest(root / name) for name in files.names}


def digest(path: Path) -> str:
    """SHA-256 (hex) of a file.

    Raises:
        EncoderError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"{path} cannot be read: {error.strerror}") from error


def overall(digests: dict[str, str]) -> str:
    """SHA-256 (hex) over all files, as over what `sha256sum` prints of them."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
