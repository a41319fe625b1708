"""The notebook that tells the Quickstart runs against a served library."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from conftest import Served

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "quickstart.ipynb"


def test_the_notebook_runs_and_draws_both_grids(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIZSLA_ENDPOINT", served.address)
    monkeypatch.setenv("VIZSLA_KEY", served.key)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "commit it without outputs"
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    drawn = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    assert len(drawn) == 2
    for picture in drawn:
        image = Image.open(BytesIO(b64decode(picture))).convert("L")
        assert sum(image.histogram()[:50]) > 1000, "the grid is empty"
