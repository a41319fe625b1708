"""Which image is meant by a token, an id, an address of our own, or posted bytes (v7 reference, sections 8.1 and 11.1).

A posted picture that is a copy of one in the library, in another size, format, crop or brightness, is that one. Any other
is looked at and forgotten: what its token says of it is its vector, so that any server of the library can go on from it.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import msgspec
import numpy as np

from vizsla.blobs import BlobError, Blobs
from vizsla.decode import DecodeError, Limits, Picture, open_picture
from vizsla.encoders.seam import Encoder, Pixels
from vizsla.records import ImageRecord, Vector
from vizsla.store import Store, Stored
from vizsla.wire import (
    WHOLE,
    CropArea,
    InsightsToken,
    InvalidRequest,
    ThumbnailId,
    parse_image_id,
)

from .vector_key import format_vector, parse_vector

UPLOAD_LIMITS = Limits(max_pixels=50_000_000, max_held=1 << 27, drawing_seconds=2)
"""More pixels than a camera's, in files of about 1 MB, are made to exhaust. What is held has room for a progressive JPEG of
twenty million pixels."""


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """How a caller names an image: by exactly one of four."""

    parameter: str
    """Where it stands in the request, for errors."""
    crop_parameter: str
    token: str | None = None
    image_id: str | None = None
    url: str | None = None
    data: bytes | None = None
    """The file, posted or fetched."""
    crop: CropArea = WHOLE

    def invalid(self, value: str, more_details: str) -> InvalidRequest:
        return InvalidRequest.invalid(self.parameter, value[:200], more_details)


class Subject(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The image that is meant."""

    vector: Vector | None
    """Of the region, `(dimension,)` float32; `None`: its looks are not known."""
    token: str
    """Names the image in a later call."""
    copies: tuple[Stored, ...] = ()
    """The records that show this picture, the one that is meant first; empty: it is not in the library."""
    crop: CropArea = WHOLE

    @property
    def record(self) -> ImageRecord | None:
        return self.copies[0].record if self.copies else None


class _Found(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    copies: tuple[Stored, ...] = ()
    vector: Vector | None = None
    data: bytes | None = None


class Subjects:
    """Finds out which image is meant. Safe to call from several threads.

    Args:
        encoder: opens the library's encoder; called when the first pixels are looked at.
        dimension: of the library's vectors.
        original: the file of a record, if it is on this machine and still the same.
        copy_of: the content id of a record that a picture is a copy of, told by its small rendition.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        encoder: Callable[[], Encoder],
        dimension: int,
        original: Callable[[ImageRecord], bytes | None],
        copy_of: Callable[[Pixels], bytes | None],
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._encoder = encoder
        self._dimension = dimension
        self._original = original
        self._copy_of = copy_of

    def known(self, meant: Meant) -> Subject | None:
        """The image, if no pixel needs to be looked at; an address of others is not known.

        Raises:
            InvalidRequest: it names no image.
        """
        if meant.url is not None:
            return None
        found = self._find(meant)
        if not meant.crop.whole and found.vector is None:
            return None
        vector = found.vector if found.vector is not None else self._kept_vector(found)
        return None if vector is None else _subject(found, vector, meant.crop)

    def kept(self, image_id: str) -> Subject | None:
        """An image of the library, as it is known without looking."""
        try:
            stored = self._store.find(parse_image_id(image_id))
        except ValueError:
            return None
        if stored is None:
            return None
        found = _Found(copies=self._with_copies(stored))
        return _subject(found, self._kept_vector(found), WHOLE)

    def seen(self, meant: Meant) -> Subject:
        """The image, looked at: tens of milliseconds of a core.

        Raises:
            InvalidRequest: it names no image, or what is posted is no picture.
        """
        found = self._find(meant)
        if found.data is not None:
            return self._posted(meant, found.copies, found.data)
        return _subject(found, self._vector(meant, found), meant.crop)

    def _posted(self, meant: Meant, copies: tuple[Stored, ...], data: bytes) -> Subject:
        """What a file shows; as a whole, a copy looks like the record whose token it gets."""
        try:
            picture = _opened(data, meant.crop)
        except DecodeError as error:
            raise meant.invalid("", f"It cannot be read as a picture: {error}.") from None
        if not copies and (content_id := self._copy_of(picture.small)):
            copies = self._with_copies(*self._store.of_content(content_id))
        found = _Found(copies=copies)
        kept = self._kept_vector(found) if meant.crop.whole else None
        return _subject(found, self._encoded(picture, meant.crop) if kept is None else kept, meant.crop)

    def _find(self, meant: Meant) -> _Found:
        if meant.data is not None:
            return _Found(copies=self._of_bytes(meant.data), data=meant.data)
        if meant.token is not None:
            return self._of_token(meant, meant.token)
        assert meant.image_id is not None
        return self._of_id(meant, meant.image_id)

    def _of_bytes(self, data: bytes) -> tuple[Stored, ...]:
        """Also of a file with a line end behind it, as a published .NET sample posts it."""
        same = self._store.of_content(_content_id(data))
        if not same and data.endswith(b"\r\n"):
            same = self._store.of_content(_content_id(data[:-2]))
        return self._with_copies(*same)

    def _of_token(self, meant: Meant, text: str) -> _Found:
        try:
            token = InsightsToken.parse(text)
            copies = self._of_parts(token)
            if copies:
                return _Found(copies=copies)
            if token.bcid is None:
                raise ValueError("The image is not in the library, or not any more.")
            vector = parse_vector(token.bcid, self._dimension)
        except ValueError as reason:
            raise meant.invalid(text, str(reason)) from None
        if not meant.crop.whole:
            raise InvalidRequest.invalid(
                meant.crop_parameter, "", "The picture was posted and is not kept: post it again to crop it."
            )
        return _Found(vector=vector)

    def _of_parts(self, token: InsightsToken) -> tuple[Stored, ...]:
        """By image id; a picture that was removed there may still be elsewhere, which its bytes tell."""
        if token.mid and (stored := self._store.find(parse_image_id(token.mid))):
            return self._with_copies(stored)
        if token.thid and token.bcid is None:
            return self._with_copies(*self._store.of_content(ThumbnailId.parse(token.thid).content_id))
        return ()

    def _of_id(self, meant: Meant, text: str) -> _Found:
        try:
            stored = self._store.find(parse_image_id(text))
        except ValueError as reason:
            raise meant.invalid(text, str(reason)) from None
        if stored is None:
            raise meant.invalid(text, "The image is not in the library, or not any more.")
        return _Found(copies=self._with_copies(stored))

    def _with_copies(self, *same: Stored) -> tuple[Stored, ...]:
        """Records with the same bytes, then all others that show the picture."""
        if not same:
            return ()
        found = {stored.number: stored for stored in (*same, *self._store.of_group(same[0].record.group))}
        return tuple(found.values())

    def _kept_vector(self, found: _Found) -> Vector | None:
        return self._store.vector(found.copies[0].number) if found.copies else None

    def _vector(self, meant: Meant, found: _Found) -> Vector | None:
        """Of a record's own file, or else of the thumbnail that is kept of it."""
        record = found.copies[0].record
        for read in (self._original, self._thumbnail):
            try:
                if (data := read(record)) is not None:
                    return self._encoded(_opened(data, meant.crop), meant.crop)
            except (DecodeError, BlobError):
                continue
        return self._kept_vector(found)

    def _thumbnail(self, record: ImageRecord) -> bytes | None:
        return self._blobs.get(record.content_id)

    def _encoded(self, picture: Picture, crop: CropArea) -> Vector:
        encoder = self._encoder()
        square = picture.square(encoder.geometry, (crop.left, crop.top, crop.right, crop.bottom))
        vector: Vector = encoder.encode_images(np.asarray(square)[None])[0]
        return vector


def _opened(data: bytes, crop: CropArea) -> Picture:
    detail = 1 / min(crop.right - crop.left, crop.bottom - crop.top)
    return open_picture(data, UPLOAD_LIMITS, detail=detail)


def _content_id(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _subject(found: _Found, vector: Vector | None, crop: CropArea) -> Subject:
    return Subject(vector=vector, token=_token(found, vector), copies=found.copies, crop=crop)


def _token(found: _Found, vector: Vector | None) -> str:
    if found.copies:
        record = found.copies[0].record
        name = ThumbnailId(record.content_id, record.thumbnail_width, record.thumbnail_height)
        return str(InsightsToken.of(record.image_id, name, record.group))
    assert vector is not None
    return str(InsightsToken(bcid=format_vector(vector)))
