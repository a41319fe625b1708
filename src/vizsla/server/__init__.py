"""The server: the v7 API, thumbnails, originals and pages over one library."""

from .app import application
from .run import ServingError, running, serve
from .tls import tls_context

__all__ = ["ServingError", "application", "running", "serve", "tls_context"]
