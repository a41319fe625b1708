"""The table of photos elsewhere is whole, and what packs them is read."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from benchmarks import categories, elsewhere, qt_resources

from vizsla.encoders import open_encoder

PAPER = 999
"""The class of toilet paper, which no photo of the table shows."""


def collection(files: dict[str, bytes], *, compressed: bool, version: int) -> bytes:
    """A resource collection with all files in its root directory."""
    names, data, offsets = b"", b"", []
    for name, contents in files.items():
        offsets.append((len(names), len(data)))
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
        packed = struct.pack(">I", len(contents)) + zlib.compress(contents) if compressed else contents
        data += struct.pack(">I", len(packed)) + packed
    dated = bytes(8) if version >= qt_resources.DATED else b""
    root = struct.pack(">IHII", 0, qt_resources.DIRECTORY, len(files), 1) + dated
    flags = qt_resources.COMPRESSED if compressed else 0
    tree = root + b"".join(struct.pack(">IHHHI", name, flags, 0, 0, at) + dated for name, at in offsets)
    begin = 20
    head = struct.pack(">4I", version, begin, begin + len(tree), begin + len(tree) + len(data))
    return qt_resources.MAGIC + head + tree + data + names


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("compressed", [False, True])
def test_files_of_a_resource_collection_are_read(version: int, *, compressed: bool) -> None:
    files = {"owl.webp": b"\x00owl" * 9, "über.png": b""}
    packed = collection(files, compressed=compressed, version=version)
    assert dict(qt_resources.files(packed)) == {f"/{name}": contents for name, contents in files.items()}


def test_what_is_no_resource_collection_is_refused() -> None:
    with pytest.raises(ValueError, match="no resource collection"):
        qt_resources.files(b"PK\x03\x04")


@pytest.mark.parametrize("word", ["dog", "bird", "lizard", "tool", "furniture"])
def test_photos_that_are_recognised_are_found(word: str) -> None:
    shows = list(elsewhere.read().values())
    encoder = open_encoder()
    classes = {known.text: known.classes for known in categories.read("words")}
    shown = [classes[word][0] if word in words else PAPER for words in shows]
    answer = elsewhere.ask(encoder, categories.recognised(encoder.dimension)[shown], shows, word)
    assert answer.shown == answer.uncut == 1
    assert answer.right == answer.total == answer.photos == sum(word in words for words in shows)


def test_a_category_has_the_classes_that_are_below_it_in_wordnet() -> None:
    words = {word.text: word.classes for word in categories.read("words")}
    assert words["puppies"] == words["dogs"] == tuple(range(151, 269))
    assert set(words["terrier"]) < set(words["dog"]) < set(words["animals"])
    assert np.all(np.diff(words["furniture"]) > 0)
