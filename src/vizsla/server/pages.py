"""The addresses of the pages for people."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vizsla.records import ImageRecord, passes
from vizsla.search import Addresses, images_of
from vizsla.search.filters import filters_of, settled
from vizsla.search.insights import MAX_COPIES
from vizsla.search.subject import Subject
from vizsla.web import Copy, Pages
from vizsla.wire import InvalidRequest, SafeSearch, SearchParameters, market_for, parse_search

from .endpoint import Asked, Rooms
from .headers import query_pairs
from .hosts import Hosts
from .searching import search

NEWEST = 60
"""Pictures on the first page."""

SIMILAR = 24
"""Pictures that are shown beside one they look like."""

SAFE = filters_of(SearchParameters(q=""), 0)
"""What the default of safe search demands of a picture."""

POLICY = (
    "default-src 'none'; img-src {ours}; style-src {ours}; form-action {ours}; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Content security policy: pictures, style and searches are ours, and nothing runs."""

SECURITY = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class WebPages:
    """Answers people's requests from the rooms that answer programs."""

    def __init__(self, rooms: Rooms, hosts: Hosts) -> None:
        self._rooms = rooms
        self._hosts = hosts
        self._pages = Pages()

    async def home(self, request: Request) -> Response:
        """`GET /`: the newest pictures."""
        return await run_in_threadpool(self._home, self._hosts.addresses(request))

    async def search(self, request: Request) -> Response:
        """`GET /images/search`: results, or with `view=detailv2&id=..` one picture."""
        given = {name.lower(): value for name, value in reversed(query_pairs(request))}
        addresses = self._hosts.addresses(request)
        if given.get("view") and given.get("id"):
            about = given["id"], given.get("q", ""), given.get("words", "").strip()
            return await run_in_threadpool(self._picture, *about, addresses)
        return await run_in_threadpool(self._results, request, addresses)

    async def trending(self, request: Request) -> Response:
        """`GET /images/trending`: what people look for, where they are."""
        market = market_for(mkt=None, cc=None, accept_language=request.headers.get("accept-language"))
        return await run_in_threadpool(self._trending, market, self._hosts.addresses(request))

    def _home(self, addresses: Addresses) -> Response:
        newest = self._rooms.searcher.newest(NEWEST, addresses)
        html = self._pages.home(addresses.base, newest.value, newest.total_estimated_matches)
        return html_page(html, addresses)

    def _results(self, request: Request, addresses: Addresses) -> Response:
        try:
            asked = Asked.of(request, parse_search(query_pairs(request)), addresses)
        except InvalidRequest as error:
            return html_page(self._pages.sorry(addresses.base, str(error)), addresses, status=400)
        answer = search(self._rooms, asked)
        chosen = settled(asked.parameters, asked.market, self._rooms.strict_markets)
        return html_page(self._pages.results(addresses.base, chosen, answer), addresses)

    def _picture(self, image_id: str, query: str, words: str, addresses: Addresses) -> Response:
        subject = self._rooms.subjects.kept(image_id)
        if subject is None or subject.record is None:
            html = self._pages.sorry(addresses.base, "This picture is not here any more.")
            return html_page(html, addresses, status=404)
        similarity = self._rooms.circle.similarity
        found = similarity.page(similarity.nearest(subject, SAFE, words=words), limit=SIMILAR)
        image, *similar = images_of([subject.record, *found.records], query, addresses)
        others = copies_of(subject)
        copies = [Copy(*pair) for pair in zip(others, images_of(others, query, addresses), strict=True)]
        html = self._pages.picture(addresses.base, subject.record, image, query, similar, words, copies)
        return html_page(html, addresses)

    def _trending(self, market: str, addresses: Addresses) -> Response:
        answer = self._rooms.trending.images(market, SafeSearch.MODERATE, addresses)
        return html_page(self._pages.trending(addresses.base, answer), addresses)


def copies_of(subject: Subject) -> list[ImageRecord]:
    """The other records that show a picture and that anybody may see, the largest first."""
    records = [stored.record for stored in subject.copies[1:] if passes(stored.record, SAFE)]
    return sorted(records, key=lambda record: (-record.width * record.height, -record.file_size))[:MAX_COPIES]


def html_page(html: str, addresses: Addresses, *, status: int = 200) -> HTMLResponse:
    """The page may be reached under another origin than the one that its addresses begin with: both are ours."""
    scheme, _, rest = addresses.base.partition("://")
    policy = POLICY.format(ours=f"'self' {scheme}://{rest.partition('/')[0]}")
    return HTMLResponse(html, status, headers={**SECURITY, "Content-Security-Policy": policy})
