"""What a caller accepts: headers of the kind `Accept: a, b;q=0.5` (RFC 9110, section 12.4)."""

from __future__ import annotations

import re
from typing import Final

_QUALITY: Final = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


def qualities(header: str) -> dict[str, float]:
    """What is named, in lower case, and how welcome it is, from 0 (not at all) to 1.

    The last of several for one name counts; a quality that is none counts as 0.
    """
    return dict(_named(part) for part in header.split(",") if part.strip())


def _named(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    given = next((text[2:].strip() for text in parameters if text.startswith("q=")), "1")
    return name, float(given) if _QUALITY.fullmatch(given) else 0.0
