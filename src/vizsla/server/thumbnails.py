"""`/th`: thumbnails, for everybody who has an address (v7 reference, section 10)."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from vizsla.blobs import Blobs
from vizsla.decode import Rendition, resize
from vizsla.decode.formats import tell_format
from vizsla.decode.thumbnail import MEDIA_TYPES
from vizsla.wire import InvalidRequest, NotFound, Parameter, ThumbnailId, number, read_parameters

from .headers import FOREVER, query_pairs

_CROPS: Final = {"4": "blind", "7": "smart", "14": "smart"}


def _crop(value: str) -> str:
    """`c`; a value that is not documented crops nothing."""
    return _CROPS.get(value.strip(), "none")


def _pad(value: str) -> bool:
    """`p`; only `0` is documented."""
    return value.strip() != "0"


PARAMETERS: Final = (
    Parameter("id", "id", str.strip),
    Parameter("w", "width", number()),
    Parameter("h", "height", number()),
    Parameter("c", "crop", _crop),
    Parameter("p", "pad", _pad),
)


class Thumbnails:
    """Serves what adding has kept, as it is or resized; nothing is enlarged."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def get(self, request: Request) -> Response:
        """`GET /th?id=..`"""
        asked = read_parameters(PARAMETERS, query_pairs(request))
        name = _name(asked.pop("id", None))
        etag = _etag(name, asked)
        headers = {**FOREVER, "ETag": etag}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        kept = await run_in_threadpool(self._blobs.get, name.content_id)
        if kept is None:
            raise NotFound("There is no such thumbnail.")
        if asked.keys() & {"width", "height"}:
            made = await run_in_threadpool(resize, kept, Rendition(**asked))
            return Response(made.data, media_type=made.media_type, headers=headers)
        return Response(kept, media_type=MEDIA_TYPES[tell_format(kept)], headers=headers)


def _name(text: str | None) -> ThumbnailId:
    if not text:
        raise InvalidRequest.missing("id")
    try:
        return ThumbnailId.parse(text)
    except ValueError:
        raise NotFound("There is no such thumbnail.") from None


def _etag(name: ThumbnailId, asked: dict[str, Any]) -> str:
    size = "".join(f".{key}-{value}" for key, value in sorted(asked.items()))
    return f'"{name}{size}"'
