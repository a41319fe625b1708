"""The words of file and folder names, without what cameras, phones and programs put there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

_EXTENSIONS: Final = frozenset(
    (
        *("jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp", "avif", "avifs", "heic", "heif", "hif"),
        *("tif", "tiff", "bmp", "dib", "svg", "svgz", "jp2", "j2k", "jxl", "ico", "pcx", "psd", "tga"),
        *("cr2", "cr3", "nef", "arw", "dng", "raf", "orf", "rw2"),
        *("sgi", "dds", "blp", "pbm", "pgm", "ppm", "pnm", "exr", "hdr", "qoi", "xcf", "xpm", "wmf", "emf"),
    )
)


def claims_image(name: str) -> bool:
    """Whether a file name ends like that of an image."""
    return _stem(name) != name


def is_utf8(name: str) -> bool:
    """Python stands in for other bytes with surrogates, which no database and no answer can hold."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def words_of(path: str) -> str:
    """The words in a relative path, separated by spaces, in the order and case in which they stand.

    Percent-encoding is decoded, underscores, hyphens and camelCase are taken apart, Unicode is kept (NFC). Not words:
    the image extension, counters (`IMG_1234`), times (`20230101_120000`), UUIDs, hashes, numbers.
    """
    text = unicodedata.normalize("NFC", _decoded(_stem(path)))
    if not text.isalpha():
        text = _spaced(_GIVEN.sub(" ", text))
    words = (token.strip("'’") for token in text.split())
    return " ".join(part for word in words if _is_word(word) for part in _humps(word))


_MAKERS: Final = (
    *("img", "_mg", "imgp", "imag", "image", "cimg", "kimg", "himg", "hpim", "mvimg", "mvi", "mov", "vid"),
    *("dsc", "_dsc", "dscf", "dscn", "dsci", "dcp", "dcim", "dji", "gopr", "gp", "gx", "gh", "pict", "pic"),
    *("photo", "picture", "pxl", "pano", "burst", "sam", "sdc", "stp", "scan", "scn", "wp", "p"),
)
"""What stands before a counter of at least three digits; most by the DCF standard, some by phones."""

_DATE: Final = r"(?:19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d"
_TIME: Final = r"[0-2]\d[-_.:]?[0-5]\d(?:[-_.:]?[0-5]\d)?\d{0,3}(?:[ _\u202f]?[ap]m(?![^\W_]))?"

_GIVEN: Final = re.compile(
    rf"""(?<![^\W_])(?:
        (?:(?:screen[-_ ]?shot|screen[-_ ]?recording|whatsapp[-_ ]image|signal)[-_ ])?
            {_DATE}(?:(?:[-_ T]|[-_ ]at[-_ ]){_TIME})?
      | (?:{"|".join(_MAKERS)})[-_ ]?\d{{3,}}(?:[-_.]\d+)*(?:[-_]wa\d+)?
      | p[0-9a-c]\d{{6}}
      | \d+(?:_[0-9a-f]{{6,}})+_[a-z]
      | [0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}
    )(?![^\W_])""",
    re.IGNORECASE | re.VERBOSE,
)
"""Names that a device, a program or a photo site gave, wherever they stand between other words."""

_HASH: Final = re.compile(r"[0-9a-f]{8,}", re.IGNORECASE)
_MOST_DIGITS: Final = 4
"""A year in a word (`windows2000`) is the most that people write; codes have more."""
_MOST_SWITCHES: Final = 3
"""From letters to digits and back in one word: `r2d2` has three."""

_ASCII_SPACED: Final = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "'")}


def _stem(path: str) -> str:
    """The path without the extensions of images at its end."""
    while True:
        stem, _, extension = path.rpartition(".")
        if not stem or extension.lower() not in _EXTENSIONS:
            return path
        path = stem


def _decoded(path: str) -> str:
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        return path


def _spaced(text: str) -> str:
    """The text with a space for all that is not a letter, a mark, a digit or an apostrophe."""
    if text.isascii():
        return text.translate(_ASCII_SPACED)
    return "".join(c if c in "'’" or unicodedata.category(c)[0] in "LMN" else " " for c in text)


def _is_word(token: str) -> bool:
    if token.isalpha():
        return True
    digits = [c.isdecimal() for c in token]
    switches = sum(a != b for a, b in pairwise(digits))
    return (
        any(map(str.isalpha, token))
        and sum(digits) <= _MOST_DIGITS
        and switches <= _MOST_SWITCHES
        and not (any(digits) and _HASH.fullmatch(token))
    )


def _humps(token: str) -> Iterator[str]:
    """`GoldenRetriever` as two words; `iPhone`, `McDonald` and `JPEGs` stay whole."""
    start = 0
    if token.lower() != token:
        for at in range(1, len(token)):
            if token[at].isupper() and (_ends_word(token[start:at]) or _ends_acronym(token, at)):
                yield token[start:at]
                start = at
    yield token[start:]


def _ends_word(before: str) -> bool:
    return before[-1].islower() and len(before) > 1 and before != "Mc"


def _ends_acronym(token: str, at: int) -> bool:
    after = token[at + 1 : at + 3]
    return token[at - 1].isupper() and len(after) == 2 and after.isalpha() and after.islower()
