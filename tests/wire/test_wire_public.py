import ast
import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

from vizsla import wire

ALLOWED = {"vizsla", "msgspec", "typing_extensions"}
"""Packages that may come with `vizsla.wire`, besides the standard library; msgspec brings the last."""


def public(module: ModuleType) -> Iterator[str]:
    """Names that a module defines, without underscore."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name
        elif isinstance(node, ast.AnnAssign) and not ast.unparse(node.target).startswith("_"):
            yield ast.unparse(node.target)


def test_the_public_list_is_sorted_and_complete() -> None:
    def order(name: str) -> tuple[int, str]:
        return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)

    assert wire.__all__ == sorted(wire.__all__, key=order)
    names = {module.name for module in pkgutil.iter_modules(wire.__path__)} - {"base"}
    modules = [importlib.import_module(f"vizsla.wire.{name}") for name in names]
    assert set(wire.__all__) == {"encode"}.union(*map(public, modules))
    assert all(hasattr(wire, name) for name in wire.__all__)


def test_importing_wire_is_light() -> None:
    code = (
        "import json, sys, vizsla.wire; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    bare = subprocess.run(
        [sys.executable, "-I", "-c", code.replace(", vizsla.wire", "")],
        capture_output=True,
        text=True,
        check=True,
    )
    others = loaded - set(json.loads(bare.stdout)) - set(sys.stdlib_module_names)
    assert others <= ALLOWED
    assert {"vizsla", "msgspec"} <= others


def test_wire_imports_nothing_of_ours() -> None:
    code = "import sys, vizsla.wire; print(*(n for n in sys.modules if n.startswith('vizsla.')))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert all(name.startswith("vizsla.wire") for name in done.stdout.split())
