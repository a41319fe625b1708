"""Models from the Hugging Face hub, by its own client: kept where its other users keep them, fetched once.

Honoured: `HF_ENDPOINT` (another hub), `HF_HOME` and `HF_HUB_CACHE` (where models are kept), `HF_HUB_OFFLINE` (never
connect), `HF_TOKEN` (for models that ask who one is).
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vizsla.encoders import EncoderError

from . import layout
from .layout import Files
from .reference import Reference
from .snapshot import Snapshot, cache, here

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
    digests: Mapping[str, str]
    """SHA-256 (hex) of those that were compared with what the hub has, by their names."""


def fetch(reference: Reference) -> Fetched:
    """The files of a model; those that are not on this machine are downloaded, after its licence was told.

    A download that is cut off leaves nothing that is taken for a model; the next one goes on from there.

    Raises:
        EncoderError: it is not on this machine and cannot be had, or is not what it was.
    """
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in _TRUE:
        if (found := _as_it_is(reference)) is not None:
            return found
        raise EncoderError(
            f"the encoder {reference} is not on this machine, and HF_HUB_OFFLINE forbids to get it: "
            "unset it, or copy the model here and name its directory"
        )
    return (_compared(reference) if reference.pinned else None) or _download(reference)


def _compared(reference: Reference) -> Fetched | None:
    """What is here of a commit and was compared with the hub, if that is all of the model."""
    snapshot = Snapshot(reference.repository, reference.revision)
    return _kept(reference, snapshot, snapshot.noted())


def _as_it_is(reference: Reference) -> Fetched | None:
    """What is here, also if other programs put it there and nobody compared it: whoever forbids to ask wants that."""
    snapshot = here(reference.repository, reference.revision)
    return _kept(reference, snapshot, {*snapshot.noted(), *layout.files_in(snapshot.root)})


def _kept(reference: Reference, snapshot: Snapshot, names: Collection[str]) -> Fetched | None:
    """The model, if it can be chosen of these files and is here."""
    try:
        files = layout.choose(names, reference.variant, str(reference))
    except EncoderError:
        return None
    if not all((snapshot.root / name).is_file() for name in files.names):
        return None
    noted = snapshot.noted()
    digests = {name: noted[name] for name in files.names if name in noted}
    return Fetched(_at(reference, snapshot.commit), snapshot.root, files, digests)


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
        raise EncoderError(
            f"the hub does not give {reference}: {_first_line(error)}{_otherwise(reference)}"
        ) from error
    except Exception as error:  # of its client, of its client's client, of the disk
        raise EncoderError(
            f"{reference} cannot be downloaded ({_first_line(error)}): run the same command again to go on, "
            f"or copy the model here and name its directory{_otherwise(reference)}"
        ) from error


def _otherwise(reference: Reference) -> str:
    """What else can be done, if a model is here that could not be compared with the hub's."""
    return "; HF_HUB_OFFLINE=1 takes what is here as it is" if _as_it_is(reference) else ""


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
    snapshot = Snapshot(reference.repository, reference.revision)
    missing = [name for name in files.names if not (snapshot.root / name).is_file()]
    if missing:
        _announce(reference, found, sum(remote[name].size for name in missing))
    digests: dict[str, str] = {}
    for name in files.in_order:
        path = download(reference.repository, name, revision=reference.revision, cache_dir=str(cache()))
        digests[name] = _digest(Path(path), name, remote[name].digest)
    snapshot.note(digests)
    return Fetched(reference, snapshot.root, files, digests)


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


def _digest(path: Path, name: str, wanted: str | None) -> str:
    """The digest of a file that has just come, or was there, if it is what the hub says; a wrong one is not kept."""
    digest = layout.digest(path)
    if wanted not in (None, digest):
        path.resolve().unlink()
        raise EncoderError(f"{name} did not arrive as the hub has it: run the same command again")
    return digest


def _at(reference: Reference, commit: str) -> Reference:
    return msgspec.structs.replace(reference, revision=commit)


def _first_line(error: Exception) -> str:
    return (str(error).strip().partition("\n")[0] or type(error).__name__).rstrip(".")
