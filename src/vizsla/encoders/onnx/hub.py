"""Models from the Hugging Face hub, by its own client: kept where its other users keep them, fetched once.

Honoured: `HF_ENDPOINT` (another hub), `HF_HOME` and `HF_HUB_CACHE` (where models are kept), `HF_HUB_OFFLINE` (never
connect), `HF_TOKEN` (for models that ask who one is).
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vizsla.encoders import EncoderError

from . import layout
from .layout import Files
from .reference import Reference

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

log = logging.getLogger(__name__)

_TRUE = {"1", "true", "yes", "on"}
_NON_COMMERCIAL = ("-nc", "noncommercial", "non-commercial", "research-only")


class Fetched(NamedTuple):
    """Files of a model on this machine."""

    reference: Reference
    """With the commit that they are of."""
    root: Path
    files: Files


def fetch(reference: Reference) -> Fetched:
    """The files of a model; those that are not on this machine are downloaded, after its licence was told.

    A download that is cut off leaves nothing that is taken for a file; the next one goes on from there.

    Raises:
        EncoderError: it is not on this machine and cannot be had, or is not what it was.
    """
    kept = _kept(reference)
    if kept is not None:
        return kept
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in _TRUE:
        raise EncoderError(
            f"the encoder {reference} is not on this machine, and HF_HUB_OFFLINE forbids to get it: "
            "unset it, or copy the model here and name its directory"
        )
    return _download(reference)


def _kept(reference: Reference) -> Fetched | None:
    """What is in the cache, if it is whole. A branch that may have moved counts only where nothing can be asked."""
    folder = _cache() / f"models--{reference.repository.replace('/', '--')}"
    commit = reference.revision
    if not reference.pinned:
        if os.environ.get("HF_HUB_OFFLINE", "").lower() not in _TRUE:
            return None
        pointer = folder / "refs" / commit
        commit = pointer.read_text("ascii").strip() if pointer.is_file() else commit
    root = folder / "snapshots" / commit
    try:
        files = layout.choose(layout.files_in(root), reference.variant, str(reference))
    except EncoderError:
        return None
    return Fetched(_at(reference, commit), root, files)


def _download(reference: Reference) -> Fetched:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not sys.stderr.isatty():
        disable_progress_bars()
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, library_name="vizsla")
    try:
        found = api.model_info(reference.repository, revision=reference.revision, files_metadata=True)
        return _get(api.hf_hub_download, found, reference)
    except EncoderError:
        raise
    except HfHubHTTPError as error:
        raise EncoderError(f"the hub does not give {reference}: {_first_line(error)}") from error
    except Exception as error:  # of its client, of its client's client, of the disk
        raise EncoderError(
            f"{reference} cannot be downloaded ({_first_line(error)}): run the same command again to go on, "
            "or copy the model here and name its directory"
        ) from error


class _Remote(NamedTuple):
    size: int
    digest: str | None
    """SHA-256 (hex), which the hub knows of large files."""


def _get(download: Callable[..., str], found: ModelInfo, reference: Reference) -> Fetched:
    remote = {
        entry.rfilename: _Remote(entry.size or 0, entry.lfs.sha256 if entry.lfs else None)
        for entry in found.siblings or ()
    }
    reference = _at(reference, str(found.sha))
    files = layout.choose(remote.keys(), reference.variant, str(reference))
    _announce(reference, found, sum(remote[name].size for name in files.names))
    root = _cache()
    for name in files.names:
        path = Path(
            download(reference.repository, name, revision=reference.revision, cache_dir=str(_cache()))
        )
        root = path.parents[name.count("/")]
    _compare(root, files, {name: digest for name in files.names if (digest := remote[name].digest)})
    return Fetched(reference, root, files)


def _announce(reference: Reference, found: ModelInfo, size: int) -> None:
    """Tell what comes, how much, and under which licence, before any of it does."""
    licence = reference.row.licence if reference.row else _licence(found)
    log.warning("getting the encoder %s: %s MB, licence %s", reference, f"{size / 1e6:,.0f}", licence)
    if any(mark in licence.lower() for mark in _NON_COMMERCIAL):
        log.warning("this licence forbids commercial use")


def _licence(found: ModelInfo) -> str:
    """As the model's card says."""
    said = (tag.removeprefix("license:") for tag in found.tags or () if tag.startswith("license:"))
    return next(said, "not told: look at the model's page before using it")


def _compare(root: Path, files: Files, digests: Mapping[str, str]) -> None:
    """Check files that have just come against what the hub says of them; a wrong one is not kept."""
    for name, digest in layout.digests(root, files).items():
        if digests.get(name, digest) != digest:
            (root / name).resolve().unlink()
            raise EncoderError(f"{name} did not arrive as the hub has it: run the same command again")


def _at(reference: Reference, commit: str) -> Reference:
    return msgspec.structs.replace(reference, revision=commit)


def _cache() -> Path:
    """Where the hub's client keeps models, read anew: it looks at the environment only once."""
    environment = os.environ
    if named := environment.get("HF_HUB_CACHE"):
        return Path(named).expanduser()
    general = environment.get("XDG_CACHE_HOME", "~/.cache")
    return Path(environment.get("HF_HOME") or f"{general}/huggingface").expanduser() / "hub"


def _first_line(error: Exception) -> str:
    return (str(error).strip().partition("\n")[0] or type(error).__name__).rstrip(".")
