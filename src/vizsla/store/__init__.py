"""The store: the truth of a library, in a relational database."""

from .store import Entry, Store, Stored, StoreError, Tally

__all__ = ["Entry", "Store", "StoreError", "Stored", "Tally"]
