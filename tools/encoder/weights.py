"""How much each word counts in a phrase, fitted to what the sentence encoder makes of whole phrases.

"the" comes out at nothing, so that no list of stop words is needed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import torch

from encoder.sentences import Floats, Sentences
from encoder.wordnet import WordNet
from vizsla.encoders.bundled.words import Vocabulary

SEED = 1
PHRASES = 25_000  # Of either kind: some minutes of encoding.
STEPS = 600
BATCH = 1_024
LEARNING_RATE = 0.05
LEAST = 0.05  # A word that counts less carries nothing, and a text of such words alone is as good as empty.
INERTIA = 1e-3  # Keeps the weight of a word at 1 unless phrases speak against it.


def phrases_to_fit(wordnet: WordNet, words: Sequence[str]) -> list[str]:
    """Return names of several words that are not in the vocabulary, and definitions."""
    known = set(words)
    names = [lemma for lemma in wordnet.words() if " " in lemma and lemma not in known]
    sampled = random.Random(SEED)
    definitions = sorted(set(wordnet.definitions()))
    return sampled.sample(names, PHRASES) + sampled.sample(definitions, PHRASES)


def fit_weights(
    phrases: Sequence[str], vocabulary: Vocabulary, vectors: Floats, sentences: Sentences
) -> Floats:
    """Return the weights, `(n,)`, that make weighted sums point where the sentence encoder does."""
    wanted = torch.from_numpy(sentences.encode(phrases))
    entries = [vocabulary.find(phrase) for phrase in phrases]
    usable = torch.tensor([number for number, found in enumerate(entries) if len(found) > 1])
    table = torch.from_numpy(vectors)
    logs = torch.nn.Parameter(torch.zeros(len(vectors)))
    optimiser = torch.optim.Adam([logs], lr=LEARNING_RATE)
    torch.manual_seed(SEED)
    for _ in range(STEPS):
        batch = usable[torch.randint(len(usable), (BATCH,))].tolist()
        cosine = _cosine([entries[number] for number in batch], logs, table, wanted[batch])
        loss = 1 - cosine + INERTIA * logs.square().sum() / BATCH
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    print(f"cosine of weighted sums to phrases: {float(cosine):.3f}")
    weights = np.exp(logs.detach().numpy())
    return np.where(weights < LEAST, 0, weights)


def _cosine(
    entries: Sequence[list[int]], logs: torch.Tensor, table: torch.Tensor, wanted: torch.Tensor
) -> torch.Tensor:
    """Return the mean cosine of weighted sums to the vectors `wanted`."""
    flat = torch.tensor([number for found in entries for number in found])
    starts = torch.tensor(np.cumsum([0] + [len(found) for found in entries[:-1]]))
    sums = torch.nn.functional.embedding_bag(
        flat, table, starts, mode="sum", per_sample_weights=logs[flat].exp()
    )
    return torch.nn.functional.cosine_similarity(sums, wanted).mean()
