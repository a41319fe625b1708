"""The command line. Results go to standard output, progress and notes to standard error."""

from .main import main

__all__ = ["main"]
