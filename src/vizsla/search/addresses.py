"""The server's own addresses, as they stand in answers."""

from __future__ import annotations

from urllib.parse import quote_plus

import msgspec

from vizsla.records import ImageRecord
from vizsla.wire import ThumbnailId, simid


def thumbnail_id(record: ImageRecord) -> ThumbnailId:
    return ThumbnailId(record.content_id, record.thumbnail_width, record.thumbnail_height)


class Addresses(msgspec.Struct, frozen=True):
    """Addresses below one base."""

    base: str
    """Scheme, host and perhaps a path, without a slash at the end."""

    def results(self, query: str, form: str) -> str:
        """Page with the results of a query. `form` tells which link was followed (v7 reference, section 6)."""
        return f"{self.base}/images/search?q={quote_plus(query)}&FORM={form}"

    def thumbnail(self, record: ImageRecord) -> str:
        """Holds a `?`, because clients append `&w=..&h=..`."""
        return f"{self.base}/th?id={thumbnail_id(record)}&pid=Api"

    def content(self, record: ImageRecord) -> str:
        """Where the image itself is."""
        return record.content_url or f"{self.base}/content/{record.image_id}"

    def page(self, record: ImageRecord, query: str = "") -> str:
        """Our page about an image, which remembers the query that led there."""
        asked = f"&q={quote_plus(query)}" if query else ""
        return (
            f"{self.base}/images/search?view=detailv2&FORM=OIIRPO{asked}"
            f"&id={record.image_id}&simid={simid(record.content_id)}"
        )

    def host_page(self, record: ImageRecord) -> str:
        """The page that shows the image: its owner's, else ours."""
        return record.host_page_url or self.page(record)
