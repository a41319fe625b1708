"""The published npm packages, unmodified, run by Node: `node/call.js` makes the calls, here is what it printed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest

HERE = Path(__file__).parent / "node"


class Node:
    """Node with the packages of `node/package-lock.json`."""

    def __init__(self, modules: Path) -> None:
        self._modules = modules

    def run(self, script: Path, standard_input: str = "", *arguments: str) -> str:
        """What a script prints.

        Raises:
            AssertionError: it failed.
        """
        done = subprocess.run(
            ["node", "--no-deprecation", str(script), *arguments],
            input=standard_input,
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | {"NODE_PATH": str(self._modules)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def calls(self, package: str, address: str, key: str, *calls: tuple[Any, ...]) -> list[Any]:
        """What each call of a package gave, in order: `{"answer": ..}` or `{"error": ..}`."""
        asked = {"package": package, "address": address, "key": key, "calls": calls}
        results: list[Any] = json.loads(self.run(HERE / "call.js", json.dumps(asked)))
        assert len(results) == len(calls)
        return results


def node_with_packages(cache: Path) -> Node:
    """Node, with the packages installed below `cache` if they are not yet.

    Skips the test if there is no Node or no way to the registry, but never in CI.
    """
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:20]
    place = cache / digest
    if not place.is_dir():
        _install(place)
    return Node(place / "node_modules")


def _install(place: Path) -> None:
    """Install beside the place and move it there when it is whole: several processes may be at it."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        _skip("there is no Node with npm")
    with tempfile.TemporaryDirectory(dir=place.parent, ignore_cleanup_errors=True) as beside:
        made = Path(beside) / place.name
        made.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, made)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=300)
        if done.returncode:
            _skip(f"npm ci failed: {done.stderr.strip()[-500:]}")
        with suppress(OSError):  # Another process was faster.
            made.rename(place)


def _skip(why: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"in CI the npm packages must be tested, but {why}")
    pytest.skip(f"THE NPM PACKAGES ARE NOT TESTED: {why}")
