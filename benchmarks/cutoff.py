"""Where a search by looks alone ends, without a library."""

from __future__ import annotations

import numpy as np

from vizsla.encoders.seam import Vectors
from vizsla.search.cutoff import OF_NEAREST, SHARE


def least_shown(scores: Vectors, floor: float) -> float:
    """Return the inner product at which results end, as `vizsla.search` has it; infinite where there are none.

    Args:
        scores: of all pictures, `(pictures,)`.
        floor: `Encoder.floor`, which the first result reaches.
    """
    if scores.max(initial=0) < floor:
        return np.inf
    unrelated = float(scores.mean())
    if unrelated >= floor:
        unrelated = 0.0
    end = min(floor, unrelated + SHARE * (floor - unrelated))
    return max(end, OF_NEAREST * float(scores.max()))
