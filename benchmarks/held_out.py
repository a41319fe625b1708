"""Which pictures of the collections are reported, and which may be fitted to or looked at before."""

from __future__ import annotations

import zlib
from argparse import ArgumentParser
from collections import defaultdict
from pathlib import Path

PER_FOLDER = 12


def held_out(path: Path) -> bool:
    """Whether nothing may be fitted to a file."""
    return zlib.crc32(path.name.encode()) % 2 == 1


def sample(folder: Path) -> list[Path]:
    """At most `PER_FOLDER` pictures of each folder, spread over a digest of their names."""
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*.png"), key=lambda path: zlib.crc32(path.name[::-1].encode())):
        folders[path.parent].append(path)
    return [path for paths in folders.values() for path in paths[:PER_FOLDER]]


def add_collections(parser: ArgumentParser) -> None:
    """The options that name photos and corpora."""
    parser.add_argument("--photos", type=Path, required=True, help="directory of JPEG photos")
    parser.add_argument(
        "--corpora", type=Path, required=True, help="directory of the unpacked Debian packages"
    )
