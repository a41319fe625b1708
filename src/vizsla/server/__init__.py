"""The server: the v7 API, thumbnails, originals and pages over one library."""

from .app import application
from .run import ServingError, running, serve
from .workers import prepare_process, serve_library

__all__ = ["ServingError", "application", "prepare_process", "running", "serve", "serve_library"]
