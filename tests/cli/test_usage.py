"""Exit codes, usage, and what loads at the start."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from library.pictures import make

from .command import VIZSLA, Call, environment, error_of, run, succeed, vizsla

COMMANDS = ("demo", "add", "remove", "serve", "search", "keys", "subsets", "status", "check")
INDEX = ("faiss", "tantivy")
HEAVY = ("pyvips", "onnxruntime", "matplotlib", "PIL", "uvicorn", "starlette", "httpx", "rich")


def test_help_names_every_command() -> None:
    printed = succeed("--help")
    assert all(f"\n  {name} " in printed for name in COMMANDS), printed


@pytest.mark.parametrize(
    "command",
    [
        *COMMANDS,
        *("keys create", "keys list", "keys revoke"),
        *("subsets create", "subsets list", "subsets delete"),
    ],
)
def test_every_command_helps(call: Call, command: str) -> None:
    done = call(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["fetch"],
        ["--nonsense"],
        ["add"],
        ["add", "--library"],
        ["remove"],
        ["search"],
        ["search", "a", "b"],
        ["keys", "destroy"],
        ["keys", "revoke"],
        ["subsets", "create"],
        ["subsets", "delete"],
        ["check", "--repair=yes"],
        ["demo", "--port", "-1"],
        ["serve", "now"],
        ["status", "--json", "--json=1"],
    ],
)
def test_wrong_usage_exits_with_2_and_one_line(call: Call, arguments: list[str]) -> None:
    assert error_of(call(*arguments)).code == 2


def test_arguments_that_are_not_text_are_wrong_usage(shared_library: Path) -> None:
    done = subprocess.run(
        [*VIZSLA, "search", "--library", shared_library, b"caf\xe9"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert error_of(done).code == 2


def test_titles_that_the_terminal_cannot_show_are_printed_as_well_as_can_be(
    library: Path, photos: Path, call: Call
) -> None:
    make(photos / "Käse.png", seed=99)
    call("add", photos, "--library", library)
    done = vizsla("search", "Käse", "--library", library, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "K?se" in done.stdout


def test_a_reader_that_has_seen_enough_breaks_nothing(gallery: Path) -> None:
    search = shlex.join([*VIZSLA, "search", "dog", "--count", "150", "--library", str(gallery)])
    done = run(["bash", "-c", f"{search} | head -1"])
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def loaded_by(*arguments: str | Path) -> set[str]:
    """Names of the modules that a command has loaded when it ends."""
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('LOADED', *sys.modules, file=sys.stderr))\n"
        "from vizsla.cli import main\n"
        "main()\n"
    )
    done = run([sys.executable, "-c", program, *map(str, arguments)])
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("LOADED ")[2].split())


@pytest.mark.parametrize(
    ("command", "index"),
    [("--help", 0), ("keys create", 0), ("keys list", 0), ("add", 0), ("status", 1), ("check", 1)],
)
def test_commands_load_no_decoder_encoder_or_server_and_the_index_only_to_look_at_it(
    shared_library: Path, command: str, index: int
) -> None:
    options = [] if command == "--help" else ["--library", str(shared_library)]
    folders = [shared_library.with_name("photos")] if command == "add" else []
    loaded = loaded_by(*command.split(), *folders, *options)
    assert "vizsla.cli" in loaded
    assert loaded & {*HEAVY, *(() if index else INDEX)} == set()


def test_help_loads_nothing_that_it_does_not_print() -> None:
    assert loaded_by("--help") & {"numpy", "sqlalchemy", "vizsla.library", "vizsla.store"} == set()
