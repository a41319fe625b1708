"""Queries made of texts: parts of descriptions in ten languages, other forms of words, slips of the pen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from bm25s import stopwords

from benchmarks.relevance.judged import order

STOP_WORDS: Mapping[str, Collection[str]] = {
    "en": stopwords.STOPWORDS_EN_PLUS,
    "de": stopwords.STOPWORDS_GERMAN,
    "fr": stopwords.STOPWORDS_FRENCH,
    "es": stopwords.STOPWORDS_SPANISH,
    "it": stopwords.STOPWORDS_ITALIAN,
    "pt": stopwords.STOPWORDS_PORTUGUESE,
    "nl": stopwords.STOPWORDS_DUTCH,
    "ru": stopwords.STOPWORDS_RUSSIAN,
    "zh": (),
    "ja": (),
}

LEAST = 3
"""Letters of a word that says something."""
STEM, END = 5, 2
"""Two words are forms of one if they begin alike, for so many letters or more, and then differ in at most so many."""

_WORD = re.compile(r"[^\W\d_]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_CHINESE_COUNT = re.compile(r"[一这那几两有][个只条朵支头把张件座辆架艘本颗片块种些匹棵]")
_CHINESE_HEAD = 4
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+")
_JAPANESE_PARTICLE = re.compile(r"(?<=..)(?:の|を|が|は|に|で|と|へ|も|な|から|まで)$")

NEIGHBOURS = dict(
    pair.split(":")
    for pair in [
        "q:wa",
        "w:qes",
        "e:wrd",
        "r:etf",
        "t:ryg",
        "y:tuh",
        "u:yij",
        "i:uok",
        "o:ipl",
        "p:ol",
        "a:qsz",
        "s:adw",
        "d:sfe",
        "f:dgr",
        "g:fht",
        "h:gjy",
        "j:hku",
        "k:jli",
        "l:kop",
        "z:ax",
        "x:zcs",
        "c:xvd",
        "v:cbf",
        "b:vng",
        "n:bmh",
        "m:nk",
    ]
)
"""Keys beside each other on an English keyboard."""


def content_words(text: str, language: str) -> list[str]:
    """The words of a description that say what it is about, in their order.

    Chinese and Japanese are written without spaces between words. Of Chinese, a piece is the end of what stands
    between signs, particles and measure words, where the head of a phrase is. Japanese in these texts is
    written for children, with spaces between phrases, which lose the particle at their end.
    """
    if language == "zh":
        pieces = _CHINESE.findall(_CHINESE_COUNT.sub(" ", text.replace("的", " ")))
        return [piece[-_CHINESE_HEAD:] for piece in pieces if len(piece) > 1]
    if language == "ja":
        return [
            piece for found in _JAPANESE.findall(text) if len(piece := _JAPANESE_PARTICLE.sub("", found)) > 1
        ]
    words = _WORD.findall(text.replace("'", " ").replace("’", " ").lower())
    return [word for word in words if len(word) >= LEAST and word not in STOP_WORDS[language]]


def part(words: Sequence[str], count: int, seed: str) -> list[str]:
    """So many of the words, each once, in their order; a sample that depends on nothing but `seed`."""
    different = list(dict.fromkeys(words))
    random = np.random.default_rng(order(seed))
    return [different[at] for at in sorted(random.permutation(len(different))[:count])]


def forms(texts: Iterable[str], language: str) -> dict[str, list[str]]:
    """Of each word that texts hold, its other forms among them: `houses` of `house`, told by letters alone.

    Chinese has none, and what Japanese writes at the end of words is cut off.
    """
    if language in ("zh", "ja"):
        return {}
    words = {word for text in texts for word in content_words(text, language)}
    families: dict[str, set[str]] = defaultdict(set)
    for word in words:
        for end in range(END + 1):
            if len(word) - end >= STEM:
                families[word[: len(word) - end]].add(word)
    others: dict[str, set[str]] = defaultdict(set)
    for family in families.values():
        for word in family:
            others[word] |= family - {word}
    return {word: sorted(found) for word, found in others.items() if found}


def slip(text: str) -> str | None:
    """The text with one slip in its longest word: neighbours swapped, a letter left out, doubled, or the key beside.

    The first letter stays. `None`: no word has four letters.
    """
    word = max(text.split(), key=len)
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return None
    random = np.random.default_rng(order(text))
    ways = [
        wrong
        for at in range(1, len(word))
        for wrong in (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            *(word[:at] + key + word[at + 1 :] for key in NEIGHBOURS.get(word[at], "")[:1]),
        )
        if wrong != word
    ]
    return text.replace(word, ways[int(random.integers(len(ways)))], 1)
