"""How a person names an encoder of this family.

    NAME[:VARIANT]                      a row of `models.MODELS`
    OWNER/REPOSITORY[@REVISION][:VARIANT]    of the Hugging Face hub
    PATH[:VARIANT]                      a directory with the files of one

`VARIANT` is what stands behind the tower's name in its file: `quantized` for `text_model_quantized.onnx`.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from .models import MODELS, Model

_HUB = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?")
_VARIANT = re.compile(r"[a-z0-9]+")
COMMIT = re.compile(r"[0-9a-f]{40}")


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Where the files are: in `directory`, or in `repository` at `revision`."""

    name: str
    """Of the encoder: lower case, digits, single hyphens."""
    variant: str = ""
    directory: Path | None = None
    repository: str = ""
    revision: str = "main"

    @property
    def pinned(self) -> bool:
        """Whether what it names cannot change: the files of a commit."""
        return bool(COMMIT.fullmatch(self.revision))

    @property
    def row(self) -> Model | None:
        """What we know of exactly this model."""
        rows = (row for row in MODELS.values() if row.repository == self.repository)
        return next((row for row in rows if row.revision == self.revision), None)

    def __str__(self) -> str:
        where = str(self.directory or f"{self.repository}@{self.revision}")
        return f"{where}:{self.variant}" if self.variant else where


def read_reference(text: str) -> Reference | None:
    """What a text refers to; `None` if it is no name that we know, no existing directory, and no name of the hub."""
    text, variant = _split(text)
    suffix = f"-{variant}" if variant else ""
    directory = Path(text).expanduser()
    if text in MODELS:
        row = MODELS[text]
        return Reference(
            name=text + suffix, variant=variant, repository=row.repository, revision=row.revision
        )
    if directory.is_dir():
        directory = directory.resolve()
        return Reference(name=_slug(directory.name) + suffix, variant=variant, directory=directory)
    if found := _HUB.fullmatch(text):
        repository, revision = found["repository"], found["revision"] or "main"
        known = next((name for name, row in MODELS.items() if row.repository == repository), None)
        name = known or _slug(repository.partition("/")[2])
        return Reference(name=name + suffix, variant=variant, repository=repository, revision=revision)
    return None


def _split(text: str) -> tuple[str, str]:
    """The text and the variant behind its last colon; a directory may have a colon in its name."""
    where, _, variant = text.rpartition(":")
    if where and _VARIANT.fullmatch(variant) and not Path(text).expanduser().is_dir():
        return where, variant
    return text, ""


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "onnx"
