"""The state: keys and their usage, apart from the truth, so that counting never waits for adding."""

from .keys import Key, Keys, StateError

__all__ = ["Key", "Keys", "StateError"]
