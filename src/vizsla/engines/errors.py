"""What engines raise."""


class EngineError(Exception):
    """An index cannot be searched or written; the message says why and what to do."""
