"""What is loaded: no HTTP before something is fetched."""

from __future__ import annotations

import subprocess
import sys

LOADED = "import sys; print(*sorted({'httpx', 'httpcore', 'ssl', 'asyncio', 'numpy'} & set(sys.modules)))"


def test_importing_and_making_a_fetcher_loads_no_http() -> None:
    code = f"from vizsla.fetch import *; Fetcher(FetchRules()).close(); {LOADED}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
