"""What a process holds in memory, mapped files that it has touched included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def resident(process: int | str = "self") -> float:
    """Megabytes now."""
    return _megabytes(process, "VmRSS")


def together(process: int) -> float:
    """Megabytes that a process and those that it started hold now; files that they map count once."""
    held = list(processes(process))
    own = sum(_megabytes(one, "RssAnon") for one in held)
    return own + max(_megabytes(one, "RssFile") + _megabytes(one, "RssShmem") for one in held)


def peak(process: int | str = "self") -> float:
    """Megabytes at the most; not as `getrusage`, which remembers the process that started this one."""
    return _megabytes(process, "VmHWM")


def processes(server: int) -> Iterator[int]:
    """A process and those that it started."""
    yield server
    for started in Path(f"/proc/{server}/task").glob("*/children"):
        for child in started.read_text("ascii").split():
            yield from processes(int(child))


def _megabytes(process: int | str, row: str) -> float:
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(row))
