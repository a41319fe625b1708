"""The table of analysers, and the one call that runs it. Importing it brings the decoder."""

from __future__ import annotations

from typing import Any

import msgspec

from vizsla.analyse import (
    adult,
    animation,
    colour,
    copies,
    digest,
    faces,
    geometry,
    kind,
    metadata,
    sharpness,
    transparency,
)
from vizsla.analyse.seam import Analyser
from vizsla.decode import Picture
from vizsla.records import Claims

ANALYSERS: tuple[Analyser, ...] = (
    digest.ANALYSER,
    geometry.ANALYSER,
    colour.ANALYSER,
    transparency.ANALYSER,
    animation.ANALYSER,
    kind.ANALYSER,
    copies.ANALYSER,
    metadata.ANALYSER,
    sharpness.ANALYSER,
    faces.ANALYSER,
    adult.ANALYSER,
)


class Analysis(msgspec.Struct, frozen=True):
    """What all analysers found."""

    fields: dict[str, Any]
    """Fields of `ImageRecord` by name, without those that claims fill."""
    claims: Claims
    """What the file says about itself; manifests and owners overrule it."""
    versions: dict[str, int]
    """`ImageRecord.analysers`."""


def analyse(
    picture: Picture, *, without: frozenset[str] = frozenset(), also: tuple[Analyser, ...] = ()
) -> Analysis:
    """Run the table over one picture.

    Args:
        without: names of analysers that are left out; what they would find keeps its default.
        also: optional ones to run as well.
    """
    rows = [row for row in (*ANALYSERS, *also) if row.name not in without]
    found = [row.run(picture) for row in rows]
    claims = next(part for part in found if isinstance(part, Claims))
    fields: dict[str, Any] = {}
    for part in found:
        if part is not claims:
            fields |= msgspec.structs.asdict(part)
    return Analysis(fields, claims, {row.name: row.version for row in rows})
