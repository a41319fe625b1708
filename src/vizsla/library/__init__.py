"""The library: the one object that adds and searches."""

from .choices import ADULT_CHOICES, AdultChoice, Choices, Failure, Summary, Total, total_of
from .errors import LibraryError, NoLibrary
from .library import Library, Status

__all__ = [
    "ADULT_CHOICES",
    "AdultChoice",
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
