"""Words in pictures are found where the owner asked for them to be read."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from vizsla.analyse.reading import open_reader
from vizsla.library import Choices, Library, LibraryError
from vizsla.wire import SearchParameters

from .conftest import add, counts, records
from .pictures import make_many

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def write(file: Path, text: str) -> None:
    image = PIL.Image.new("RGB", (600, 400), "white")
    PIL.ImageDraw.Draw(image).text((40, 150), text, fill="black", font=PIL.ImageFont.truetype(FONT, 48))
    image.save(file)


def test_asking_for_words_without_the_extra_is_an_error_before_anything_is_added(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(photos, 1)
    open_reader.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(LibraryError, match=r"pip install vizsla\[ocr\]"):
        add(library, photos, Choices(ocr="yes"))
    assert not library.exists()
    open_reader.cache_clear()


def test_words_in_pictures_are_found_once_they_are_asked_for_and_until_they_are_not(
    library: Library, photos: Path
) -> None:
    pytest.importorskip("rapidocr", reason="words cannot be read: the extra ocr is not installed")
    make_many(photos, 2)
    write(photos / "sign.png", "Marmalade")
    add(library, photos)
    assert {record.text for record in records(library).values()} == {""}

    assert counts(add(library, photos, Choices(ocr="yes"))) == (0, 3, 0, 0, 0)
    read = {key: record.text for key, record in records(library).items()}
    assert read == {"picture-000.png": "", "picture-001.png": "", "sign.png": "Marmalade"}
    assert records(library)["sign.png"].analysers["reading"] == 1
    found = library.search(SearchParameters(q="+marmalade"))
    assert [image.image_id for image in found.value] == [records(library)["sign.png"].image_id]

    assert counts(add(library, photos)) == (0, 0, 3, 0, 0)
    assert counts(add(library, photos, Choices(ocr="no"))) == (0, 3, 0, 0, 0)
    assert records(library)["sign.png"].text == ""
