"""The order of the rooms: a room imports only rooms above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import vizsla

ROOMS = [
    *("wire", "records", "settings", "fetch", "decode", "sources", "analyse", "encoders", "blobs", "store"),
    *("state", "engines", "search", "library", "client", "gallery", "web", "server", "cli"),
]
"""In import order."""

ROOT = Path(vizsla.__file__).parent


def imports_of(file: Path) -> Iterator[str]:
    package = ("vizsla", *file.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *filter(None, (node.module,))))
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "vizsla" and len(parts) > 1 and parts[1] in ROOMS else None


def test_every_module_is_in_a_room() -> None:
    found = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found - {"__init__", "__main__"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_above_it(room: str) -> None:
    place = ROOT / room
    files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    below = set(ROOMS[ROOMS.index(room) + 1 :])
    wrong = {
        (file.relative_to(ROOT).as_posix(), module)
        for file in files
        for module in imports_of(file)
        if room_of(module) in below
    }
    assert wrong == set()


def test_the_client_imports_only_wire() -> None:
    used = {room_of(module) for file in (ROOT / "client").rglob("*.py") for module in imports_of(file)}
    assert used - {None, "client"} == {"wire"}
