"""What the file itself says about its picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import msgspec

from vizsla.analyse.exif import exif_claims
from vizsla.analyse.iptc import iptc_claims
from vizsla.analyse.rdf import svg_claims, xmp_claims
from vizsla.analyse.seam import Analyser
from vizsla.analyse.words import MAX_TEXT, iso_date, line
from vizsla.decode import Picture
from vizsla.records import Claims
from vizsla.wire.licences import licence_from_notice, licence_from_text, most_restrictive

LICENCE_KEYWORDS: dict[str, Callable[[str], str | None]] = {
    "Copyright": licence_from_notice,
    "License": licence_from_text,
    "Licence": licence_from_text,
    "Rights": licence_from_notice,
}
"""Each with its reader. The first is the specification's, the others are what programs write."""


def read(picture: Picture) -> Claims:
    """Claims of every block; where several speak, the one that programs write with most care counts, but of licences the
    most restrictive: whoever wrote the other may not have been asked. `unknown` is a licence that is none of ours."""
    blocks = picture.blocks
    spoken = (
        svg_claims(blocks.svg),
        xmp_claims(blocks.xmp),
        iptc_claims(blocks.iptc),
        exif_claims(blocks.exif),
        text_claims(blocks.texts),
    )
    licence = most_restrictive(claims.licence for claims in spoken)
    return msgspec.structs.replace(reduce(Claims.over, spoken), licence=licence)


def text_claims(texts: Mapping[str, str]) -> Claims:
    """PNG text chunks by the keywords of the PNG specification, section 11.3.3.2."""
    licences = (
        reader(text)
        for keyword, reader in LICENCE_KEYWORDS.items()
        if (text := texts.get(keyword, "")).strip()
    )
    return Claims(
        title=line(texts.get("Title")),
        description=line(texts.get("Description"), MAX_TEXT),
        creator=line(texts.get("Author")),
        licence=most_restrictive(licences),
        date_published=iso_date(texts.get("Creation Time")),
    )


ANALYSER = Analyser("metadata", 3, read)
