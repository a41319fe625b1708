"""Where images come from: one file per kind of source, all behind one seam."""

from __future__ import annotations

import re
from pathlib import Path

from vizsla.settings import Settings

from .folder import FolderSource
from .seam import ItemError, NotAnImage, Source, SourceError, SourceItem

__all__ = [
    "FolderSource",
    "ItemError",
    "NotAnImage",
    "Source",
    "SourceError",
    "SourceItem",
    "open_source",
]

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def open_source(text: str, settings: Settings) -> Source:
    """The source that a person names.

    Args:
        text: the path of a folder.

    Raises:
        SourceError: there is no such source, or it is of a kind that cannot be added; says what to do.
    """
    if not text:
        raise SourceError("the source is empty; give the path of a folder of images")
    if _ADDRESS.match(text):
        raise SourceError(
            f"{text!r} is an address, and only folders can be added; download its images into a folder"
        )
    return FolderSource(Path(text), max_file_bytes=settings.max_file_bytes)
