"""What an owner says about a source, and what comes of adding it."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any, Literal, get_args

import msgspec

AdultChoice = Literal["auto", "yes", "no"]
"""Each picture is judged; all are adult; the owner vouches that none is. Only the first runs the classifier."""
ADULT_CHOICES: tuple[AdultChoice, ...] = get_args(AdultChoice)


class Choices(msgspec.Struct, frozen=True):
    """What the owner says about a whole source. `None`: as was said when it was added before."""

    licence: str | None = None
    """A licence code, for images of which neither manifest nor file says anything about a licence."""
    content_base: str | None = None
    """Address below which the images are served, under their keys."""
    adult: AdultChoice | None = None
    """Whether the images are adult; never said: `auto`."""
    ocr: Literal["yes", "no"] | None = None
    """Whether words are read in the images; never said: `no`, for it takes longer than everything else together."""

    def completed(self, remembered: dict[str, str]) -> Choices:
        said = {name: getattr(self, name) or remembered.get(name) for name in self.__struct_fields__}
        return msgspec.convert(said, Choices)

    def instead_of(self) -> dict[str, dict[str, Any]]:
        """Analysers that need not run, and what the owner says in their place: fields of the record."""
        if self.adult in (None, "auto"):
            return {}
        return {"adult": {"adult": self.adult == "yes"}}

    def optional(self) -> tuple[str, ...]:
        """Names of optional analysers that are to run."""
        return ("reading",) if self.ocr == "yes" else ()

    def to_remember(self) -> dict[str, str]:
        return {name: value for name in self.__struct_fields__ if (value := getattr(self, name))}

    def digest(self) -> str:
        """Changes when the choices do."""
        return hashlib.blake2b(repr(self).encode(), digest_size=8).hexdigest()


class Failure(msgspec.Struct, frozen=True):
    """An image that could not be added."""

    key: str
    reason: str
    detail: str = ""


class Summary(msgspec.Struct):
    """What came of adding a source; of a dry run, what would come."""

    source: str
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    missing: int = 0
    """Images that the library has and the source has no longer; they stay until they are removed."""
    failed: int = 0
    reasons: dict[str, int] = {}
    failures: list[Failure] = []
    seconds: float = 0.0


class Total(msgspec.Struct, frozen=True):
    """What came of adding several sources: the sums, and each."""

    added: int
    updated: int
    unchanged: int
    missing: int
    failed: int
    reasons: dict[str, int]
    seconds: float
    sources: list[Summary]


def total_of(summaries: list[Summary]) -> Total:
    """The sums of some summaries."""
    reasons: Counter[str] = Counter()
    for summary in summaries:
        reasons.update(summary.reasons)
    return Total(
        added=sum(summary.added for summary in summaries),
        updated=sum(summary.updated for summary in summaries),
        unchanged=sum(summary.unchanged for summary in summaries),
        missing=sum(summary.missing for summary in summaries),
        failed=sum(summary.failed for summary in summaries),
        reasons=dict(reasons),
        seconds=sum(summary.seconds for summary in summaries),
        sources=summaries,
    )
