"""The real network judges harmless pictures; no other picture is kept. The threshold is lowered to see what it decides."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from analysed import plain, shown
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import vizsla.gallery
from vizsla.analyse import VERSIONS, adult, analyse
from vizsla.analyse.adult import (
    SIDE,
    Adult,
    judge,
    may_show_skin,
    probability,
    skin_share,
    square,
    threshold_of,
)
from vizsla.analyse.kind import Kind
from vizsla.decode import open_picture

MONK_TONES = [
    *("f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96", "a07e56", "825c43", "604134", "3a312a", "292420")
]
"""The ten tones of the Monk Skin Tone Scale (skintone.google), sRGB."""
GALLERY = sorted(
    path
    for path in (Path(vizsla.gallery.__file__).parent / "pictures").rglob("*")
    if path.suffix in (".jpg", ".png", ".webp")
)[::3]


def plate(code: str, size: int = 64) -> NDArray[np.uint8]:
    colour = np.frombuffer(bytes.fromhex(code), np.uint8)
    return np.broadcast_to(colour, (size, size, 3)).copy()


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_pictures_of_the_gallery_are_for_everybody(path: Path) -> None:
    picture = open_picture(path.read_bytes())
    assert judge(picture) == Adult(False)
    assert 0 <= probability(picture) < threshold_of(picture)


@pytest.mark.parametrize("tone", MONK_TONES)
def test_every_tone_of_skin_is_one_that_is_looked_at(tone: str) -> None:
    assert skin_share(plate(tone)) == 1
    assert may_show_skin(plate(tone))


@pytest.mark.parametrize("code", ["2050d0", "20a040", "00d0d0", "6020a0"])
def test_a_picture_without_colours_of_skin_is_not_even_looked_at(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adult, "THRESHOLD", 0.0)
    assert not may_show_skin(plate(code))
    assert judge(shown(plate(code))) == Adult(False)


@pytest.mark.parametrize("code", ["808080", "f4f4f4", "101010"])
def test_a_picture_without_colours_is_looked_at(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adult, "THRESHOLD", 0.0)
    monkeypatch.setattr(adult, "DRAWN_THRESHOLD", 0.0)
    assert judge(shown(plate(code))) == Adult(True)


@pytest.mark.parametrize(("drawn", "constant"), [(False, "THRESHOLD"), (True, "DRAWN_THRESHOLD")])
def test_a_picture_is_adult_from_the_threshold_of_its_kind_on(
    drawn: bool, constant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adult, "tell", lambda _: Kind("clipart" if drawn else "photo"))
    picture = shown(plate("a07e56"))
    found = probability(picture)
    for name in ("THRESHOLD", "DRAWN_THRESHOLD"):
        monkeypatch.setattr(adult, name, 0.0 if drawn else 2.0)
    monkeypatch.setattr(adult, constant, found)
    assert judge(picture) == Adult(True)
    monkeypatch.setattr(adult, constant, np.nextafter(found, 1))
    assert judge(picture) == Adult(False)


def test_the_middle_of_the_squeezed_picture_is_what_the_network_sees() -> None:
    pixels: NDArray[np.uint8] = np.zeros((256, 512, 3), np.uint8)
    pixels[16:240, 32:480] = 200
    seen = square(plain(512, 256, kept=pixels))
    assert seen.shape == (SIDE, SIDE, 3)
    assert (seen[1:-1, 1:-1] == 200).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1)])
def test_any_shape_is_judged(shape: tuple[int, int]) -> None:
    assert 0 <= probability(shown(np.full((*shape, 3), 120, np.uint8))) <= 1


def test_transparent_ground_counts_as_white() -> None:
    through: NDArray[np.uint8] = np.zeros((32, 32, 4), np.uint8)
    assert (square(plain(32, 32, kept=through)) == 255).all()


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_a_plate_is_skin_or_is_not(red: int, green: int, blue: int) -> None:
    assert skin_share(np.full((4, 4, 3), (red, green, blue), np.uint8)) in (0, 1)


def test_threads_that_judge_at_once_agree() -> None:
    picture = open_picture(GALLERY[0].read_bytes())
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: probability(picture), range(8)))) == 1


def test_the_score_is_not_kept() -> None:
    found = analyse(shown(plate("808080")))
    assert found.fields["adult"] is False
    assert found.versions["adult"] == VERSIONS["adult"]


def test_an_analyser_that_is_left_out_leaves_no_trace() -> None:
    found = analyse(shown(plate("808080")), without=frozenset({"adult"}))
    assert "adult" not in found.fields
    assert "adult" not in found.versions
