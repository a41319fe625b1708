"""Whether a library is whole: records, vectors, thumbnails, groups, index."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from vizsla.blobs import BlobError
from vizsla.records import ImageRecord
from vizsla.sources import SourceError, open_source

from .choices import Choices
from .compared import compared_to
from .thumbnails import drop

if TYPE_CHECKING:
    from .library import Library

ATTEMPTS, PAUSE_SECONDS = 100, 0.1
"""How long another process may take to bring the index up to date before that counts as a problem."""


class Problem(msgspec.Struct, frozen=True):
    """Something that is not as it should be."""

    what: str
    repaired: bool = False


class Report(msgspec.Struct, frozen=True):
    """What was found."""

    records: int
    problems: list[Problem]


def check(library: Library, *, repair: bool) -> Report:
    """See `Library.check`."""
    damage = library.store.damage()
    if damage:  # what is derived from records that cannot be read cannot be judged
        return Report(0, [Problem(text) for text in damage])
    problems = _thumbnail_problems(library, repair=repair)  # before what is mended takes them along
    before = _incomplete(library)
    if before and repair:
        _mend(library, [record for record, _ in before.values()])
    after = _incomplete(library) if before and repair else before
    problems += [
        Problem(f"{record.source}/{record.key} {lacks}", image_id not in after)
        for image_id, (record, lacks) in before.items()
    ]
    problems += _group_problems(library, repair=repair)
    return Report(library.store.count(), problems + _index_problems(library, repair=repair))


def _incomplete(library: Library) -> dict[str, tuple[ImageRecord, str]]:
    """Image id to record and what it lacks."""
    without_vector = set(library.store.without_vector())
    found = {}
    for stored in library.store.each():
        record = stored.record
        if not library.blobs.has(record.content_id):
            found[record.image_id] = (record, "has lost its thumbnail")
        elif stored.number in without_vector:
            found[record.image_id] = (record, "has lost its vector")
    return found


def _mend(library: Library, records: list[ImageRecord]) -> None:
    """Read images again from where they came; those that are gone stay as they are."""
    library.store.distrust([record.image_id for record in records])
    for address in {record.source for record in records}:
        keys = frozenset(record.key for record in records if record.source == address)
        try:
            source = open_source(address, library.settings)
        except SourceError:
            continue
        library.adding(source, Choices(), only=keys).run()


def _group_problems(library: Library, *, repair: bool) -> list[Problem]:
    """Records that were never compared with others, and copies that missed each other, as when two processes add at once."""
    problems = []
    if uncompared := _uncompared(library):
        if repair:
            _mend(library, uncompared)
        mended = repair and not _uncompared(library)
        text = f"{len(uncompared):,} pictures were added before copies were looked for"
        problems.append(Problem(text, mended))
    if moved := _misplaced(library):
        if repair:
            library.store.regroup(moved)
        problems.append(Problem(f"{len(moved):,} pictures are not in the group of their copies", repair))
    return problems


def _thumbnail_problems(library: Library, *, repair: bool) -> list[Problem]:
    """Thumbnails that were to go with their pictures, when somebody was stopped or could not delete them."""
    left = library.store.leaving()
    if not left:
        return []
    if repair:
        try:
            drop(library)
        except BlobError as error:
            return [Problem(str(error))]
    return [Problem(f"{len(left):,} thumbnails of removed or replaced pictures are still there", repair)]


def _misplaced(library: Library) -> dict[int, bytes]:
    """See `regrouping.misplaced`, which brings the decoder: it is asked only if something came since all were compared."""
    if compared_to(library.store) == library.store.sequence():
        return {}
    from .regrouping import misplaced

    return misplaced(library.store, library.blobs)


def _uncompared(library: Library) -> list[ImageRecord]:
    records = (stored.record for stored in library.store.each())
    return [record for record in records if "copies" not in record.analysers]


def _index_problems(library: Library, *, repair: bool) -> list[Problem]:
    """The index is derived: it is judged by its count, and mended by making it anew."""
    stored, indexed = _counts(library)
    if stored == indexed:
        return []
    if repair:
        library.indexer.rebuild()
    mended = library.indexer.engine.count() == library.store.count()
    return [Problem(f"the index holds {indexed:,} of {stored:,} pictures", mended)]


def _counts(library: Library) -> tuple[int, int]:
    """Pictures in the store and in the index, both at one step of the store while others add and index."""
    for _ in range(ATTEMPTS):
        step = library.store.sequence()
        followed = library.index()
        counts = library.store.count(), library.indexer.engine.count()
        if followed and library.store.sequence() == step:
            break
        time.sleep(PAUSE_SECONDS)
    return counts
