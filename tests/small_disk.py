"""A disk that is soon full."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def on_small_disk(place: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command for which a file system of 2 MB is mounted at a directory; skip where that is not allowed."""
    mount = f'mount -t tmpfs -o size=2m none "{place}" && exec "$@"'
    within = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*within, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("needs user namespaces, to mount a small disk")
    return subprocess.run([*within, *command], capture_output=True, text=True, check=False)
