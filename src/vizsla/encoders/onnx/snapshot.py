"""A commit of a model in the cache of the hub's client, and our note of which of its files are whole.

Other programs fill the same cache, each with what it needs of a model, and whoever fills it may be stopped. That a file
is missing there which the commit has cannot be seen, so what counts is the note. It is written beside the files, where
the client looks at nothing, once all of them had come and been compared with what the hub says.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

log = logging.getLogger(__name__)


class Snapshot(NamedTuple):
    """Files of a commit; they need not be there."""

    repository: str
    commit: str

    @property
    def root(self) -> Path:
        """Where the client puts them."""
        return _folder(self.repository) / "snapshots" / self.commit

    @property
    def _note(self) -> Path:
        return _folder(self.repository) / "vizsla" / f"{self.commit}.json"

    def noted(self) -> dict[str, str]:
        """SHA-256 (hex) of the files that were whole, by their names; some may be gone since."""
        try:
            return msgspec.json.decode(self._note.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}

    def note(self, digests: Mapping[str, str]) -> None:
        """Write down that files are whole, besides those of which it is known."""
        known = self.noted()
        if known.items() >= digests.items():
            return
        content = msgspec.json.encode({**known, **digests})
        temporary = self._note.with_suffix(f".{os.getpid()}")
        try:
            self._note.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            temporary.replace(self._note)
        except OSError as error:
            log.warning(
                "%s cannot be written (%s), so the hub is asked each time: HF_HUB_OFFLINE=1 takes what is there as it is",
                self._note,
                error.strerror,
            )


def here(repository: str, revision: str) -> Snapshot:
    """The commit that a branch or a tag named when it was last asked for; of a commit, itself."""
    pointer = _folder(repository) / "refs" / revision
    return Snapshot(repository, pointer.read_text("ascii").strip() if pointer.is_file() else revision)


def cache() -> Path:
    """Where the hub's client keeps models, read anew: it looks at the environment only once."""
    environment = os.environ
    if named := environment.get("HF_HUB_CACHE"):
        return Path(named).expanduser()
    general = environment.get("XDG_CACHE_HOME", "~/.cache")
    return Path(environment.get("HF_HOME") or f"{general}/huggingface").expanduser() / "hub"


def _folder(repository: str) -> Path:
    return cache() / f"models--{repository.replace('/', '--')}"
