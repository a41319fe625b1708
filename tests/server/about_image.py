"""What tests of details and visual search share: pictures made out of the gallery's, and ways to ask about them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageOps

from conftest import Served
from vizsla.gallery import gallery_directory

from .shelf import KEY

ASTRONAUT = "photographs/astronaut.jpg"
SAMPLE = (
    ASTRONAUT,
    "photographs/cameraman.jpg",
    "photographs/brick-wall.jpg",
    "music/gramophone.png",
    "flowers/sunflower.png",
    "food/cup-of-coffee.png",
)
"""Pictures of the gallery that are unlike its others."""


def picture(key: str, *, width: int = 200, box: Sequence[float] = (0, 0, 1, 1)) -> bytes:
    """A JPEG of a picture of the gallery, mirrored, so that it is in no library: of a region of it, `width` pixels wide."""
    return _jpeg(ImageOps.mirror(_over_white(key, box)), width)


def smaller_copy(key: str, *, width: int = 200) -> bytes:
    """A JPEG of a picture of the gallery, `width` pixels wide."""
    return _jpeg(_over_white(key, (0, 0, 1, 1)), width)


def _over_white(key: str, box: Sequence[float]) -> Image.Image:
    with Image.open(gallery_directory() / key) as opened:
        over = Image.new("RGBA", opened.size, "white")
        over.alpha_composite(opened.convert("RGBA"))
    sides = (over.width * box[0], over.height * box[1], over.width * box[2], over.height * box[3])
    return over.convert("RGB").crop(tuple(map(round, sides)))  # type: ignore[arg-type]


def _jpeg(image: Image.Image, width: int) -> bytes:
    made = io.BytesIO()
    image.resize((width, max(1, width * image.height // image.width))).save(made, "JPEG", quality=80)
    return made.getvalue()


def original(key: str) -> bytes:
    return (gallery_directory() / key).read_bytes()


class Asking:
    """Asks one server about images."""

    def __init__(self, served: Served) -> None:
        self.address = served.address
        self.library = served.library
        self._headers = {KEY: served.key}

    def record_id(self, key: str) -> str:
        (image_id,) = self.library.store.of_source(str(gallery_directory().resolve()), key)
        return image_id

    def image(self, key: str) -> dict[str, Any]:
        """A picture of the gallery, as a search answers it."""
        stored = self.library.store.find(self.record_id(key))
        assert stored is not None
        params: dict[str, Any] = {"q": stored.record.title, "id": stored.record.image_id, "safeSearch": "Off"}
        found: dict[str, Any] = self.get("/v7.0/images/search", **params).json()["value"][0]
        assert found["imageId"] == stored.record.image_id
        return found

    def get(self, path: str, **params: Any) -> httpx.Response:
        return httpx.get(self.address + path, params=params, headers=self._headers, timeout=60)

    def details(self, **params: Any) -> httpx.Response:
        return self.get("/v7.0/images/details", **params)

    def post_details(self, data: bytes, name: str = "file", **params: Any) -> httpx.Response:
        return httpx.post(
            f"{self.address}/v7.0/images/details",
            params=params,
            files={name: ("C:\\a.jpg", data)},
            headers=self._headers,
            timeout=60,
        )

    def look(self, request: Any = None, image: bytes | None = None, **params: Any) -> httpx.Response:
        """Visual search, as the Python SDKs post it."""
        files: list[tuple[str, Any]] = []
        if request is not None:
            files.append(("knowledgeRequest", (None, json.dumps(request))))
        if image is not None:
            files.append(("image", ("img.jpg", image, "application/octet-stream")))
        return self.post(None, None, files=files, **params)

    def post(
        self, content: bytes | None, content_type: str | None, *, files: Any = None, **params: Any
    ) -> httpx.Response:
        headers = self._headers | ({"Content-Type": content_type} if content_type is not None else {})
        return httpx.post(
            f"{self.address}/v7.0/images/visualsearch",
            params=params,
            content=content,
            files=files,
            headers=headers,
            timeout=60,
        )


def ids(images: list[dict[str, Any]]) -> list[str]:
    return [image["imageId"] for image in images]


def action(answer: dict[str, Any], kind: str) -> dict[str, Any]:
    """The action of that kind in the default tag."""
    (found,) = (one for one in answer["tags"][0]["actions"] if one["actionType"] == kind)
    return dict(found)


def error_of(response: httpx.Response) -> tuple[int, str | None, str | None]:
    """Status, sub-code and parameter of a refusal."""
    body = response.json()
    assert body["_type"] == "ErrorResponse", body
    (error,) = body["errors"]
    return response.status_code, error.get("subCode"), error.get("parameter")


def contract(title: str) -> list[list[str]]:
    """Cells of the first table under a title of docs/contract.md, without its head."""
    page = (Path(__file__).parents[2] / "docs" / "contract.md").read_text("utf-8")
    table = page.partition(f"\n## {title}\n")[2].partition("\n|")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def coded(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def outcome(response: httpx.Response, names: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    """What the page writes of an answer: `names` of it, or the refusal in one piece."""
    if response.status_code == 200:
        return names(response.json())
    return [" ".join(map(str, error_of(response)))]
