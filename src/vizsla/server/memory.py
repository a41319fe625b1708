"""Keeping the C library from holding memory that nobody uses."""

from __future__ import annotations

import ctypes
from typing import Final

M_ARENA_MAX: Final = -8
"""`malloc.h` of glibc."""

ARENAS: Final = 2


def few_arenas() -> None:
    """Let all threads of the process share two places from which memory is taken.

    By default glibc gives nearly each thread one of its own, and each keeps the room of the largest picture that was
    ever decoded there, so that a server's memory grows for hours (`python -m benchmarks.endurance` shows it without
    this call). Where there is no glibc nothing is done.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)
