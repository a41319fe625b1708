"""The command line as people run it: in processes of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, NamedTuple

VIZSLA = (sys.executable, "-m", "vizsla")

TIMEOUT = 120
"""Seconds after which a command counts as hanging, on the busiest machine."""

_BYTECODE = tempfile.TemporaryDirectory(prefix="vizsla-tests-")
"""Commands start with compiled modules, as where they are installed, also if the tests are told to write none."""


if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # as shells start what runs in the background; commands would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def environment(**variables: str) -> dict[str, str]:
    """Ours without settings of a vizsla, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIZSLA_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    one = {
        "VIZSLA_WORKERS": "1"
    }  # further processes start for seconds after each server, beside what is tested
    return {**kept, "PYTHONPYCACHEPREFIX": _BYTECODE.name, **one, **variables}


def vizsla(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with variables of the environment."""
    return run([*VIZSLA, *map(str, arguments)], **variables)


def run(command: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT, env=environment(**variables), check=False
    )


def succeed(*arguments: str | Path, **variables: str) -> str:
    """What a command prints that must succeed."""
    done = vizsla(*arguments, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


Call = Callable[..., subprocess.CompletedProcess[str]]
"""The fixture `call`: as `vizsla`, in this process."""


class Error(NamedTuple):
    """How a command failed."""

    code: int
    message: str


def fail(*arguments: str | Path, **variables: str) -> Error:
    """The error of a command that must fail."""
    return error_of(vizsla(*arguments, **variables))


def error_of(done: subprocess.CompletedProcess[str]) -> Error:
    """The one line that says what is wrong; notes and, where the usage was wrong, the usage go before it."""
    *_, last = lines = done.stderr.rstrip().splitlines()
    errors = [line for line in lines if line.startswith(("vizsla: ", "Error: ", "Traceback"))]
    assert errors == [last], done.stderr
    return Error(done.returncode, last)


@contextmanager
def running(command: Sequence[str], **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A process while the block runs; it leads a process group, and is killed at the end."""
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def started(*arguments: str | Path, **variables: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """A command of vizsla while the block runs."""
    return running([*VIZSLA, *map(str, arguments)], **variables)


@contextmanager
def serving(library: Path, *options: str, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`vizsla serve` while the block runs: its address and process."""
    with started("serve", "--library", library, "--port", "0", *options, **variables) as process:
        yield address_of(process.stdout), process


def address_of(output: IO[str] | None) -> str:
    """What the first line of `vizsla serve` says."""
    assert output
    line = output.readline()
    found = re.fullmatch(r"vizsla: listening on (http://127\.0\.0\.1:\d+)\n", line)
    assert found, line
    return found[1]


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
