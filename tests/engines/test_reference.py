"""The brute-force engine fulfils the contract, so that others can be compared with it."""

from __future__ import annotations

import pytest

from vizsla.engines.seam import Engine

from .contract import EngineContract
from .demands import DemandContract
from .languages import LanguageContract
from .reference import ReferenceEngine
from .samples import DIMENSION


class TestReferenceEngine(DemandContract, LanguageContract, EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return ReferenceEngine(DIMENSION)
