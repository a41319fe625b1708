"""The bundled gallery: a few hundred small public-domain pictures that `vizsla demo` builds its library from.

Made by `tools/build_gallery.py` from `tools/gallery.csv`; who made which picture is in `ATTRIBUTION.md`.
"""

from __future__ import annotations

from pathlib import Path


def gallery_directory() -> Path:
    """The folder of pictures and their manifest `metadata.jsonl`, ready to be added to a library."""
    return Path(__file__).parent / "pictures"
