"""What the published clients ask about: a picture of the bundled gallery, which the server of `served` knows too."""

from __future__ import annotations

from pathlib import Path

import pytest

from vizsla.gallery import gallery_directory

from .javascript import Node, node_with_packages


@pytest.fixture(scope="session")
def picture() -> Path:
    """A picture of the gallery, as a file that can be sent."""
    return gallery_directory() / "cats" / "grey-cat-walking.png"


@pytest.fixture(scope="session")
def node(pytestconfig: pytest.Config) -> Node:
    """Node with the published packages, which stay in pytest's cache."""
    return node_with_packages(pytestconfig.cache.mkdir("contract-node"))
