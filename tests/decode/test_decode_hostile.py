"""What is not a picture, broken, or made to harm, is one error with a reason."""

from __future__ import annotations

import base64
import os
import pickle
import socket
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import FILES, animation, encode, noise, png_of_size, quarters, svg, with_pillow

from undistributed import HOSTILE, needs_hostile
from vizsla.decode import DecodeError, Limits, Picture, open_picture
from vizsla.encoders.seam import InputGeometry


def reason(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DecodeError) as caught:
        open_picture(data, limits or Limits())
    return caught.value.reason


def use(picture: Picture) -> None:
    picture.thumbnail()
    picture.square(InputGeometry(32, "crop"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b"\0", "not an image"),
        (b"some text", "not an image"),
        (b"<html><svg/></html>", "not an image"),
        (b"<?xml version='1.0'?><!-- <svg> --><rss/>", "not an image"),
        (b"%PDF-1.7", "not an image"),
        (b"\0\0\1\0\1\0", "unsupported format"),
        (b"8BPS\0\1", "unsupported format"),
        (b"\xff\x0a\0\0", "unsupported format"),
        (b"P6\n1 1\n255\n\0\0\0", "unsupported format"),
        (b"\x1f\x8b\x08\0", "unsupported format"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "not an image"),
    ],
)
def test_what_is_no_picture_is_called_by_its_reason(data: bytes, expected: str) -> None:
    assert reason(data) == expected


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_file_that_was_cut_short_is_truncated(kind: str, share: float) -> None:
    data = FILES[kind]
    assert reason(data[: int(len(data) * share)]) == "truncated"


@pytest.mark.parametrize("writer", ["GIF", "WEBP"])
def test_an_animation_that_was_cut_after_its_first_frame_is_truncated(writer: str) -> None:
    data = animation(writer, frames=6)
    assert reason(data[: len(data) * 3 // 4]) == "truncated"


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp", "tiff", "bmp"])
def test_a_header_followed_by_rubbish_is_an_error(kind: str) -> None:
    assert reason(FILES[kind][:24] + bytes(range(256)) * 20) in ("damaged", "truncated", "too large")


def test_a_flipped_bit_in_a_png_is_damage() -> None:
    data = bytearray(FILES["png"])
    data[len(data) // 2] ^= 0x10
    assert reason(bytes(data)) == "damaged"


def test_rubbish_after_the_end_is_no_damage() -> None:
    for kind in ("jpeg", "png", "gif"):
        assert open_picture(FILES[kind] + b"\0" * 100).width == 300


GIF_BOMB = (
    b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + b",\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0;"
)
BMP_BOMB = with_pillow(quarters(), "BMP")[:18] + struct.pack("<iiHH", 100_000, 100_000, 1, 24) + bytes(100)


@pytest.mark.parametrize(
    "data",
    [
        png_of_size(100_000, 100_000),
        GIF_BOMB,
        BMP_BOMB,
        svg('<rect width="9" height="9"/>', 'width="100000" height="100000"'),
    ],
    ids=["png", "gif", "bmp", "svg"],
)
def test_a_picture_of_100000_a_side_is_refused_before_its_pixels_are_made(data: bytes) -> None:
    assert reason(data) == "too large"


def test_a_picture_that_must_be_held_whole_may_be_refused_earlier() -> None:
    assert reason(png_of_size(16_000, 15_000, depth=16, interlaced=True)) == "too large"
    assert reason(png_of_size(16_000, 15_000, depth=16)) != "too large"


def test_the_limit_is_the_callers() -> None:
    data = encode(noise(100, 100))
    assert open_picture(data, Limits(max_pixels=10_000)).width == 100
    assert reason(data, Limits(max_pixels=9_999)) == "too large"


def test_a_run_length_encoded_bmp_of_many_bytes_is_refused() -> None:
    data = bytearray(with_pillow(quarters(), "BMP", colours=8))
    data[30:34] = struct.pack("<I", 1)
    assert reason(bytes(data) + bytes(4_000_000)) == "too large"


@pytest.mark.parametrize(
    "reference", ["file://{path}", "{path}", "red.png", "http://{host}/red.png", "//{host}/red.png"]
)
def test_a_drawing_reads_no_other_file_and_calls_nobody(
    reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "red.png"
    path.write_bytes(encode(noise(20, 20)))
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = reference.format(path=path, host=f"127.0.0.1:{server.getsockname()[1]}")
        body = (
            f'<image width="60" height="40" xlink:href="{address}"/><style>@import url("{address}");</style>'
        )
        picture = open_picture(svg(body, before=f'<?xml-stylesheet href="{address}"?>'))
        assert (picture.kept[:, :, 3] == 0).all()
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_picture_inside_a_drawing_is_drawn() -> None:
    inside = base64.b64encode(encode(np.full((4, 4, 3), 200, np.uint8))).decode()
    picture = open_picture(
        svg(f'<image width="60" height="40" xlink:href="data:image/png;base64,{inside}"/>')
    )
    assert (picture.kept[200, 200] == (200, 200, 200, 255)).all()


def test_an_external_entity_is_an_error(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    before = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert reason(svg("<text y='20'>&x;</text>", before=before)) == "damaged"


def test_entities_that_multiply_are_an_error() -> None:
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    before = f'<!DOCTYPE svg [<!ENTITY a0 "lol">{names}]>'
    assert reason(svg("<text y='20'>&a9;</text>", before=before)) == "damaged"


def test_a_drawing_that_takes_too_long_is_given_up_and_the_next_one_is_drawn() -> None:
    blur = '<filter id="f"><feGaussianBlur stdDeviation="1000"/></filter>'
    endless = svg(blur + '<rect width="60" height="40" filter="url(#f)"/>' * 5_000)
    assert reason(endless, Limits(drawing_seconds=1)) == "too large"
    assert open_picture(FILES["svg"]).width == 60


def test_a_drawing_that_packs_a_huge_picture_is_given_up() -> None:
    inside = base64.b64encode(png_of_size(60_000, 60_000)).decode()
    data = svg(f'<image width="60" height="40" xlink:href="data:image/png;base64,{inside}"/>')
    try:
        use(open_picture(data, Limits(drawing_seconds=1)))
    except DecodeError as error:
        assert error.reason == "too large"
    assert open_picture(FILES["svg"]).width == 60


@pytest.mark.parametrize("kind", FILES)
@given(data=st.data())
def test_whatever_is_broken_in_a_file_is_a_decode_error_or_still_a_picture(
    kind: str, data: st.DataObject
) -> None:
    whole = FILES[kind]
    broken = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for _ in range(data.draw(st.integers(0, 8))):
        broken[data.draw(st.integers(0, min(len(broken), 600) - 1))] = data.draw(st.integers(0, 255))
    try:
        use(open_picture(bytes(broken), Limits(max_pixels=1_000_000, drawing_seconds=2)))
    except DecodeError as error:
        assert error.reason


@given(st.binary(max_size=200))
def test_any_bytes_are_a_decode_error_or_a_picture(data: bytes) -> None:
    try:
        use(open_picture(data))
    except DecodeError as error:
        assert error.reason


def test_nothing_is_printed_about_broken_files() -> None:
    """Libraries below print warnings by themselves; a progress bar would be torn by them."""
    files = [data[: len(data) * 3 // 4] for data in FILES.values()]
    script = """
import sys, pickle
from vizsla.decode import DecodeError, open_picture
for data in pickle.load(sys.stdin.buffer):
    try:
        open_picture(data)
    except DecodeError:
        pass
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(files),
        capture_output=True,
        check=True,
        env=environment,
    )
    assert (done.stdout, done.stderr) == (b"", b"")


@needs_hostile
def test_files_made_to_crash_decoders_do_no_harm() -> None:
    paths = sorted(HOSTILE.iterdir())
    assert paths
    for path in paths:
        try:
            use(open_picture(path.read_bytes()))
        except DecodeError as error:
            assert error.reason
