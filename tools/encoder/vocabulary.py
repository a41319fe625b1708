"""Which words the text tower knows, and what WordNet adds to what the sentence encoder knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from encoder.classes import Classes
from encoder.sentences import Floats
from encoder.wordnet import Word, WordNet
from vizsla.encoders.bundled.words import base_forms

NARROW = 200  # Classes: a kind that holds more of them, such as "artifact", says too little about a word.
NAMED = 0.7  # Cosine to the nearest name of a class from which on a noun is a subject and describes no other.
STEPS_UP = 2  # How far up a kind may be; beyond that it is seldom what a searcher means.


SLANG = {
    form: base
    for base, forms in (
        line.split(": ")
        for line in """\
dog: doggo doggie woofer
puppy: pupper puppo pupperino
cat: catto kitteh
bird: birb borb
snake: snek
frog: froggo
fish: fishy fishie
monkey: monke
spider: spooder spoder
rabbit: bunbun
raccoon: trash-panda
horse: horsie horsey
duck: ducky duckie
pig: piggie
train: choochoo choo-choo
pickup: ute
jeep: suv
motorcycle: moto
bicycle: pushbike ebike e-bike
fire engine: firetruck
helicopter: heli chopper
airplane: aeroplane jetplane
cellular telephone: smartphone iphone cellphone
television: telly
laptop: macbook chromebook
sweatshirt: hoodie
sunglasses: sunnies
sneaker: trainers
jersey: t-shirt tshirt
umbrella: brolly
vegetable: veg veggie
cheeseburger: burger
mushroom: shroom""".splitlines()
    )
    for form in forms.split()
}
"""What people call things that no dictionary has, with the entry that is meant."""

ALIKE = {
    **dict.fromkeys(("beach", "seaside", "ocean", "sea"), "seashore"),
    **dict.fromkeys(("pooch", "doggy"), "dog"),
    "lake": "lakeside",
    "kitty": "cat",
    "pup": "puppy",
    "bunny": "rabbit",
    "birdie": "bird",
}
"""Words that the sentence encoder finds too far from the class that shows them, with the word to take in their place."""

FILLERS = "photo photograph photography picture image snapshot wallpaper background close-up closeup view scene shot"
"""Words that say that a picture is wanted, and nothing of what it is to show."""


def choose_words(wordnet: WordNet, pieces: Iterable[str], phrases: Iterable[str]) -> list[str]:
    """Return the vocabulary, common words first.

    It holds the sentence encoder's own words unless they are inflected forms of WordNet's, every noun that is one
    word and not only a name, every other lemma that occurs in WordNet's tagged texts, and all `phrases`.
    """
    known, irregular = wordnet.words(), wordnet.exceptions()
    common = [
        piece
        for piece in pieces
        if piece in known or (piece not in irregular and not any(form in known for form in base_forms(piece)))
    ]
    usual = sorted(lemma for lemma, word in known.items() if _is_usual(lemma, word))
    return list(dict.fromkeys([*common, *usual, *phrases]))


def _is_usual(lemma: str, word: Word) -> bool:
    return word.count > 0 or (word.common and " " not in lemma and "n" in word.parts)


def irregular_forms(wordnet: WordNet, words: Iterable[str]) -> dict[str, str]:
    """Return the irregular forms that are no words of their own, with the words they are forms of."""
    known = set(words)
    forms = wordnet.exceptions().items()
    return {form: base for form, base in forms if base in known and form not in known}


def add_kinds(words: Sequence[str], vectors: Floats, wordnet: WordNet, classes: Classes) -> Floats:
    """Move each word half of the way to the narrowest kind that WordNet puts it under: "puppy" to "dog".

    The sentence encoder alone finds "puppy" as near to "canine", and so to wolves, as to "dog". Words that name a
    class or something above one are left where they are.
    """
    numbers = {word: number for number, word in enumerate(words)}
    sizes = classes.sizes
    moved, named = vectors.copy(), set(classes.phrases)
    for word, senses in wordnet.noun_senses().items():
        if word in numbers and word not in named and (kind := _kind(senses[0], sizes, wordnet)):
            together = vectors[numbers[word]] + vectors[numbers[wordnet.lemmas(kind)[0].lower()]]
            moved[numbers[word]] = together / np.linalg.norm(together)
    return moved


def _kind(synset: int, sizes: Mapping[int, int], wordnet: WordNet) -> int | None:
    """Return the nearest synset above that is above some class, the narrowest where several are as near."""
    level = [synset]
    for _ in range(STEPS_UP):
        level = [above for below in level for above in wordnet.hypernyms(below)]
        fit = [above for above in level if 0 < sizes.get(above, 0) <= NARROW]
        if fit:
            return min(fit, key=sizes.__getitem__)
    return None


def subjects(words: Sequence[str], wordnet: WordNet, vectors: Floats, names: Floats) -> list[int]:
    """Return which words are subjects of their own in a text of several words: nouns near to a class's name."""
    known = wordnet.words()
    nouns = [number for number, word in enumerate(words) if word in known and known[word].is_noun]
    return [number for number in nouns if float((names @ vectors[number]).max()) > NAMED]


def stand_ins(words: Sequence[str]) -> dict[int, int]:
    """Return which words, by their numbers, take the embeddings of which others."""
    numbers = {word: number for number, word in enumerate(words)}
    return {numbers[word]: numbers[other] for word, other in ALIKE.items() if word in numbers}
