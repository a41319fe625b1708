"""How parts of the benchmark say what they found, so that `python -m benchmarks` can gather it."""

from __future__ import annotations

import operator
from collections.abc import Callable

MARK = "budget | "
"""Begins the lines that are rows of the table of budgets."""

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {"at least": operator.ge, "at most": operator.le}


def budget(what: str, measured: float, bound: str, limit: float, unit: str) -> None:
    """Print a figure beside its budget: how they compare, and whether it is met.

    Args:
        bound: `at least` or `at most`.
    """
    met = "yes" if _COMPARISONS[bound](measured, limit) else "NO"
    cells = (
        what,
        f"{measured:.3g} {unit}",
        f"{bound} {limit:g} {unit}",
        f"{measured / limit:.2f}" if limit else "-",
        met,
    )
    print(MARK + " | ".join(cell.strip() for cell in cells))


def figure(what: str, *values: str) -> None:
    """Print a figure that has no budget."""
    print(f"{what}: {', '.join(values)}")
