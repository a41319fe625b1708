"""Which words the text tower knows, and how much each counts in a phrase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from encoder.sentences import Floats, Sentences
from encoder.wordnet import Word
from vizsla.encoders.bundled.words import base_forms

WEIGHED = 6_000  # The commonest words, whose weight is measured; all rarer words weigh 1.
PROBES = ("dog", "car", "flower", "guitar", "bridge", "apple", "chair", "bird")
HEAVIEST = 2.0  # Single measurements scatter: no word counts more than twice as much as a noun.


def choose_words(known: Mapping[str, Word], pieces: Iterable[str], phrases: Iterable[str]) -> list[str]:
    """Return the vocabulary, common words first.

    It holds the sentence encoder's own words unless they are inflected forms of WordNet's, every noun that is one
    word and not only a name, every other lemma that occurs in WordNet's tagged texts, and all `phrases`.
    """
    common = [piece for piece in pieces if piece in known or not _is_inflected(piece, known)]
    usual = sorted(lemma for lemma, word in known.items() if _is_usual(lemma, word))
    return list(dict.fromkeys([*common, *usual, *phrases]))


def _is_inflected(piece: str, known: Mapping[str, Word]) -> bool:
    return any(form in known for form in base_forms(piece))


def _is_usual(lemma: str, word: Word) -> bool:
    return word.count > 0 or (word.common and " " not in lemma and "n" in word.parts)


def weigh_words(words: Sequence[str], vectors: Floats, sentences: Sentences) -> Floats:
    """Return how much each word counts beside a noun, `(n,)`.

    The encoder's vector of "word noun" is fitted as `a` times the word's plus `b` times the noun's; the weight is
    the median of `a / b` over the probes. "the" hardly counts, so that no list of stop words is needed.
    """
    weights = np.ones(len(words), np.float32)
    ratios = [_ratios(words[:WEIGHED], vectors[:WEIGHED], probe, sentences) for probe in PROBES]
    weights[:WEIGHED] = np.clip(np.median(ratios, axis=0), 0, HEAVIEST)
    return weights


def _ratios(words: Sequence[str], vectors: Floats, probe: str, sentences: Sentences) -> Floats:
    """Return `a / b` of each word beside one noun, solving the normal equations of unit vectors."""
    noun = sentences.encode([probe])[0]
    pairs = sentences.encode([f"{word} {probe}" for word in words])
    cosine, word_part, noun_part = vectors @ noun, (pairs * vectors).sum(axis=1), pairs @ noun
    a, b = word_part - cosine * noun_part, noun_part - cosine * word_part
    return np.asarray(np.maximum(a, 0) / np.maximum(b, 1e-6), np.float32)
