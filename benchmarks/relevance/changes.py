"""What a change gained and lost: the same questions before and after it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec
import numpy as np

from benchmarks.relevance import measures

Scores = dict[str, dict[str, list[float]]]
"""Set and row, then measure, then a figure for each question."""


class Measured(Protocol):
    @property
    def judged(self) -> str: ...
    @property
    def system(self) -> str: ...
    @property
    def values(self) -> dict[str, list[float]]: ...


def scores(rows: Iterable[Measured]) -> Scores:
    return {f"{row.judged}, {row.system}": row.values for row in rows}


def tell(kept: bytes, now: Scores) -> None:
    """Print, where the same questions were asked, the mean difference and its 95% confidence interval."""
    before = msgspec.json.decode(kept, type=Scores)
    print("\nsince the kept run; * marks what is hardly chance")
    for name, values in now.items():
        for measure, figures in values.items():
            earlier = before.get(name, {}).get(measure, [])
            if len(earlier) == len(figures) and earlier != figures:
                difference = np.subtract(figures, earlier)
                low, high = measures.interval(difference.tolist())
                sure = "*" if low > 0 or high < 0 else " "
                print(f"{sure} {name:34}{measure:9}{difference.mean():+.3f} [{low:+.3f} {high:+.3f}]")
