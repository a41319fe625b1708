"""What the manifests of a folder and its sub-folders say together."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from vizsla.records import Claims

from .manifest import Statement, read_manifest
from .seam import ItemError


class _Entered(msgspec.Struct, frozen=True):
    folder: str
    where: str
    """Manifest and line, for a person."""
    claims: Claims


class Ledger:
    """Claims by key, from the reading of a manifest until the file that they are about is met.

    Where manifests of several folders name the same file, the nearest completes itself from those above it.
    """

    def __init__(self) -> None:
        self._rows: dict[str, _Entered] = {}

    def enter(self, folder: str, name: str, file: BinaryIO) -> Iterator[tuple[str, ItemError]]:
        """Read a manifest; gives an error, with manifest and line, for each bad row.

        Args:
            folder: where it stands, relative to the source, ending in `/` or empty. Those above come before.
            name: of the manifest.
            file: its content.
        """
        for row in read_manifest(name, file):
            if not isinstance(row, Statement):
                line, error = row
                yield f"{folder}{name}:{line}", error
                continue
            key = _normal(folder + row.path)
            here = _Entered(folder, f"{folder}{name}:{row.line}", row.claims)
            above = self._rows.get(key)
            if above is None:
                self._rows[key] = here
            elif above.folder == folder:
                yield here.where, ItemError("bad manifest row", f"path: {above.where} names the same file")
            else:
                self._rows[key] = msgspec.structs.replace(here, claims=here.claims.over(above.claims))

    def take(self, key: str) -> Claims | None:
        """The claims about a file; `None` if no manifest names it."""
        entered = self._rows.pop(_normal(key), None) if self._rows else None
        return entered.claims if entered else None

    def left(self) -> Iterator[tuple[str, ItemError]]:
        """An error for each row whose file was not met."""
        for key, entered in self._rows.items():
            yield entered.where, ItemError("manifest row without a file", f"there is no {key!r} to add")


def _normal(key: str) -> str:
    """File systems and editors disagree about the normal form of accents."""
    return unicodedata.normalize("NFC", key)
