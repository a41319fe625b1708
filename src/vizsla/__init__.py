"""Vizsla: a self-hosted image search engine that speaks the Bing Image Search API v7.

    with vizsla.Client("http://127.0.0.1:8000", key) as client:
        figure = vizsla.grid(client.search("puppies"))

Each name below is loaded when it is first used, with the room that it lives in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from vizsla.client import AsyncClient, Client, ClientError, NoAnswer, UnexpectedAnswer, grid
    from vizsla.library import Choices, Library, LibraryError
    from vizsla.settings import Settings
    from vizsla.sources import open_source
    from vizsla.wire import Image, Images, SearchParameters, WireError

__version__ = "0.1.0"

__all__ = [
    "AsyncClient",
    "Choices",
    "Client",
    "ClientError",
    "Image",
    "Images",
    "Library",
    "LibraryError",
    "NoAnswer",
    "SearchParameters",
    "Settings",
    "UnexpectedAnswer",
    "WireError",
    "grid",
    "open_source",
]

_ROOMS: Final = {
    "client": ("AsyncClient", "Client", "ClientError", "NoAnswer", "UnexpectedAnswer", "grid"),
    "library": ("Choices", "Library", "LibraryError"),
    "settings": ("Settings",),
    "sources": ("open_source",),
    "wire": ("Image", "Images", "SearchParameters", "WireError"),
}
_ROOM_OF: Final = {name: room for room, names in _ROOMS.items() for name in names}


if not TYPE_CHECKING:  # type checkers know the names from above, and that there are no others

    def __getattr__(name: str) -> object:
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
