"""Photos, clip art and line drawings are told apart; `benchmarks/kind.py` says how well on real ones."""

from __future__ import annotations

import numpy as np
from analysed import shown
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizsla.analyse.kind import tell
from vizsla.decode import open_picture


def drawing(body: str) -> str:
    document = f'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">{body}</svg>'
    return tell(open_picture(document.encode())).kind


def test_shapes_filled_with_flat_colours_are_clip_art() -> None:
    assert (
        drawing('<circle cx="90" cy="90" r="70" fill="orange"/><rect width="90" height="40" fill="navy"/>')
        == "clipart"
    )


def test_thin_grey_strokes_are_a_line_drawing() -> None:
    assert (
        drawing(
            '<path d="M10 10 L290 190 M10 190 Q150 0 290 100" stroke="black" fill="none" stroke-width="4"/>'
        )
        == "line"
    )


def test_a_black_silhouette_is_not_a_line_drawing() -> None:
    assert drawing('<circle cx="150" cy="100" r="80"/>') == "clipart"


def test_coloured_strokes_are_not_a_line_drawing() -> None:
    assert drawing('<path d="M10 10 L290 190" stroke="red" fill="none" stroke-width="9"/>') != "line"


def test_soft_shapes_with_grain_are_a_photo() -> None:
    random = np.random.default_rng(3)
    rows, columns = np.mgrid[0:300, 0:400]
    soft = (120 + 60 * np.sin(rows / 40) * np.cos(columns / 30))[..., None]
    grain = random.normal(0, 14, (300, 400, 3))
    assert tell(shown((soft + grain).clip(0, 255).astype(np.uint8))).kind == "photo"


def soft(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    shade = 120 + 60 * np.sin(rows / 40) * np.cos(columns / 30)
    return np.stack([shade + 40, shade, shade - 40], axis=2)


def test_what_is_cut_out_of_a_photo_is_a_photo() -> None:
    rows, columns = np.mgrid[0:300, 0:400]
    grain = np.random.default_rng(3).normal(0, 9, (300, 400, 3))
    inside = ((rows - 150) / 120) ** 2 + ((columns - 200) / 170) ** 2 < 1
    pixels = np.dstack([soft(rows, columns) + grain, np.where(inside, 255, 0)])
    assert tell(shown(pixels.clip(0, 255).astype(np.uint8))).kind == "photo"


def test_shading_without_grain_in_an_outline_is_clip_art() -> None:
    ball = '<circle cx="150" cy="100" r="80" fill="url(#shade)" stroke="black" stroke-width="3"/>'
    shade = '<radialGradient id="shade"><stop stop-color="#fc4"/><stop offset="1" stop-color="#c30"/></radialGradient>'
    assert drawing(shade + ball) == "clipart"


def test_nothing_at_all_is_clip_art() -> None:
    assert tell(shown(np.full((20, 20, 3), 255, np.uint8))).kind == "clipart"
    assert tell(shown(np.zeros((20, 20, 4), np.uint8))).kind == "clipart"


@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.sampled_from([3, 4]))))
def test_every_picture_has_a_kind(pixels: np.ndarray) -> None:
    assert tell(shown(pixels)).kind in ("photo", "clipart", "line")
