"""The server: the v7 API, thumbnails, originals and pages over one library."""

from .app import application
from .memory import few_arenas
from .run import ServingError, running, serve
from .tls import tls_context

__all__ = ["ServingError", "application", "few_arenas", "running", "serve", "tls_context"]
