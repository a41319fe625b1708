"""Requests exactly as published programs put them on the wire, where no package makes them for us."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from conftest import Served
from server.shelf import raw

KEY = "Ocp-Apim-Subscription-Key"


class Answered(NamedTuple):
    """What a program sees: header names in the capitals that they had."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    served: Served,
    target: str,
    *headers: str,
    method: str = "GET",
    version: str = "1.1",
    body: bytes = b"",
    key: str | None = None,
) -> Answered:
    """One request on a connection of its own, with these header lines, the key's and those that HTTP needs."""
    sent = served.key if key is None else key
    lines = [f"{method} {target} HTTP/{version}", f"Host: {urlsplit(served.address).netloc}", *headers]
    lines += [f"{KEY}: {sent}"] if sent else []
    lines += [f"Content-Length: {len(body)}"] if method == "POST" else []
    lines += ["Connection: close"] if version == "1.1" else []
    received = raw(served.address, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    head, _, content = received.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    told = dict(line.split(": ", 1) for line in rest)
    assert "Transfer-Encoding" not in {name.title() for name in told}
    return Answered(int(first.split()[1]), told, content)


def service_headers(answered: Answered) -> dict[str, str]:
    """The headers that samples print: they look for these beginnings, and mind capitals."""
    return {
        name: value for name, value in answered.headers.items() if name.startswith(("BingAPIs-", "X-MSEdge-"))
    }


def default_tag(answered: Answered) -> dict[str, Any]:
    """The actions by kind of the tag for the whole picture."""
    assert answered.status == 200, answered.body
    (tag,) = [tag for tag in answered.json["tags"] if tag["displayName"] == ""]
    return {action["actionType"]: action for action in tag["actions"]}


def similar(answered: Answered) -> list[Any]:
    """The similar images of a visual search, as the published page reads them."""
    images: list[Any] = default_tag(answered)["VisualSearch"]["data"]["value"]
    assert all(image["thumbnailUrl"] and image["thumbnail"]["width"] for image in images)
    return images
