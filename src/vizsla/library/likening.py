"""What looks like pictures that are given as files or by id, without a server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vizsla.wire import WHOLE, CropArea

from .errors import LibraryError

if TYPE_CHECKING:
    from vizsla.search.subject import Subject
    from vizsla.wire import Images, SearchParameters

    from .library import Library


def similar(
    library: Library, images: Sequence[Path | str], parameters: SearchParameters, crop: CropArea
) -> Images:
    """See `Library.similar`."""
    from vizsla.search import Addresses
    from vizsla.search.answer import Page, answer_of
    from vizsla.search.filters import filters_of, settled
    from vizsla.wire import QueryContext, market_for

    market = market_for(mkt=parameters.mkt, cc=parameters.cc)
    parameters = settled(parameters, market, frozenset(library.settings.strict_markets))
    library.similarity.refresh()
    first = _subject(library, images[0], crop)
    more = [_subject(library, image) for image in images[1:]]
    filters = filters_of(parameters, int(time.time()))
    nearest = library.similarity.nearest(first, filters, more=more, words=parameters.q)
    found = library.similarity.page(nearest, offset=parameters.offset, limit=parameters.count)
    page = Page(
        records=found.records,
        passed=found.passed,
        total=found.total,
        counts=found.counts,
        context=QueryContext(original_query=parameters.q),
    )
    return answer_of(parameters, page, Addresses(library.base), market)


def _subject(library: Library, image: Path | str, crop: CropArea = WHOLE) -> Subject:
    """An image of the library is not like itself; who gives a file wants to know that the library has it."""
    from msgspec.structs import replace

    from vizsla.search.subject import Meant
    from vizsla.wire import InvalidRequest

    if isinstance(image, str):
        meant = Meant(parameter=image, crop_parameter="--region", image_id=image, crop=crop)
    else:
        meant = Meant(parameter=str(image), crop_parameter="--region", data=_read(image), crop=crop)
    try:
        subject = library.subjects.known(meant) or library.subjects.seen(meant)
        return subject if isinstance(image, str) else replace(subject, copies=())
    except InvalidRequest as error:
        raise LibraryError(f"{image}: {error.error.more_details or error}") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise LibraryError(f"{file} cannot be read: {error.strerror}") from error
