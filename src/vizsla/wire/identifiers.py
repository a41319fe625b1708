"""Identifiers and the small strings of an answer: ids, tokens, sizes, dates.

Clients treat all of them as opaque; they follow the published examples so that nothing that looks at their form is
surprised. Everything is made from two values of a record: its image id, which stays when the picture changes, and its
content id, a digest of the bytes. Reading raises `ValueError` and nothing else. Source: the v7 reference, sections
6.2 and 6.7.
"""

import re
import time
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Self

import msgspec

THUMBNAIL_WIDTH: Final = 474
"""Pixels; thumbnails of the service's newer answers all have this width."""
MAX_THUMBNAIL_HEIGHT: Final = 4 * THUMBNAIL_WIDTH
"""Pixels; what is taller is made narrower than 474. The id has 12 bits for it."""

MAX_TOKEN_LENGTH: Final = 1600
"""Characters of an insights token that are looked at. Examples have about 130; that of a posted picture holds its vector, of
up to 1,152 dimensions with the encoders that there are, and stands in an address of at most 2,048."""

_IMAGE_ID: Final = re.compile(r"[0-9A-F]{40}")
_THUMBNAIL_ID: Final = re.compile(r"OIP\.([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{4})")
_ESCAPED: Final = "\\_"
_TOKEN_VALUE: Final = re.compile(r"[A-Za-z0-9._/+=-]+")


def format_image_id(digest: bytes) -> str:
    """The image id of a 20-byte digest: 40 upper-case hexadecimal digits."""
    if len(digest) != 20:
        raise ValueError("An image id is made from 20 bytes.")
    return digest.hex().upper()


def parse_image_id(text: str) -> str:
    """The image id in `text`, in its canonical upper case.

    Raises: `ValueError` if it is not 40 hexadecimal digits.
    """
    found = text.strip().upper()
    if not _IMAGE_ID.fullmatch(found):
        raise ValueError("An image id has 40 hexadecimal digits.")
    return found


class ThumbnailId(msgspec.Struct, frozen=True):
    """Names a thumbnail and says how large it is: `OIP.` and 26 characters of URL-safe base64."""

    content_id: bytes
    """16 bytes; the thumbnail is stored under them."""
    width: int
    height: int
    """Pixels of the thumbnail, 1 to 4095."""

    def __post_init__(self) -> None:
        if len(self.content_id) != 16 or not (0 < self.width < 4096 and 0 < self.height < 4096):
            raise ValueError("A thumbnail id is made from 16 bytes and a size of 1 to 4095 pixels a side.")

    def __str__(self) -> str:
        return thumbnail_id(self.content_id, self.width, self.height)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The id that is written `text`; each id has one spelling.

        Raises: `ValueError` if it is not one.
        """
        match = _THUMBNAIL_ID.fullmatch(text)
        if match is None:
            raise ValueError("A thumbnail id is OIP. and 26 characters of URL-safe base64.")
        size = int.from_bytes(urlsafe_b64decode(match[2]))
        found = cls(urlsafe_b64decode(match[1] + "=="), size >> 12, size & 0xFFF)
        if str(found) != text:
            raise ValueError("The thumbnail id is damaged.")
        return found


def thumbnail_id(content_id: bytes, width: int, height: int) -> str:
    """`str(ThumbnailId(..))` of values that are known to be in range, as those of a record; an answer has one for each image."""
    return f"OIP.{_base64url(content_id)}{_size(width, height)}"


_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def _base64url(raw: bytes) -> str:
    return b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


@lru_cache(1024)
def _size(width: int, height: int) -> str:
    """Four characters; thumbnails have few sizes."""
    return _base64url((width << 12 | height).to_bytes(3))


def simid(group: bytes) -> str:
    """The number by which the service groups similar pictures: 18 digits, the same for the same picture.

    Arguments:
        group: 16 bytes that all copies of a picture have in common.
    """
    return str(10**17 + int.from_bytes(group[:8]) % (9 * 10**17))


class InsightsToken(msgspec.Struct, frozen=True, kw_only=True):
    """What `imageInsightsToken` says: `key_value` parts joined by `*`, each optional, in this order."""

    bcid: str | None = None
    """Key of a posted picture."""
    ccid: str | None = None
    """First eight characters of the content id in ordinary base64."""
    cp: str | None = None
    """Key of a product."""
    mid: str | None = None
    """The image id."""
    simid: str | None = None
    thid: str | None = None
    """The thumbnail id. Its `_` is written as `\\_`."""

    @classmethod
    def of(cls, image_id: str, thumbnail: ThumbnailId, group: bytes) -> Self:
        """The token of an image in the library, `group` as for `simid`."""
        ccid = b2a_base64(thumbnail.content_id)[:8].decode("ascii")
        return cls(ccid=ccid, mid=image_id, simid=simid(group), thid=str(thumbnail))

    def __str__(self) -> str:
        values = (self.bcid, self.ccid, self.cp, self.mid, self.simid, self.thid)
        parts = [
            key + (value.replace("_", _ESCAPED) if "_" in value else value)
            for key, value in zip(_PREFIXES, values, strict=True)
            if value
        ]
        return "*".join(parts)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The token that is written `text`; parts with unknown keys are ignored, the first of a key counts.

        Raises: `ValueError` if it holds none of `bcid`, `mid` and `thid`, or something that is not a token.
        """
        if len(text) > MAX_TOKEN_LENGTH:
            raise ValueError("The insights token is too long.")
        parts: dict[str, str] = {}
        for part in text.strip().split("*"):
            key, _, value = part.partition("_")
            value = value.replace(_ESCAPED, "_")
            if not _TOKEN_VALUE.fullmatch(value):
                raise ValueError(
                    "The insights token is damaged. Use an imageInsightsToken as it was answered."
                )
            if key in cls.__struct_fields__:
                parts.setdefault(key, value)
        if not parts.keys() & {"bcid", "mid", "thid"}:
            raise ValueError("The insights token names no image.")
        return cls(**parts)


def insights_token(image_id: str, thumbnail: str, content_id: bytes, group: str) -> str:
    """`str(InsightsToken.of(..))`, written at once from what an answer has at hand for each image.

    Arguments:
        thumbnail: the thumbnail id as text.
        group: the `simid`, as text.
    """
    ccid = b2a_base64(content_id)[:8].decode("ascii")
    return f"ccid_{ccid}*mid_{image_id}*simid_{group}*thid_{thumbnail.replace('_', _ESCAPED)}"


_PREFIXES: Final = tuple(f"{key}_" for key in InsightsToken.__struct_fields__)


def thumbnail_size(width: int, height: int) -> tuple[int, int]:
    """Width and height in pixels of the thumbnail of a picture of `width` and `height` pixels.

    474 wide, smaller pictures are enlarged, fractions of the height are cut off. A picture more than four times as
    tall as wide is fitted to a height of 1,896 instead.
    """
    if min(width, height) < 1:
        raise ValueError("A picture has at least one pixel.")
    scaled = THUMBNAIL_WIDTH * height // width
    if scaled <= MAX_THUMBNAIL_HEIGHT:
        return THUMBNAIL_WIDTH, max(1, scaled)
    return max(1, MAX_THUMBNAIL_HEIGHT * width // height), MAX_THUMBNAIL_HEIGHT


_FIRST_SECOND: Final = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
_LAST_SECOND: Final = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def format_date(seconds: int) -> str:
    """A Unix time in whole seconds, UTC, as answers write it: `2017-11-03T08:51:00.0000000Z`.

    Seven digits of fraction as in every published example. Times outside of the years 1 to 9999 become the nearest.
    """
    within = seconds if _FIRST_SECOND <= seconds <= _LAST_SECOND else _nearest(seconds)
    return f"{_minute(within // 60)}:{within % 60:02}.0000000Z"


def _nearest(seconds: int) -> int:
    return _FIRST_SECOND if seconds < _FIRST_SECOND else _LAST_SECOND


@lru_cache(4096)
def _minute(number: int) -> str:
    """A minute, counted from the first of January 1970: a library finds its pictures a thousand or more in one."""
    return "{:04}-{:02}-{:02}T{:02}:{:02}".format(*time.gmtime(60 * number)[:5])


def content_size(size: int) -> str:
    """A number of bytes as answers write it: `897388 B`."""
    return f"{size} B"


MAX_DISPLAY_LENGTH: Final = 70
"""Characters of a display address; the longest shortened one in published examples."""


_WHOLE_WORDS: Final = re.compile(r".*[A-Za-z0-9](?=[^A-Za-z0-9])", re.DOTALL)


def display_url(url: str) -> str:
    """An address to show, not to follow: without `http://` (`https://` stays) and closing slash, at most 70 characters.

    A longer one ends with `...` after its last whole word.
    """
    shown = (url[7:] if url[:7].lower() == "http://" else url).rstrip("/")
    if len(shown) <= MAX_DISPLAY_LENGTH:
        return shown
    head = shown[: MAX_DISPLAY_LENGTH - 2]
    words = _WHOLE_WORDS.match(head)
    return f"{words[0] if words else head[:-1]}..."
