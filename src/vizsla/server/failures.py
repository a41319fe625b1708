"""Errors that nothing further inside has answered."""

from __future__ import annotations

import logging

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vizsla.wire import ServerError, WireError

from .errors import refusal
from .headers import trace_id

log = logging.getLogger("vizsla")


class Failures:
    """Answers for everything inside of it; what nobody expected is logged here, once.

    Starlette would raise such an error again, so that the ASGI server logs it a second time.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        request = Request(scope)
        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except WireError as error:
            answer = refusal(request, error)
        except Exception:
            log.exception("%s %r failed (trace %s)", request.method, request.url.path, trace_id(request))
            request.state.logged = True
            answer = refusal(request, ServerError())
        else:
            return
        if not started:  # else the connection breaks off, which tells the caller
            await answer(scope, receive, send)
