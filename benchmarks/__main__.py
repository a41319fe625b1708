"""`python -m benchmarks` (`make bench`): run every part and write RESULTS.md.

Each part is a module that can be run alone. A part that needs data which is not there says so and measures nothing.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.report import MARK

RESULTS = Path(__file__).parent / "RESULTS.md"

PARTS = ("startup", "request", "adding", "kind", "encoder", "engine", "serving", "collection")

ABOUT = ("faiss-cpu", "tantivy", "onnxruntime", "pyvips-binary", "uvicorn", "numpy")

HEAD = """\
# Measurements

Written by `make bench`; do not edit. Figures of one run on one machine: compare ratios and columns, not runs.

{machine}

| What | Measured | Budget | Ratio | Met |
|---|---|---|---|---|
{budgets}
"""


def main() -> None:
    printed = {part: run(part) for part in sys.argv[1:] or PARTS}
    budgets = "\n".join(
        f"| {line.removeprefix(MARK)} |"
        for text in printed.values()
        for line in text.splitlines()
        if line.startswith(MARK)
    )
    sections = [HEAD.format(machine=machine(), budgets=budgets)]
    for part, text in printed.items():
        rest = "\n".join(line for line in text.splitlines() if not line.startswith(MARK)).strip("\n")
        if rest:
            sections.append(f"## {part}\n\n`python -m benchmarks.{part}`\n\n```\n{rest}\n```\n")
    RESULTS.write_text("\n".join(sections), "utf-8")
    print(f"wrote {RESULTS}", file=sys.stderr)


def run(part: str) -> str:
    """What a part prints."""
    print(f"{part} ...", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{part}"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{part} failed")
    print(done.stdout, file=sys.stderr)
    return done.stdout


def machine() -> str:
    day = datetime.now(UTC).date().isoformat()
    packages = ", ".join(f"{name} {version(name)}" for name in ABOUT)
    return f"{day}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}."


if __name__ == "__main__":
    main()
