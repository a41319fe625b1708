"""`/openapi.json` and `/docs`: the API, told to programs and to people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vizsla.web import Pages

from .admission import HEADER
from .hosts import Hosts
from .openapi import described, document
from .pages import html_page


class Documentation:
    """Both are made when they are first asked for."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._pages = Pages()

    async def openapi(self, request: Request) -> Response:
        """`GET /openapi.json`"""
        return Response(
            document(), media_type="application/json", headers={"Access-Control-Allow-Origin": "*"}
        )

    async def page(self, request: Request) -> HTMLResponse:
        """`GET /docs`"""
        addresses = self._hosts.addresses(request)
        return html_page(self._pages.docs(addresses.base, described(), HEADER), addresses)
