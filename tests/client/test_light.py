"""What importing loads: nothing heavy before it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import vizsla

HEAVY = {"numpy", "matplotlib", "PIL", "onnxruntime", "faiss", "tantivy", "pyvips", "sqlalchemy", "starlette"}
HTTP = {"httpx", "asyncio", "rich", "click"}


def loaded(code: str) -> set[str]:
    """What a fresh interpreter has loaded after running code."""
    tell = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", tell], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_importing_vizsla_loads_no_room() -> None:
    modules = loaded("import vizsla; vizsla.__version__; dir(vizsla)")
    assert not modules & (HEAVY | HTTP)
    assert {name for name in modules if name.startswith("vizsla")} == {"vizsla"}


@pytest.mark.parametrize("code", ["import vizsla.client", "import vizsla; vizsla.Client; vizsla.grid"])
def test_importing_the_client_loads_the_contract_only(code: str) -> None:
    modules = loaded(code)
    assert not modules & (HEAVY | HTTP)
    rooms = {name.split(".")[1] for name in modules if name.startswith("vizsla.")}
    assert rooms == {"client", "wire"}


def test_making_a_client_loads_nothing_heavy() -> None:
    modules = loaded("import vizsla; vizsla.Client('http://127.0.0.1:1').close()")
    assert not modules & HEAVY
    assert "httpx" in modules


def test_a_library_loads_its_rooms_on_use() -> None:
    modules = loaded("import vizsla; vizsla.Library; vizsla.Settings; vizsla.Images")
    assert not modules & ((HEAVY | HTTP) - {"numpy"})


@pytest.mark.parametrize("name", vizsla.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(vizsla, name).__name__ == name
    assert name in dir(vizsla)


def test_the_public_names_are_sorted_and_no_others_are_there() -> None:
    assert vizsla.__all__ == sorted(vizsla.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        vizsla.nothing  # type: ignore[attr-defined]  # noqa: B018
