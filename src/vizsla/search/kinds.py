"""Of which kind a popular query is: which category of trending images it stands in (v7 reference, section 9)."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from vizsla.records import ImageRecord

_WORD = re.compile(r"\w+")


class Kind(msgspec.Struct, frozen=True):
    """A category: what it is called, and how much speaks for it."""

    title: str
    score: Callable[[list[str], ImageRecord], int]
    """From the words of query, tags and title, and the picture."""


def _about(words: frozenset[str]) -> Callable[[list[str], ImageRecord], int]:
    """So much as there are words of this kind, in singular or plural."""

    def score(said: list[str], record: ImageRecord) -> int:
        return sum(word in words or word.removesuffix("s") in words for word in said)

    return score


PEOPLE = frozenset(
    {
        *("actor", "actress", "artist", "athlete", "baby", "bearded", "boy", "bride", "child"),
        *("children", "couple", "crowd", "dancer", "doctor", "face", "family", "farmer", "father"),
        *("girl", "groom", "hero", "king", "lady", "man", "men", "mother", "musician", "nurse"),
        *("people", "person", "player", "politician", "portrait", "president", "prince", "princess"),
        *("queen", "selfie", "singer", "soldier", "teacher", "woman", "women"),
    }
)
ANIMALS = frozenset(
    {
        *("animal", "ant", "antelope", "ape", "bat", "bear", "beaver", "bee", "beetle", "bird"),
        *("bison", "buffalo", "bug", "bull", "butterflies", "butterfly", "calf", "camel", "cat"),
        *("chicken", "chimpanzee", "cow", "crab", "crocodile", "crow", "deer", "dinosaur", "dog"),
        *("dolphin", "donkey", "dragonfly", "duck", "duckling", "eagle", "elephant", "elk", "falcon"),
        *("fish", "fishes", "flamingo", "fox", "foxes", "frog", "gecko", "geese", "giraffe", "goat"),
        *("goldfish", "goose", "gorilla", "hamster", "hare", "hawk", "hedgehog", "hen", "hippo"),
        *("horse", "insect", "jellyfish", "kangaroo", "kitten", "koala", "ladybird", "lamb"),
        *("leopard", "lion", "lizard", "lobster", "mammal", "mice", "monkey", "mouse", "octopus"),
        *("ostrich", "otter", "owl", "panda", "parrot", "peacock", "penguin", "pet", "pig", "pigeon"),
        *("ponies", "pony", "puppies", "puppy", "rabbit", "raccoon", "rat", "raven", "reptile"),
        *("rhino", "rooster", "salmon", "seahorse", "seal", "shark", "sheep", "sloth", "snail"),
        *("snake", "spider", "squirrel", "starfish", "swan", "tiger", "toad", "tortoise", "toucan"),
        *("turtle", "walrus", "whale", "wildlife", "wolf", "wolves", "wombat", "zebra"),
    }
)
PLACES = frozenset(
    {
        *("aurora", "autumn", "bay", "beach", "beaches", "blossom", "bridge", "building", "canyon"),
        *("castle", "cathedral", "cave", "church", "churches", "cities", "city", "cliff", "cloud"),
        *("coast", "country", "countryside", "desert", "falls", "field", "flower", "forest"),
        *("garden", "glacier", "harbor", "harbour", "hill", "iceberg", "island", "jungle", "lake"),
        *("landmark", "landscape", "lighthouse", "meadow", "monument", "moon", "mount", "mountain"),
        *("nature", "ocean", "palace", "park", "plant", "pyramid", "rainbow", "reef", "river"),
        *("rose", "ruin", "savanna", "scenery", "sea", "seascape", "shore", "skyline", "skyscraper"),
        *("spring", "statue", "stream", "street", "summer", "sunrise", "sunset", "temple", "tower"),
        *("town", "travel", "tree", "tulip", "valley", "village", "volcano", "waterfall"),
        *("winter", "wood"),
    }
)

FACES = 2
"""A face that was found says as much as two words."""

KINDS: tuple[Kind, ...] = (
    Kind(
        "Popular people searches",
        lambda said, record: _about(PEOPLE)(said, record) + FACES * bool(record.faces),
    ),
    Kind("Popular animal searches", _about(ANIMALS)),
    Kind("Popular nature and landmark searches", _about(PLACES)),
)
"""In the order of the answer; where two are equal, the first holds."""

WALLPAPER = "Popular wallpaper searches"
GIF = "Popular gif searches"
OTHER = "Popular searches"

TITLES = (*(kind.title for kind in KINDS), WALLPAPER, GIF, OTHER)
"""Every category, in the order of the answer."""


def kind_of(text: str, record: ImageRecord) -> str:
    """The title of the category of a query, told from its words and from its best picture.

    What moves is a GIF whatever it shows; what is about nothing else, but as large as a screen, is a wallpaper.
    """
    if record.animated and record.format == "gif":
        return GIF
    said = _WORD.findall(" ".join((text, *record.tags, record.title)).lower())
    if "wallpaper" in said or "wallpapers" in said:
        return WALLPAPER
    best = max(KINDS, key=lambda kind: kind.score(said, record))
    if best.score(said, record):
        return best.title
    return WALLPAPER if "wallpaper" in record.size_classes else OTHER
