"""Faces are found by a real network on drawn and harmless pictures; what they make of a picture is a rule of sizes."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from analysed import plain, shown
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vizsla.analyse.faces import (
    ANCHORS,
    FACE_SIZE,
    Face,
    Faces,
    find_faces,
    is_face,
    is_portrait,
    look,
    overlap,
)
from vizsla.analyse.networks import DIGESTS, WEIGHTS, DamagedWeights, Network, file_digest
from vizsla.decode import open_picture
from vizsla.decode.libvips import Image

FACE = """
<ellipse cx="160" cy="160" rx="72" ry="92" fill="#e0ac82"/>
<path d="M84 150 Q80 60 160 56 Q240 60 236 150 Q226 100 160 98 Q94 100 84 150" fill="#3a2415"/>
<ellipse cx="132" cy="150" rx="13" ry="7" fill="white"/><ellipse cx="188" cy="150" rx="13" ry="7" fill="white"/>
<circle cx="132" cy="150" r="6.5" fill="#2a1a10"/><circle cx="188" cy="150" r="6.5" fill="#2a1a10"/>
<path d="M114 134 Q132 124 150 133 L150 138 Q132 130 114 139 Z" fill="#3a2415"/>
<path d="M206 134 Q188 124 170 133 L170 138 Q188 130 206 139 Z" fill="#3a2415"/>
<path d="M157 150 Q151 182 148 188 Q160 198 172 188 Q169 182 163 150" fill="#cf9468"/>
<path d="M130 213 Q160 203 190 213 Q160 234 130 213" fill="#b0524a"/>
"""
"""A drawn face in 320 x 320, with hair, eyes, brows, nose and mouth."""
BODY = '<path d="M138 240 h44 v30 q90 10 100 90 v400 h-244 v-400 q10 -80 100 -90 Z" fill="#35507a"/>'


def drawn(parts: str, width: int, height: int, *, zoom: float = 1, left: float = 0, top: float = 0) -> bytes:
    """A PNG of a drawing, softened as a photo is."""
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="100%" height="100%" fill="#9db6c4"/>'
        f'<g transform="translate({left} {top}) scale({zoom})">{parts}</g></svg>'
    )
    image = Image.svgload_buffer(drawing.encode()).flatten(background=255)
    return bytes(image.gaussblur(1.5).write_to_buffer(".png"))


def told(parts: str, width: int, height: int, **placed: float) -> tuple[str, ...]:
    return look(open_picture(drawn(parts, width, height, **placed))).faces


def box(left: float, top: float, right: float, bottom: float) -> Face:
    return Face(left, top, right, bottom, 0.9)


def test_a_face_that_fills_the_picture_is_a_face_and_no_portrait() -> None:
    assert told(FACE, 190, 210, left=-65, top=-60) == ("face",)


def test_a_head_with_shoulders_is_a_portrait() -> None:
    assert told(BODY + FACE, 420, 420, left=50, top=10) == ("face", "portrait")


def test_two_people_side_by_side_are_no_portrait() -> None:
    pair = BODY + FACE + f'<g transform="translate(300 0)">{BODY}{FACE}</g>'
    found = find_faces(open_picture(drawn(pair, 640, 420, top=10)))
    assert len(found) == 2
    assert not is_portrait(found)


def test_a_face_is_found_where_it_is() -> None:
    (face,) = find_faces(open_picture(drawn(FACE, 640, 400, left=280, top=40)))
    assert (face.left + face.right) / 2 * 640 == pytest.approx(440, abs=30)
    assert (face.top + face.bottom) / 2 * 400 == pytest.approx(210, abs=40)


def test_a_face_is_found_in_grey_and_through_transparent_ground() -> None:
    image = Image.new_from_buffer(drawn(FACE, 320, 320), "")
    grey = image.colourspace("b-w").write_to_buffer(".png")
    through = image.bandjoin(255).write_to_buffer(".png")
    assert [bool(find_faces(open_picture(bytes(data)))) for data in (grey, through)] == [True, True]


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (3, 2000), (40, 30)])
def test_any_shape_is_looked_at(shape: tuple[int, int]) -> None:
    assert look(shown(np.full((*shape, 3), 120, np.uint8))) == Faces(())


@pytest.mark.parametrize("seed", range(4))
def test_noise_shows_nobody(seed: int) -> None:
    noise: NDArray[np.uint8] = np.random.default_rng(seed).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    assert look(shown(noise)) == Faces(())


def test_threads_that_look_at_once_find_the_same() -> None:
    picture = open_picture(drawn(FACE, 320, 320))
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: look(picture), range(8))) == {look(picture)}


@pytest.mark.parametrize(
    ("faces", "face", "portrait"),
    [
        ([], False, False),
        ([box(0.3, 0.1, 0.7, 0.5)], True, True),
        ([box(0.0, 0.0, 1.0, 0.9)], True, False),
        ([box(0.4, 0.3, 0.5, 0.42)], False, False),
        ([box(0.4, 0.1, 0.58, 0.3)], False, True),
        ([box(0.3, 0.5, 0.7, 0.95)], True, False),
        ([box(0.0, 0.1, 0.3, 0.4)], True, False),
        ([box(0.1, 0.1, 0.4, 0.4), box(0.6, 0.1, 0.85, 0.4)], True, False),
        ([box(0.3, 0.1, 0.7, 0.5), box(0.9, 0.4, 0.99, 0.5)], True, True),
    ],
)
def test_size_and_place_of_the_largest_face_decide(faces: list[Face], face: bool, portrait: bool) -> None:
    assert (is_face(faces), is_portrait(faces)) == (face, portrait)


@given(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.01, 0.5), st.floats(0.01, 0.5))
def test_a_larger_face_at_the_same_place_is_no_less_a_face(
    left: float, top: float, width: float, height: float
) -> None:
    faces = [box(left, top, left + width * by, top + height * by) for by in (1, 1.5)]
    assert is_face(faces[:1]) <= is_face(faces[1:])
    assert is_face(faces[:1]) == (faces[0].size >= FACE_SIZE)


@given(*[st.floats(0.01, 1) for _ in range(4)])
def test_overlap_is_one_with_itself_and_the_same_both_ways(x: float, y: float, w: float, h: float) -> None:
    one, other = np.array([0, 0, 0.5, 0.5]), np.array([x, y, x + w, y + h])
    assert overlap(other, other[None])[0] == pytest.approx(1)
    assert overlap(one, other[None])[0] == pytest.approx(overlap(other, one[None])[0])
    assert 0 <= overlap(one, other[None])[0] <= 1


def test_the_network_answers_about_every_anchor() -> None:
    (answers,) = Network("face.onnx").run(plain(128, 128).kept)
    assert answers.shape == (len(ANCHORS), 1 + 4)


def test_weights_that_are_damaged_or_missing_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / DIGESTS).write_bytes((WEIGHTS / DIGESTS).read_bytes())
    pixels = plain(128, 128).kept
    with pytest.raises(DamagedWeights, match="install vizsla again"):
        Network("face.onnx", tmp_path).run(pixels)
    (tmp_path / "face.onnx").write_bytes((WEIGHTS / "face.onnx").read_bytes()[:-1])
    with pytest.raises(DamagedWeights, match="install vizsla again"):
        Network("face.onnx", tmp_path).run(pixels)


def test_every_file_of_weights_is_the_one_that_was_built() -> None:
    listed = dict(line.split()[::-1] for line in (WEIGHTS / DIGESTS).read_text("ascii").splitlines())
    assert listed == {path.name: file_digest(path) for path in WEIGHTS.glob("*.onnx")}


def test_the_runtime_of_networks_is_not_loaded_before_a_picture_is_looked_at() -> None:
    code = "import sys, vizsla.analyse.table; print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
