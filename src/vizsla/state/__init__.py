"""The state: keys, their usage, asked queries and subsets, apart from the truth, so that counting never waits for adding."""

from .keys import Key, Keys
from .queries import Asked, Queries
from .state import State
from .subsets import Subset, Subsets, check_name
from .tables import StateError

__all__ = ["Asked", "Key", "Keys", "Queries", "State", "StateError", "Subset", "Subsets", "check_name"]
