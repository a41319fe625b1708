"""What can be wrong with a library as a whole; every message says what to do.

LibraryError
└── NoLibrary        there is none in the directory
"""

from __future__ import annotations


class LibraryError(Exception):
    """The library cannot be used, or not for this."""


class NoLibrary(LibraryError):
    """There is no library in the directory."""
