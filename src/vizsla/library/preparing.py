"""From items of a source to everything about them but their vectors: pure work, done on threads.

Importing it brings the decoder and every analyser.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from vizsla.analyse import Analyser, Analysis, analyse
from vizsla.decode import DecodeError, Limits, Thumbnail, open_picture
from vizsla.encoders.seam import InputGeometry, Pixels
from vizsla.records import Claims, ImageRecord
from vizsla.sources.seam import ItemError, SourceItem

from .choices import Choices
from .errors import LibraryError
from .grouping import Look, look_of

AHEAD = 8
"""Images per thread that are decoded and wait for their turn: keeps threads busy while a batch is written."""

_Result = TypeVar("_Result")


class Prepared(msgspec.Struct, frozen=True):
    """An image that is decoded and analysed, ready to be encoded and compared."""

    item: SourceItem
    analysis: Analysis
    thumbnail: Thumbnail
    square: Pixels
    look: Look

    @property
    def content_id(self) -> bytes:
        content_id: bytes = self.analysis.fields["content_id"]
        return content_id


def prepare_all(
    items: Iterable[SourceItem],
    *,
    limits: Limits,
    geometry: InputGeometry,
    threads: int,
    without: frozenset[str] = frozenset(),
    also: tuple[Analyser, ...] = (),
) -> Iterator[tuple[SourceItem, Prepared | ItemError]]:
    """Read, decode and analyse images on threads, in order; of each, what came of it.

    Whatever is wrong with one image, also a mistake of ours that it brings to light, is an error of its own.

    Args:
        without: names of analysers that are left out.
        also: optional ones that run as well.
    """
    work = partial(_attempt, limits=limits, geometry=geometry, without=without, also=also)
    return _mapped(work, items, threads)


def optional_analysers(choices: Choices) -> tuple[Analyser, ...]:
    """The optional analysers that the owner asks for.

    Raises:
        LibraryError: what one needs is not installed.
    """
    if "reading" not in choices.optional():
        return ()
    from vizsla.analyse import reading

    try:
        reading.open_reader()
    except reading.ReaderMissing as error:
        raise LibraryError(str(error)) from error
    return (reading.ANALYSER,)


def _attempt(
    item: SourceItem,
    *,
    limits: Limits,
    geometry: InputGeometry,
    without: frozenset[str],
    also: tuple[Analyser, ...],
) -> tuple[SourceItem, Prepared | ItemError]:
    try:
        picture = open_picture(item.read(), limits)
        analysis = analyse(picture, without=without, also=also)
        look = look_of(picture.small)
        return item, Prepared(item, analysis, picture.thumbnail(), picture.square(geometry), look)
    except ItemError as error:
        return item, error
    except DecodeError as error:
        return item, ItemError(error.reason, error.detail)
    except Exception as error:  # noqa: BLE001 - one odd image must not keep all others out for ever
        return item, ItemError("failed unexpectedly", f"{type(error).__name__}: {error}")


def _mapped(
    work: Callable[[SourceItem], _Result], items: Iterable[SourceItem], threads: int
) -> Iterator[_Result]:
    """`map(work, items)` on threads, in order, never more than a few items ahead of the consumer."""
    waiting: deque[Future[_Result]] = deque()
    rest = iter(items)
    with ThreadPoolExecutor(threads, thread_name_prefix="vizsla-decode") as pool:
        try:
            waiting.extend(pool.submit(work, item) for item in islice(rest, threads * AHEAD))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(pool.submit(work, item) for item in islice(rest, 1))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def record_of(prepared: Prepared, address: str, choices: Choices, *, now: int, group: bytes) -> ImageRecord:
    """The record of an image: what the owner's manifest says goes before what the file says.

    The licence that was chosen for the source is for images of which neither says anything about a licence.
    """
    item = prepared.item
    claims = item.claims.over(prepared.analysis.claims)
    vouched = {name: value for fields in choices.instead_of().values() for name, value in fields.items()}
    return ImageRecord(
        image_id=image_id(address, item.key),
        source=address,
        key=item.key,
        thumbnail_width=prepared.thumbnail.width,
        thumbnail_height=prepared.thumbnail.height,
        names=item.names,
        licence=claims.licence or choices.licence or "unknown",
        content_url=claims.content_url or _below(choices.content_base, item.key),
        published=unix_time(claims.date_published),
        discovered=now,
        group_id=group,
        analysers=prepared.analysis.versions,
        **_said(claims),
        **prepared.analysis.fields,
        **vouched,
    )


def image_id(address: str, key: str) -> str:
    """40 upper-case hexadecimal digits: known by where it came from, so that it outlives a change of its bytes."""
    return hashlib.blake2b(f"{address}\0{key}".encode(), digest_size=20).hexdigest().upper()


def unix_time(date: str | None) -> int | None:
    """Seconds of an ISO 8601 date or time (UTC unless it says otherwise); `None` if it is none."""
    if not date:
        return None
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        return None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


_TEXT = ("title", "description", "tags", "creator", "language", "host_page_url")


def _said(claims: Claims) -> dict[str, Any]:
    """The claims that are fields of a record under the same name, where they say something."""
    return {name: value for name in _TEXT if (value := getattr(claims, name))}


def _below(base: str | None, key: str) -> str | None:
    return f"{base.rstrip('/')}/{quote(key)}" if base else None
