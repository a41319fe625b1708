"""The only room that opens a network connection for others. See `docs/decisions/0007-fetching.md`."""

from vizsla.fetch.errors import FetchError, Reason
from vizsla.fetch.fetcher import Fetched, Fetcher
from vizsla.fetch.rules import FetchRules

__all__ = ["FetchError", "FetchRules", "Fetched", "Fetcher", "Reason"]
