"""What importing costs: `python -m benchmarks.startup`. Each figure is the best of several new processes."""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.report import budget, figure

ROUNDS = 7


def main() -> None:
    nothing = seconds("pass")
    figure("an interpreter", f"{nothing * 1000:.0f} ms")
    imported = seconds("import vizsla.client") - nothing
    budget("import of `vizsla.client`", imported * 1000, "at most", 150, "ms")
    for code in ("import vizsla", "import vizsla; vizsla.Client", "import vizsla.cli"):
        figure(code, f"{(seconds(code) - nothing) * 1000:.0f} ms")


def seconds(code: str) -> float:
    """The best time of an interpreter that runs the code."""
    return min(_once(code) for _ in range(ROUNDS))


def _once(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
