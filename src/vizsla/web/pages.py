"""Rendering pages. The templates escape whatever they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from vizsla.records import ImageRecord
from vizsla.wire import (
    LICENCES,
    Aspect,
    Color,
    Freshness,
    Image,
    ImageContent,
    Images,
    ImageType,
    License,
    SafeSearch,
    SearchParameters,
    Size,
    TrendingImages,
    to_pairs,
)

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"

CHOICES: Final = (
    ("imageType", "Any type", [kind for kind in ImageType if "Https" not in kind and kind != "Shopping"]),
    ("color", "Any colour", list(Color)),
    ("size", "Any size", [size for size in Size if size != "All"]),
    ("aspect", "Any shape", [aspect for aspect in Aspect if aspect != "All"]),
    ("license", "Any licence", [licence for licence in License if licence != "All"]),
    ("imageContent", "Any content", list(ImageContent)),
    ("freshness", "Any time", list(Freshness)),
    ("safeSearch", "Moderate safe search", [level for level in SafeSearch if level != "Moderate"]),
)
"""Filters that the page offers: parameter, what its absence is called, values."""

LABELS: Final = {
    "AnimatedGif": "Animated",
    "Clipart": "Clip art",
    "Line": "Line drawing",
    "ColorOnly": "In colour",
    "Monochrome": "Black and white",
    "Any": "Some licence",
    "Public": "Public domain",
    "Share": "Free to share",
    "ShareCommercially": "Free to share commercially",
    "Modify": "Free to modify",
    "ModifyCommercially": "Free to modify commercially",
    "Face": "Faces",
    "Portrait": "Head and shoulders",
    "Day": "Last 24 hours",
    "Week": "Last 7 days",
    "Month": "Last 30 days",
    "Off": "No safe search",
    "Strict": "Strict safe search",
}
"""What values are called, where not as on the wire."""


OF_ONE_QUERY: Final = ("q", "offset", "id")
"""What is not asked again with another query: the words, the page, the picture that is to come first."""


class Copy(NamedTuple):
    """Another file that shows a picture."""

    record: ImageRecord
    image: Image


class Pages:
    """Renders pages as HTML. `base` is the beginning of our addresses, without a slash at its end."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(choices=CHOICES, labels=LABELS, query="", chosen={})
        self._templates.filters.update(bytes=_bytes, code=_code)

    def home(self, base: str, newest: list[Image], count: int) -> str:
        """The first page: some pictures, and how many there are."""
        return self._render("home.html", base=base, newest=newest, count=count)

    def results(self, base: str, parameters: SearchParameters, answer: Images) -> str:
        """A page of results, with the ways to its neighbours."""
        given = dict(to_pairs(parameters))
        at, after = parameters.offset, answer.next_offset
        more = answer.value and after < answer.total_estimated_matches
        return self._render(
            "results.html",
            base=base,
            query=parameters.q,
            chosen=given,
            kept=_kept(given),
            answer=answer,
            previous=_page(given, max(0, at - parameters.count)) if at > 0 else None,
            following=_page(given, after) if more else None,
        )

    def picture(
        self,
        base: str,
        record: ImageRecord,
        image: Image,
        query: str,
        similar: Sequence[Image] = (),
        words: str = "",
        copies: Sequence[Copy] = (),
    ) -> str:
        """The page about one image, with its copies, and with others that look like it and are as `words` say."""
        licence = LICENCES[record.licence]
        shown = {"record": record, "image": image, "licence": licence, "copies": copies, "similar": similar}
        return self._render("picture.html", base=base, query=query, words=words, **shown)

    def trending(self, base: str, answer: TrendingImages) -> str:
        """The page with what people look for."""
        return self._render("trending.html", base=base, answer=answer)

    def docs(self, base: str, document: Mapping[str, Any], header: str) -> str:
        """The page about the API.

        Args:
            document: the OpenAPI document.
            header: the name of the header that carries the key.
        """
        operations = [each for methods in document["paths"].values() for each in methods.values()]
        return self._render("docs.html", base=base, document=document, header=header, operations=operations)

    def sorry(self, base: str, message: str) -> str:
        """A page that says what went wrong."""
        return self._render("sorry.html", base=base, message=message)

    def _render(self, name: str, **values: Any) -> str:
        return self._templates.get_template(name).render(values)


def _page(given: dict[str, str], offset: int) -> str:
    return urlencode({**given, "offset": str(offset)})


def _kept(given: dict[str, str]) -> str:
    """What an address of other results goes on with, so that they are within the same filters."""
    return "".join(f"&{urlencode({name: given[name]})}" for name in given if name not in OF_ONE_QUERY)


def _bytes(size: int) -> str:
    """A number of bytes as people say it."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:,.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"


def _code(text: str) -> Markup:
    """What stands between backticks as code."""
    words = (
        escape(part) if place % 2 == 0 else _CODE.format(part) for place, part in enumerate(text.split("`"))
    )
    return Markup().join(words)


_CODE: Final = Markup("<code>{}</code>")
