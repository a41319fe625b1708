"""One end for all that a fetch does."""

from __future__ import annotations

import time

from .errors import FetchError


class Deadline:
    """A moment some seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then, more than 0.

        Raises:
            FetchError: `too slow`: it has passed.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise too_slow()
        return left


def too_slow() -> FetchError:
    return FetchError("too slow", "it did not come in time; try again later, or send the image itself")
