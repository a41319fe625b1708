"""The server's own addresses, as they stand in answers."""

from __future__ import annotations

from urllib.parse import quote_plus

import msgspec

from vizsla.records import ImageRecord
from vizsla.wire import DEFAULT_MARKET, SafeSearch

_ADULT = {level: level.value.lower() for level in SafeSearch}
_QUOTED = {code: quote_plus(chr(code)) for code in range(128)}


class Addresses(msgspec.Struct, frozen=True, gc=False):
    """Addresses below one base."""

    base: str
    """Scheme, host and perhaps a path, without a slash at the end."""
    api: str = ""
    """What read links begin with."""

    def absolute(self) -> Addresses:
        """These, for a request with `X-BingApis-SDK`: its read links are absolute (v7 reference, section 2)."""
        return Addresses(self.base, f"{self.base}/v7.0/")

    def read_link(self, query: str) -> str:
        """Where the answer can be had again; the query stands in it as it was sent, as in published examples."""
        return f"{self.api}images/search?q={query}"

    def search(self, query: str) -> str:
        """The results of a query in the API, without the key."""
        return self.search_quoted(quoted(query))

    def search_quoted(self, asked: str) -> str:
        """The same, of a query that is `quoted`; where several addresses of one are made."""
        return f"{self.base}/v7.0/images/search?q={asked}"

    def representative(
        self, query: str, market: str = DEFAULT_MARKET, safe_search: SafeSearch = SafeSearch.MODERATE
    ) -> str:
        """A picture that stands for a query."""
        return self.representative_quoted(quoted(query), market, safe_search)

    def representative_quoted(self, asked: str, market: str, safe_search: SafeSearch) -> str:
        return f"{self.base}/th?q={asked}&pid=Api&mkt={market}&adlt={_ADULT[safe_search]}&t=1"

    def results(self, query: str, form: str) -> str:
        """Page with the results of a query. `form` tells which link was followed (v7 reference, section 6)."""
        return self.results_quoted(quoted(query), form)

    def results_quoted(self, asked: str, form: str) -> str:
        return f"{self.base}/images/search?q={asked}&FORM={form}"

    def thumbnail(self, name: str) -> str:
        """The thumbnail of that id. Holds a `?`, because clients append `&w=..&h=..`."""
        return f"{self.base}/th?id={name}&pid=Api"

    def content(self, record: ImageRecord) -> str:
        """Where the image itself is."""
        return record.content_url or f"{self.base}/content/{record.image_id}"

    def page(self, record: ImageRecord, group: str, asked: str = "") -> str:
        """Our page about an image.

        Args:
            group: the `simid` of its group.
            asked: the query that led there, as `asked_for` writes it.
        """
        return (
            f"{self.base}/images/search?view=detailv2&FORM=OIIRPO{asked}&id={record.image_id}&simid={group}"
        )


def asked_for(query: str) -> str:
    """A query as part of an address."""
    return f"&q={quoted(query)}" if query else ""


def quoted(text: str) -> str:
    """As `quote_plus`, in one pass; each image of an answer has texts to quote."""
    return text.translate(_QUOTED) if text.isascii() else quote_plus(text)
