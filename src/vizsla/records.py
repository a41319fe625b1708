"""The vocabulary between adding, indexing and searching.

`ImageRecord` is one image as the library knows it; `Claims` is what somebody says about it; `Filters` is what a
search demands of it; `Change` is how the store tells an engine. `COLUMNS` names every property that can be
filtered or counted, once: engines derive their fields, bitmaps and queries from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec
import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Integer = int

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,8}")


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a manifest, a page or the file itself says about an image. `None` and `()` mean: says nothing."""

    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    creator: str | None = None
    licence: str | None = None
    """A licence code, such as `by-sa`; `unknown`: something is said that is none of them. See `wire.licences`."""
    content_url: str | None = None
    host_page_url: str | None = None
    date_published: str | None = None
    """ISO 8601 date or time."""
    language: str | None = None
    """BCP 47 tag of the text, such as `en` or `pt-BR`."""

    def over(self, other: Claims) -> Claims:
        """These claims, completed by `other` where they say nothing."""
        mine = {name: value for name in self.__struct_fields__ if (value := getattr(self, name))}
        return msgspec.structs.replace(other, **mine)


def is_language_tag(text: str) -> bool:
    """Whether `text` has the form of a BCP 47 tag; what has is at most 75 characters long."""
    return _LANGUAGE.fullmatch(text) is not None


class ImageRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One image as the library knows it: the single schema between reading and searching.

    Thousands are remembered, and nothing in one leads back to it: the garbage collector need not look at them (`gc=False`;
    docs/decisions/0006-serving.md), nor at other structs that are remembered.
    """

    image_id: str
    """40 upper-case hexadecimal characters; stays the same when the bytes change."""
    source: str
    """Address of the source, such as an absolute folder path."""
    key: str
    """Name within the source, such as a path relative to the folder, with `/`."""

    content_id: bytes
    """16-byte digest of the bytes; the thumbnail is stored under it."""
    file_size: int
    """Bytes."""
    format: str
    """Short name told from the content: jpeg, png, gif, webp, avif, heic, tiff, bmp, svg."""
    width: int
    height: int
    """Pixels of the upright picture."""
    thumbnail_width: int
    thumbnail_height: int

    aspect: str = "square"
    """square, wide or tall."""
    size_classes: tuple[str, ...] = ()
    """small, medium, large, wallpaper; may hold more than one."""
    colours: tuple[str, ...] = ()
    """Dominant colours by their v7 names in lower case, the strongest first."""
    monochrome: bool = False
    accent_colour: str = "000000"
    """Six upper-case hexadecimal digits, sRGB."""
    transparent: bool = False
    animated: bool = False
    kind: str = "photo"
    """photo, clipart or line."""
    faces: tuple[str, ...] = ()
    """face, portrait."""
    adult: bool = False
    sharpness: int = 0
    """From 0, nothing but blur, to 100."""
    perceptual_hash: bytes = b""
    """32 bytes that change little when the picture does; empty: it is too plain to be known by them."""
    group_id: bytes = b""
    """Content id of the first record that shows this picture, whatever its size or format; empty: this one."""

    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    creator: str = ""
    names: str = ""
    """Words of the file and folder names, separated by spaces."""
    text: str = ""
    """Words that are read in the picture."""
    language: str = ""
    licence: str = "unknown"

    content_url: str | None = None
    """Where the image is served; `None`: by our own server, under `/content/`."""
    host_page_url: str | None = None

    discovered: int = 0
    """When it first came into the library: Unix time, seconds, UTC."""
    published: int | None = None
    """When its owner published it, if known: Unix time, seconds, UTC."""
    analysers: dict[str, int] = {}
    """Versions of the analysers that made these fields."""

    @property
    def group(self) -> bytes:
        """What records have in common that show one picture: 16 bytes."""
        return self.group_id or self.content_id

    def __hash__(self) -> int:
        """By what tells images apart: what is made of a record can be remembered under it."""
        return hash(self.image_id)


class Change(msgspec.Struct, frozen=True):
    """One step of the change sequence: the newest state of one record."""

    sequence: int
    number: int
    """The record's number in the store: positive, dense, never used again. Engines use it as document id."""
    record: ImageRecord | None
    """`None`: it was removed."""
    vector: Vector | None = None
    """`(dimension,)` float32; `None` if the library has no encoder."""


class AnyOf(msgspec.Struct, frozen=True, tag=True):
    """The column holds at least one of the values."""

    column: str
    values: frozenset[str]


class Between(msgspec.Struct, frozen=True, tag=True):
    """The number is within the bounds, both inclusive; `None` is open. A missing number never is."""

    column: str
    low: int | None = None
    high: int | None = None


class Below(msgspec.Struct, frozen=True, tag=True):
    """The keyword is one of the domains or a name below one: `example.com` admits `www.example.com`."""

    column: str
    domains: frozenset[str]
    """In lower case, without a dot at either end."""


Condition = AnyOf | Between | Below
Filters = tuple[Condition, ...]
"""All of these hold."""

FILE_SIZE_CLAMP = 520_192
"""v7 reference, section 4.2: file sizes above this count as this, in filters and so in the column."""


class Column(msgspec.Struct, frozen=True):
    """One property that can be filtered and counted.

    `set`: any number of the `members`; `keyword`: one string out of an open vocabulary (`""`: none);
    `number`: one 64-bit integer or nothing.
    """

    name: str
    kind: Literal["set", "keyword", "number"]
    read: Callable[[ImageRecord], Iterable[str] | str | Integer | None]
    members: tuple[str, ...] = ()


def _kinds(record: ImageRecord) -> tuple[str, ...]:
    """Values of the v7 `imageType` that the record answers to."""
    if record.animated and record.format == "gif":
        https = (record.content_url or "").startswith("https:")
        return ("animatedgif", "animatedgifhttps") if https else ("animatedgif",)
    return (record.kind, "transparent") if record.transparent else (record.kind,)


def _colours(record: ImageRecord) -> tuple[str, ...]:
    return (*record.colours, "monochrome" if record.monochrome else "coloronly")


def _site(record: ImageRecord) -> str:
    try:
        return urlsplit(record.host_page_url or record.content_url or "").hostname or ""
    except ValueError:  # an address that was never one must not keep a record from being found
        return ""


COLUMNS: tuple[Column, ...] = (
    Column("aspect", "set", lambda r: (r.aspect,), ("square", "wide", "tall")),
    Column(
        "colour",
        "set",
        _colours,
        (
            *("black", "blue", "brown", "gray", "green", "orange", "pink", "purple", "red", "teal"),
            *("white", "yellow", "coloronly", "monochrome"),
        ),
    ),
    Column(
        "kind",
        "set",
        _kinds,
        ("photo", "clipart", "line", "animatedgif", "animatedgifhttps", "transparent", "shopping"),
    ),
    Column("face", "set", lambda r: r.faces, ("face", "portrait")),
    Column(
        "licence",
        "set",
        lambda r: (r.licence,),
        ("cc0", "by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd", "unknown"),
    ),
    Column("size", "set", lambda r: r.size_classes, ("small", "medium", "large", "wallpaper")),
    Column("adult", "set", lambda r: ("adult" if r.adult else "safe",), ("safe", "adult")),
    Column("width", "number", lambda r: r.width),
    Column("height", "number", lambda r: r.height),
    Column("file_size", "number", lambda r: min(r.file_size, FILE_SIZE_CLAMP)),
    Column("sharpness", "number", lambda r: r.sharpness),
    Column("group", "number", lambda r: int.from_bytes(r.group[:8]) >> 1),
    Column("discovered", "number", lambda r: r.discovered),
    Column("published", "number", lambda r: r.published),
    Column("format", "keyword", lambda r: r.format),
    Column("language", "keyword", lambda r: r.language),
    Column("site", "keyword", _site),
    Column("source", "keyword", lambda r: r.source),
)


_BY_NAME = {column.name: column for column in COLUMNS}


def passes(record: ImageRecord, filters: Filters) -> bool:
    """Whether a record is within the filters, as an engine decides it."""
    return all(_holds(condition, _BY_NAME[condition.column].read(record)) for condition in filters)


def _holds(condition: Condition, value: Iterable[str] | str | Integer | None) -> bool:
    if value is None:
        return False
    if isinstance(condition, Between):
        assert isinstance(value, int)
        return (condition.low is None or condition.low <= value) and (
            condition.high is None or value <= condition.high
        )
    assert not isinstance(value, int)
    values = (value,) if isinstance(value, str) else value
    if isinstance(condition, AnyOf):
        return any(one in condition.values for one in values)
    return any(is_below(one, domain) for one in values for domain in condition.domains)


def is_below(name: str, domain: str) -> bool:
    """Whether a host name is the domain or lies below it."""
    return name == domain or name.endswith(f".{domain}")
