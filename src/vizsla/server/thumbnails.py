"""`/th`: thumbnails, for everybody who has an address (v7 reference, section 10)."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from vizsla.blobs import Blobs
from vizsla.decode import Rendition
from vizsla.search import Searcher
from vizsla.wire import NotFound, ThumbnailId, ThumbnailParameters, parse_thumbnail

from .conditional import has, has_any
from .headers import FOREVER, query_pairs
from .renditions import Renditions
from .representatives import Representatives

log = logging.getLogger("vizsla")

FOR_A_WHILE: Final = {**FOREVER, "Cache-Control": "public, max-age=600"}
"""For what stands for a query: tomorrow another picture may."""

THREADS: Final = max(1, (cpu_count() or 1) // 2)
"""Nobody needs a key for what they do, so half of the cores stay free for those who have one."""

_DEFAULTS: Final = Rendition()


class Thumbnails:
    """Serves what adding has kept, as it is or resized, by its id or by a query."""

    def __init__(self, blobs: Blobs, searcher: Searcher) -> None:
        threads = ThreadPoolExecutor(THREADS, "vizsla-thumbnails")
        self._renditions = Renditions(blobs, threads)
        self._representatives = Representatives(searcher, threads)

    async def get(self, request: Request) -> Response:
        """`GET /th?id=..` or `GET /th?q=..`"""
        asked = parse_thumbnail(query_pairs(request))
        rendition = rendition_of(asked)
        name = _name(asked.id) if asked.id else await self._representatives.find(asked)
        etag = _etag(name, rendition)
        headers = {**(FOREVER if asked.id else FOR_A_WHILE), "ETag": etag}
        if has(request, etag):
            return Response(status_code=304, headers=headers)
        try:
            made = await self._renditions.get(name, rendition)
        except NotFound:
            if not asked.id:
                log.warning(
                    "the thumbnail %s of a hit is not there: `vizsla check` tells if it is lost", name
                )
                self._representatives.forget(asked)
            raise
        if has_any(request):
            return Response(status_code=304, headers=headers)
        return Response(made.data, media_type=made.media_type, headers=headers)


def rendition_of(asked: ThumbnailParameters) -> Rendition:
    """How the picture is wanted; what changes nothing is left out, so that one rendition has one name."""
    fields = {field: getattr(asked, field) for field in Rendition.__struct_fields__}
    sides = [name for name in ("width", "height") if fields[name] is not None]
    if len(sides) < 2:
        del fields["crop"]
    if not sides:
        del fields["pad"], fields["pixel_ratio"]
    if not asked.border:
        del fields["border_colour"]
    return Rendition(**fields)


def _name(text: str) -> ThumbnailId:
    try:
        return ThumbnailId.parse(text)
    except ValueError:
        raise NotFound("There is no such thumbnail.") from None


def _etag(name: ThumbnailId, rendition: Rendition) -> str:
    """The id, and what is not as usual: `"OIP.... .width-200.crop-smart"`."""
    wanted = (
        f".{field}-{value}"
        for field in Rendition.__struct_fields__
        if (value := getattr(rendition, field)) != getattr(_DEFAULTS, field)
    )
    return f'"{name}{"".join(wanted)}"'
