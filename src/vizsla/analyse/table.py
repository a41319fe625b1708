"""The table of analysers, and the one call that runs it. Importing it brings the decoder."""

from __future__ import annotations

from typing import Any

import msgspec

from vizsla.analyse import animation, colour, digest, geometry, kind, metadata, transparency
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
    metadata.ANALYSER,
)


class Analysis(msgspec.Struct, frozen=True):
    """What all analysers found."""

    fields: dict[str, Any]
    """Fields of `ImageRecord` by name, without those that claims fill."""
    claims: Claims
    """What the file says about itself; manifests and owners overrule it."""
    versions: dict[str, int]
    """`ImageRecord.analysers`."""


def analyse(picture: Picture) -> Analysis:
    """Run the table over one picture."""
    found = [analyser.run(picture) for analyser in ANALYSERS]
    claims = next(part for part in found if isinstance(part, Claims))
    fields: dict[str, Any] = {}
    for part in found:
        if part is not claims:
            fields |= msgspec.structs.asdict(part)
    return Analysis(fields, claims, {analyser.name: analyser.version for analyser in ANALYSERS})
