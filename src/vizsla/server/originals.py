"""`/content/{imageId}`: originals of images that have no address of their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse

from vizsla.records import ImageRecord
from vizsla.settings import Settings
from vizsla.sources import FolderSource, ItemError, SourceError
from vizsla.store import Store
from vizsla.wire import NotFound, parse_image_id

from .conditional import has, has_any

MEDIA_TYPES: Final = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "heic": "image/heic",
    "tiff": "image/tiff",
    "bmp": "image/bmp",
    "svg": "image/svg+xml",
}

HARMLESS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    "Cache-Control": "public, max-age=3600",
}
"""A drawing may hold scripts and a file may pretend: neither runs in our name."""


class Originals:
    """Serves the files of a library's folders."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    async def get(self, request: Request) -> Response:
        """`GET /content/{imageId}`"""
        if not self._settings.originals:
            raise NotFound("This server does not give originals away.")
        record = await run_in_threadpool(self._record, request.path_params["image_id"])
        path, state = await run_in_threadpool(self._file, record)
        media_type = MEDIA_TYPES[record.format]
        response = FileResponse(path, media_type=media_type, headers=HARMLESS, stat_result=state)
        if has(request, response.headers["etag"]) or has_any(request):
            return NotModifiedResponse(response.headers)
        return response

    def _file(self, record: ImageRecord) -> tuple[Path, os.stat_result]:
        try:
            folder = FolderSource(Path(record.source), max_file_bytes=self._settings.max_file_bytes)
            path = folder.resolve(record.key)
            return path, path.stat()
        except (SourceError, ItemError, OSError):
            raise NotFound("The original is no longer where it was added from.") from None

    def _record(self, text: str) -> ImageRecord:
        try:
            stored = self._store.find(parse_image_id(text))
        except ValueError:
            stored = None
        if stored is None or stored.record.content_url:
            raise NotFound("There is no such image.")
        return stored.record
