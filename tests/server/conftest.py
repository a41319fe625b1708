"""One shelf for all tests that do not change it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .shelf import Shelf
from .shelf import shelf as opened


@pytest.fixture(scope="package")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with opened(tmp_path_factory.mktemp("shelf")) as made:
        yield made
