"""An encoder whose towers do not fit each other is refused before a library relies on it, and only then looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from encoders.towers import make_misfit, make_model
from vizsla.encoders import EncoderError
from vizsla.encoders.onnx.encoder import OnnxEncoder
from vizsla.library import Library
from vizsla.settings import Settings
from vizsla.wire import SearchParameters

from .conftest import add
from .pictures import make_many


@pytest.fixture
def misfit(tmp_path: Path) -> str:
    return str(make_misfit(tmp_path / "misfit"))


@pytest.fixture(autouse=True)
def two(photos: Path) -> None:
    """What is to be added."""
    make_many(photos / "harbour", 2)


def opened(directory: Path, encoder: str = "bundled") -> Library:
    """The library as the next process sees it."""
    return Library(Settings(library=directory, encoder=encoder))


def test_it_makes_no_library(library_directory: Path, photos: Path, misfit: str) -> None:
    with (
        opened(library_directory, misfit) as library,
        pytest.raises(EncoderError, match="are not of one model"),
    ):
        add(library, photos)
    with opened(library_directory) as library:
        assert not library.exists()
        assert add(library, photos).added == 2


def test_it_is_not_announced(library_directory: Path, photos: Path, misfit: str) -> None:
    with opened(library_directory) as library:
        add(library, photos)
        before = library.descriptor
    with (
        opened(library_directory, misfit) as library,
        pytest.raises(EncoderError, match="are not of one model"),
    ):
        library.reencoding().run()
    with opened(library_directory) as library:
        assert library.descriptor == before
        assert library.status().indexed == 2


def test_what_a_library_has_is_not_looked_at_again(
    library_directory: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening stays as quick as it was."""
    tried: list[str] = []
    monkeypatch.setattr(OnnxEncoder, "probe", lambda encoder: tried.append(encoder.name))
    model = str(make_model(tmp_path / "tiny"))
    with opened(library_directory, model) as library:
        add(library, photos)
    assert tried == ["tiny"]
    make_many(photos / "harbour", 1, first=2)
    with opened(library_directory, model) as library:
        assert add(library, photos).added == 1
        assert len(library.search(SearchParameters(q="harbour")).value) == 3
        assert not library.reencoding().run().switched
    assert tried == ["tiny"]
