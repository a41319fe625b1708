"""Words that stand in pictures are read, where the extra is installed."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizsla.analyse.reading import ANALYSER, MOST_LINES, SIDE, ReaderMissing, open_reader, read_words
from vizsla.analyse.words import MAX_TEXT
from vizsla.decode import Picture, open_picture

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def written(
    *lines: str,
    size: tuple[int, int] = (1200, 800),
    letters: int = 48,
    pen: str = "#102040",
    form: str = "PNG",
) -> Picture:
    image = PIL.Image.new("RGB", size, "#e8e0cc")
    font = PIL.ImageFont.truetype(FONT, letters)
    for number, text in enumerate(lines):
        PIL.ImageDraw.Draw(image).text((40, 30 + number * letters * 2), text, fill=pen, font=font)
    file = BytesIO()
    image.save(file, form)
    return open_picture(file.getvalue())


def test_without_the_extra_the_error_tells_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    open_reader.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(ReaderMissing, match=r"pip install vizsla\[ocr\]"):
        read_words(written("anything"))
    open_reader.cache_clear()


class TestWithTheExtra:
    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        pytest.importorskip("rapidocr", reason="words cannot be read: the extra ocr is not installed")

    @pytest.mark.parametrize(
        "text",
        [
            "Fresh bread daily",
            "Straße gesperrt",
            "Café de la Gare",
            "Mañana será otro día",
            "Il mercato è chiuso",
            "Não há vagas",
            "Fietsen verboden",
        ],
    )
    def test_lines_of_languages_with_latin_letters_are_read(self, text: str) -> None:
        assert read_words(written(text)).text == text

    def test_lines_are_read_from_the_top_to_the_bottom_and_small_ones_too(self) -> None:
        assert read_words(written("First line", "Second line", letters=24)).text == "First line Second line"

    @pytest.mark.parametrize("form", ["JPEG", "WEBP", "GIF"])
    def test_words_are_read_in_every_format(self, form: str) -> None:
        assert "EXIT" in read_words(written("EXIT", form=form)).text

    def test_a_picture_without_words_has_none(self) -> None:
        assert read_words(written()).text == ""

    def test_a_page_full_of_lines_is_read_in_part(self) -> None:
        rows = (f"left{number}{' ' * 30}right{number}" for number in range(30))
        page = written(*rows, size=(960, 960), letters=15)
        assert 0 < len(read_words(page).text.split()) <= MOST_LINES

    def test_nothing_is_looked_at_that_is_larger_than_the_bound(self) -> None:
        assert max(open_reader().cfg.Det.limit_side_len, open_reader().cfg.Global.max_side_len) == SIDE

    @settings(max_examples=8, deadline=None)
    @given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 40), st.sampled_from([3, 4]))))
    def test_no_pixels_make_it_fail(self, pixels: np.ndarray) -> None:
        file = BytesIO()
        PIL.Image.fromarray(pixels).save(file, "PNG")
        found = ANALYSER.run(open_picture(file.getvalue()))
        assert len(getattr(found, "text")) <= MAX_TEXT  # noqa: B009
