"""By what a record is known as unchanged: the bytes, what their owner chose, and the analysers that looked at them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from vizsla.analyse import OPTIONAL, edition

if TYPE_CHECKING:
    from vizsla.sources.seam import SourceItem
    from vizsla.store import Store

    from .choices import Choices


def stamp_of(item: SourceItem, choices: Choices) -> str:
    """Equal as long as the bytes, the choices and the analysers are."""
    return f"{item.stamp}.{choices.digest()}.{edition(choices.optional())}"


def outdated(store: Store) -> int:
    """How many records analysers of an older version made."""
    chosen = (also for count in range(len(OPTIONAL) + 1) for also in combinations(OPTIONAL, count))
    return store.stamped_otherwise([f".{edition(also)}" for also in chosen])
