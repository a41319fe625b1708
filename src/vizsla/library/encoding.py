"""Which encoder a library has, which one it is to have, and the way out where the one that it has is not here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vizsla.encoders import BUNDLED, EncoderGone, UnknownEncoder

from . import descriptor
from .errors import LibraryError

if TYPE_CHECKING:
    from vizsla.encoders.seam import Encoder

    from .library import Library


def own_encoder(library: Library) -> Encoder:
    """Open the encoder that made a library's vectors.

    Raises:
        EncoderError: it cannot be opened.
        LibraryError: it is not here, or with other weights.
    """
    known = library.descriptor.encoder
    made = f"{library.directory} was made with"
    try:
        encoder = library.open_encoder(known.opened_by)
    except EncoderGone as error:
        raise LibraryError(
            f"{made} the encoder {known.name}, which this version of vizsla no longer has: {_anew(library, 'a newer one')}"
        ) from error
    except UnknownEncoder as error:
        raise LibraryError(
            f"{made} the encoder {known.name}, which is not here: put it back to {known.opened_by}, or "
            "`vizsla reencode --encoder NAME` makes its vectors anew with another"
        ) from error
    if encoder.digest != known.digest:
        raise LibraryError(
            f"{made} other weights of the encoder {known.name}: {_anew(library, 'those that are here')}"
        )
    return encoder


def coming_encoder(library: Library) -> Encoder:
    """Open the encoder that making vectors anew leads to: the one that the settings name; else the one that is to come; else the
    library's own, with the weights that are here.

    Raises:
        EncoderError: it cannot be opened.
        LibraryError: it is not here, and the settings name none.
    """
    named = library.settings.encoder
    if named is not None:
        return library.open_encoder(named)
    now = descriptor.read(library.directory)
    known = now.next or now.encoder
    try:
        return library.open_encoder(known.opened_by)
    except EncoderGone:
        return library.open_encoder(BUNDLED)
    except UnknownEncoder as error:
        raise LibraryError(
            f"the encoder {known.name} is not here: put it back to {known.opened_by}, or name another with --encoder"
        ) from error


def _anew(library: Library, otherwise: str) -> str:
    """What `vizsla reencode` does; see `coming_encoder`."""
    coming = library.descriptor.next
    goal = library.settings.encoder or (coming.name if coming else otherwise)
    return f"`vizsla reencode` makes its vectors anew with {goal}"
