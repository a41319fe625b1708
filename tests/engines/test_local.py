"""The embedded engine fulfils the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vizsla.engines import open_engine
from vizsla.engines.seam import Engine

from .contract import EngineContract
from .demands import DemandContract
from .languages import LanguageContract
from .samples import DIMENSION


class TestLocalEngine(DemandContract, LanguageContract, EngineContract):
    @pytest.fixture
    def engine(self, directory: Path) -> Iterator[Engine]:
        engine = open_engine(directory, DIMENSION)
        assert engine.try_lock()
        yield engine
        engine.close()
