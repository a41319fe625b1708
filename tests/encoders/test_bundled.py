"""The bundled encoder keeps the contract, notices damage, and means what it says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image, ImageOps

from encoders.contract import EncoderContract, pictures
from undistributed import needs_photos, photos
from vizsla.encoders import EncoderError, EncoderGone, UnknownEncoder, open_encoder
from vizsla.encoders.bundled.artifact import DIGESTS, IMAGE_TOWER, TEXT_TOWER
from vizsla.encoders.bundled.classes import Classes
from vizsla.encoders.bundled.encoder import DIRECTORY, open_bundled
from vizsla.encoders.bundled.kin import ALIKE, NEAREST, Kin
from vizsla.encoders.bundled.meant import SHOWN
from vizsla.encoders.seam import Encoder, Pixels

ARTIFACT_LIMIT = 24_000_000  # Bytes; the wheel is meant to stay small.
HALF_PRECISION = np.float16  # What engines store.


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


class TestContract(EncoderContract):
    pass


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(UnknownEncoder, match="bundled, bundled-3"):
        open_encoder("clip")


def test_an_encoder_of_an_earlier_version_is_refused_with_the_way_on() -> None:
    for name in ("bundled-1", "bundled-2"):
        with pytest.raises(EncoderGone, match=rf"no encoder '{name}' any more: choose 'bundled'"):
            open_encoder(name)


def test_the_name_written_into_a_library_opens_the_same_encoder(encoder: Encoder) -> None:
    again = open_encoder(encoder.name)
    assert (again.name, again.digest) == (encoder.name, encoder.digest)


def test_picture_vectors_have_length_one_also_in_half_precision(encoder: Encoder) -> None:
    stored = encoder.encode_images(pictures(encoder, 5)).astype(HALF_PRECISION).astype(np.float32)
    np.testing.assert_allclose(np.linalg.norm(stored, axis=1), 1, atol=1e-3)


def test_the_artifact_is_small_and_its_licences_are_beside_it() -> None:
    assert sum((DIRECTORY / name).stat().st_size for name in (IMAGE_TOWER, TEXT_TOWER)) < ARTIFACT_LIMIT
    card = (DIRECTORY / "MODEL_CARD.md").read_text(encoding="utf-8")
    for licence in (DIRECTORY / "licences").iterdir():
        assert licence.name in card


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in (IMAGE_TOWER, TEXT_TOWER, DIGESTS):
        shutil.copy(DIRECTORY / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", [IMAGE_TOWER, TEXT_TOWER])
def test_one_changed_bit_is_noticed(copied: Path, name: str) -> None:
    whole = bytearray((copied / name).read_bytes())
    whole[len(whole) // 2] ^= 1
    (copied / name).write_bytes(whole)
    with pytest.raises(EncoderError, match=f"{name}.*install vizsla again"):
        open_bundled(copied)


@pytest.mark.parametrize("name", [IMAGE_TOWER, TEXT_TOWER, DIGESTS])
def test_a_missing_file_is_noticed(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(EncoderError, match="install vizsla again"):
        open_bundled(copied)


@pytest.mark.parametrize("digests", [b"", b"one\n", b"\xff\xfe", b"0 image.onnx\n"])
def test_a_damaged_list_of_digests_is_noticed(copied: Path, digests: bytes) -> None:
    (copied / DIGESTS).write_bytes(digests)
    with pytest.raises(EncoderError, match="install vizsla again"):
        open_bundled(copied)


def modules_after(code: str) -> set[str]:
    """Run code in a fresh interpreter; return the names of the packages that it loaded."""
    code += "\nimport sys; print(*{name.split('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_importing_the_room_loads_nothing_heavy() -> None:
    assert not modules_after("import vizsla.encoders") & {"numpy", "onnxruntime"}


def test_texts_are_encoded_without_the_image_tower() -> None:
    loaded = modules_after("import vizsla.encoders as e; e.open_encoder().encode_texts(['dog'])")
    assert "numpy" in loaded
    assert "onnxruntime" not in loaded


def likeness(encoder: Encoder, one: str, other: str) -> float:
    a, b = encoder.encode_texts([one, other])
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("Dogs", "dog"),
        ("PUPPIES", "puppy"),
        ("mice", "mouse"),
        ("butterflies", "butterfly"),
        ("dog's", "dog"),
        ("dog’s", "dog"),
        ("cafés", "cafe"),
        ("sports cars", "sports car"),
        ("golden retrievers", "golden retriever"),
        ("doggos", "dog"),
        ("pupper", "puppy"),
        ("a photo of a dog", "dog"),
        ("greyish", "gray"),
        ("tigers", "tiger"),
        ("shoes", "shoe"),
        ("kittens", "cat"),
        ("golden gate bridges", "golden gate bridge"),
        ("sedans", "car"),
        ("tortoises", "turtle"),
        ("supermarkets", "grocery store"),
        ("gas stations", "gas pump"),
        ("farm animals", "livestock"),
        ("the spiderweb", "spider web"),
    ],
)
def test_forms_of_a_word_are_the_word(encoder: Encoder, form: str, base: str) -> None:
    assert encoder.encode_texts([base]).any()
    np.testing.assert_array_equal(encoder.encode_texts([form]), encoder.encode_texts([base]))


@given(subject=arrays(np.int8, 32, elements=st.integers(-127, 127)))
def test_few_names_are_compared_wholly_and_relevance_is_as_if_all_were(subject: NDArray[np.int8]) -> None:
    """The names of the artifact in random words' directions are seldom near; those made here are."""
    choose = np.random.default_rng(1)
    names = (subject + choose.integers(-20, 20, (40, 32))).clip(-127, 127).astype(np.int8)
    names = np.vstack([names, choose.integers(-127, 127, (40, 32), dtype=np.int8)])
    assume(bool(subject.any()) and bool(names.any(axis=1).all()))
    members, starts = choose.integers(0, 80, 60).astype(np.uint16), np.arange(0, 60, 5, dtype=np.int32)
    vector = subject / np.linalg.norm(subject.astype(np.float32))
    units = names / np.linalg.norm(names.astype(np.float32), axis=1, keepdims=True)
    highest = np.maximum.reduceat((units @ vector)[members], starts)
    wanted = np.maximum(np.exp(5 * (highest - 1)) - 0.1, 0) / 0.9
    for head in (8, 31):
        classes = Classes(names, members, starts, 5, 0.1, head)
        relevance = classes.relevance(np.stack([vector, -vector]).astype(np.float32))
        np.testing.assert_allclose(relevance[0], wanted, atol=1e-4)
        np.testing.assert_array_equal(
            relevance[1:], classes.relevance(-vector[np.newaxis].astype(np.float32))
        )


@pytest.mark.parametrize(
    ("query", "near", "far"),
    [
        ("puppy", "dog", "boat"),
        ("kitten", "cat", "violin"),
        ("yacht", "ship", "mushroom"),
        ("a photo of a dog", "dog", "camera"),
        ("the guitar", "guitar", "house"),
        ("dogbasket", "dog", "ship"),
        ("automobile", "car", "bird"),
        ("toys", "teddy bear", "chihuahua"),
        ("cats", "siamese cat", "lion"),
        ("cats", "lion", "dog"),
        ("monitor", "screen", "komodo dragon"),
        ("kitchen", "refrigerator", "violin"),
        ("violin", "cello", "trumpet"),
    ],
)
def test_a_query_is_nearer_to_what_it_means(encoder: Encoder, query: str, near: str, far: str) -> None:
    assert likeness(encoder, query, near) > likeness(encoder, query, far)


@pytest.mark.parametrize("word", sorted(SHOWN))
def test_what_shows_a_word_is_what_the_image_tower_knows(encoder: Encoder, word: str) -> None:
    for name in {*SHOWN[word].names, *(name for _, name in SHOWN[word].weighed)} - {word}:
        assert np.linalg.norm(encoder.encode_texts([name])[0]) > encoder.floor, name


@pytest.mark.parametrize("described", ["cute {}s", "a sleeping {}", "{}s in the woods", "two fluffy {}s"])
@pytest.mark.parametrize("word", ["dog", "bear", "spider", "lizard"])
def test_how_something_is_does_not_hide_what_it_is(encoder: Encoder, word: str, described: str) -> None:
    plain, asked = encoder.encode_texts([word, described.format(word)])
    assert np.linalg.norm(asked) > 0.9 * np.linalg.norm(plain)
    assert likeness(encoder, word, described.format(word)) > 0.95


def test_what_is_akin_comes_next_and_what_is_only_like_counts_less() -> None:
    """Classes 0 and 1 are violin and cello, 2 is a harp, 3 a drum."""
    kin = Kin(np.array([0, 1, 0, 1, 2, 0, 1, 2, 3], np.uint16), np.array([0, 2, 5], np.int32))
    relevance = np.array([1, 0.1, 0, 0.6], np.float32)
    kin.weigh(relevance)
    np.testing.assert_allclose(relevance, [1, NEAREST[0], NEAREST[1], 0.6 * ALIKE])
    none_named = np.array([0.9, 0, 0, 0.6], np.float32)
    kin.weigh(none_named)
    np.testing.assert_allclose(none_named, [0.9, 0, 0, 0.6])


def middle(path: Path, side: int) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(ImageOps.fit(image.convert("RGB"), (side, side)))


def plain(encoder: Encoder, colour: tuple[int, int, int]) -> Pixels:
    """A picture of one colour with a darker square in its middle."""
    side = encoder.geometry.side
    pixels = np.full((side, side, 3), colour, np.uint8)
    pixels[80:180, 80:180] = pixels[80:180, 80:180] // 4 * 3
    return pixels


COLOURS = {
    "red": (210, 20, 30),
    "orange": (255, 140, 0),
    "yellow": (250, 220, 30),
    "green": (20, 150, 40),
    "blue": (30, 80, 220),
    "pink": (250, 130, 190),
    "black": (10, 10, 10),
    "white": (255, 255, 255),
}


@pytest.mark.parametrize("colour", sorted(set(COLOURS) - {"orange", "white"}))
@pytest.mark.parametrize("text", ["{}", "{} car", "something {}"])
def test_a_colour_brings_its_pictures_to_the_front(encoder: Encoder, colour: str, text: str) -> None:
    vectors = encoder.encode_images(np.stack([plain(encoder, shown) for shown in COLOURS.values()]))
    scores = vectors @ encoder.encode_texts([text.format(colour)])[0]
    assert list(COLOURS)[int(scores.argmax())] == colour


def test_black_and_white_is_not_two_colours(encoder: Encoder) -> None:
    grey, coloured = plain(encoder, (128, 128, 128)), plain(encoder, (200, 40, 40))
    scores = encoder.encode_images(np.stack([grey, coloured])) @ encoder.encode_texts(["black and white"])[0]
    assert scores[0] > encoder.floor > scores[1]


@needs_photos
def test_a_text_of_two_subjects_prefers_the_picture_that_shows_both(encoder: Encoder) -> None:
    side = encoder.geometry.side
    by_word = {
        word: next(photo.path for photo in photos() if word in photo.words) for word in ("dog", "bird")
    }
    dog, bird = (middle(path, side) for path in by_word.values())
    both = dog.copy()
    both[:, side // 2 :] = bird[:, side // 4 : side // 4 + side - side // 2]
    scores = (
        encoder.encode_images(np.stack([dog, bird, both])) @ encoder.encode_texts(["a dog and a bird"])[0]
    )
    assert scores.argmax() == 2


@needs_photos
@pytest.mark.parametrize(
    ("shown", "like"), [("fly", "mosquito"), ("elephant", "mammoth"), ("lady's slipper", "sunflower")]
)
def test_a_thing_that_is_only_like_what_a_picture_shows_does_not_find_it(
    encoder: Encoder, shown: str, like: str
) -> None:
    path = next(photo.path for photo in photos() if any(shown in word for word in photo.words))
    vector = encoder.encode_images(middle(path, encoder.geometry.side)[None])[0]
    scores = encoder.encode_texts([shown, like]) @ vector
    assert scores[0] > encoder.floor > scores[1]


@needs_photos
def test_sixteen_puppies_are_sixteen_dogs(encoder: Encoder) -> None:
    shown = photos()
    vectors = encoder.encode_images(np.stack([middle(photo.path, encoder.geometry.side) for photo in shown]))
    best = np.argsort(-(vectors @ encoder.encode_texts(["puppies"])[0]), kind="stable")[:16]
    assert ["dog" in shown[number].words for number in best] == [True] * 16


def test_slips_of_the_pen_are_not_known_also_where_they_read_as_two_words(encoder: Encoder) -> None:
    assert all(map(encoder.knows, ("zebra", "children's", "T-shirt", "running", "happier")))
    assert not any(map(encoder.knows, ("pupies", "kitchin", "elefant", "mountian", "bycicle", "собака")))
