"""Searching: query text to plan to hits to answer."""

from .addresses import Addresses
from .answer import images_of, name_of
from .searcher import Searcher

__all__ = ["Addresses", "Searcher", "images_of", "name_of"]
