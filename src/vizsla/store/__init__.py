"""The store: the truth of a library, in a relational database."""

from .copies import Counts, page_of
from .store import Entry, Hashed, Store, Stored, StoreError, Tally

__all__ = ["Counts", "Entry", "Hashed", "Store", "StoreError", "Stored", "Tally", "page_of"]
