"""The typed client of any v7 image search endpoint."""

from .clients import AsyncClient, Client
from .errors import ClientError, NoAnswer, UnexpectedAnswer
from .grid import draw, grid

__all__ = ["AsyncClient", "Client", "ClientError", "NoAnswer", "UnexpectedAnswer", "draw", "grid"]
