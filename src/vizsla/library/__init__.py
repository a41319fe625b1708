"""The library: the one object that adds and searches."""

from .choices import Choices, Failure, Summary, Total, total_of
from .errors import LibraryError, NoLibrary
from .library import Library, Status

__all__ = [
    "Choices",
    "Failure",
    "Library",
    "LibraryError",
    "NoLibrary",
    "Status",
    "Summary",
    "Total",
    "total_of",
]
