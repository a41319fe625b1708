"""Which words stand together in a library beyond chance, learnt behind the searches from a sample of its records.

Words are tags, which may be phrases, and the words of titles. Two of them are weighed by `P(b|a) log(P(a,b) / P(a)P(b))`, the part
that a pair has in the log-likelihood ratio (Dunning: "Accurate Methods for the Statistics of Surprise and Coincidence",
Computational Linguistics 19(1), 1993): a pair that is rare says little, and so does a word that is everywhere.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

import msgspec

from vizsla.engines.seam import Engine
from vizsla.records import ImageRecord
from vizsla.store import Store

from .lexicon import STOP_WORDS, fold, words_of
from .spread import spread

SAMPLE = 8_000
"""Records that are looked at, evenly spread: some megabytes while they are."""
READ_AT_ONCE = 200
COUNTED_AT_ONCE = 40
"""Records read, and words counted, in one step: some ten milliseconds."""
MOST_WORDS = 4_000
"""Words whose company is kept, the commonest: a few megabytes."""
MOST_ITEMS = 30
"""Words of one record."""
FEWEST = 2
"""Pictures that hold a word, and that hold two words together: one says nothing about others."""
LIFT = 1.5
"""How many times more often than by chance words stand together at least."""
KEPT = 16
"""Companions of a word."""
NARROW = 0.6
"""Share of the pictures with a word above which another says nothing more."""
LONGEST_ENDING, SHORT_ENDINGS = 3, ("", "s", "es", "n", "en")
"""Letters by which forms of a word differ; and which, where the word has three letters."""
GROWTH = 1.25
"""Learnt anew when the library has so many times the records, or as many times fewer."""

_TAG = re.compile(r"[^\W\d_]{2,}(?:[ '’-][^\W\d_]{2,}){0,2}")
"""One to three words; signs, digits and underscores belong to names that programs give."""
_FILES = """
art artist clip clipart file files free gif image images img jpg jpeg photo photos pic picture pictures png svg thumbnail
untitled vector www com org net
"""
SAYING_NOTHING = STOP_WORDS | frozenset(_FILES.split())
"""Words about files and their kinds, by which nobody looks for what is shown."""


class Beside(NamedTuple):
    """A word that stands beside another."""

    word: str
    """Folded."""
    weight: float
    share: float
    """Of the pictures that hold the other, those that hold this one too."""
    bond: float = 0.0
    """As the weight, but from both sides: small where one of them has much other company."""


class Company(msgspec.Struct, frozen=True, eq=False):
    """What is known at one time."""

    beside: Mapping[str, tuple[Beside, ...]] = {}
    """For a folded word, those that stand beside it, the heaviest first; none is a form of the word, or of one before."""
    shown: Mapping[str, str] = {}
    """How each word that several pictures hold, and not those of one creator only, is written mostly."""
    unknown: frozenset[str] = frozenset()
    """Those of `shown` that the encoder was not taught: of another language, or made up."""

    together: Mapping[str, frozenset[str]] = {}
    """For a folded word, all that some picture holds with it."""

    def met(self, word: str, others: Iterable[str]) -> bool:
        """Whether some picture holds a word with each of others. Anything is met, while nothing has been learnt."""
        beside = self.together.get(word)
        if beside is None:
            return not self.together
        return all(other in beside for other in others)

    def usual(self, word: str, said: Iterable[str]) -> bool:
        """Whether a word is fit to stand beside what was said: not one creator's own, and not unknown where what was said is
        known. Anything is, while nothing has been learnt."""
        if not self.shown:
            return True
        return word in self.shown and (word not in self.unknown or not self.unknown.isdisjoint(said))


_UNFIT = """
anal anus ass bitch boobs breasts cock cunt dildo ejaculation erection erotic erotica fetish fuck genitals genitalia
hentai masturbation naked nazi nipple nipples nude nudes nudity orgasm orgy penis porn porno pornography pussy sex sexual
sexy shit slut suicide swastika tits topless vagina vulva whore xxx
"""
UNFIT = frozenset(_UNFIT.split())
"""Words that are answered when they are asked for, and never suggested."""


def fit(folded: str) -> bool:
    """Whether a text may be suggested to anybody."""
    return UNFIT.isdisjoint(folded.split())


def akin(one: str, other: str) -> bool:
    """Whether two folded words are one, or forms of one, as far as their letters tell: `sail` and `sailing`, `cat` and `cats`, not
    `cat` and `cattle`."""
    if one[:3] != other[:3]:
        return False
    if len(one) > len(other):
        one, other = other, one
    if other.startswith(one):
        return len(other) - len(one) <= LONGEST_ENDING if len(one) > 3 else other[len(one) :] in SHORT_ENDINGS
    alike = next(place for place, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    endings = one[alike:], other[alike:]
    return (alike > 3 and len(endings[1]) <= LONGEST_ENDING) or endings == ("y", "ies")


class Said:
    """Words that were said. By their first letters, so that few are compared."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, list[str]] = {}
        for word in words:
            self.say(word)

    def say(self, folded: str) -> None:
        for word in folded.split():
            self._words.setdefault(word[:3], []).append(word)

    def more(self, folded: str) -> bool:
        """Whether a text has a word that is none of those that were said, nor a form of one."""
        for word in folded.split():
            others = self._words.get(word[:3])
            if others is None or not any(akin(word, one) for one in others):
                return True
        return False


class Learning:
    """Reads and counts, a step at a time. For one thread.

    Args:
        knows: whether words are ones of the language that the encoder was taught.
    """

    def __init__(self, store: Store, engine: Engine, knows: Callable[[str], bool]) -> None:
        self._store = store
        self._engine = engine
        self._knows = knows
        self._count = 0
        self._steps: Iterator[Company | None] = iter(())

    def step(self) -> Company | None:
        """Learn a little more, if the library has changed enough; what is known, when all is."""
        count = self._engine.count()
        if not self._count / GROWTH < count < max(1, self._count) * GROWTH:
            self._count, self._steps = count, self._learning()
        return next(self._steps, None)

    def _learning(self) -> Iterator[Company | None]:
        read: dict[bytes, tuple[frozenset[str], str]] = {}
        written: defaultdict[str, Counter[str]] = defaultdict(Counter)
        numbers = spread(self._engine, SAMPLE)
        for start in range(0, len(numbers), READ_AT_ONCE):
            for stored in self._store.records(numbers[start : start + READ_AT_ONCE]):
                if not stored.record.adult:
                    items = items_of(stored.record)
                    read.setdefault(stored.record.group, (frozenset(items), stored.record.creator))
                    for folded, text in items.items():
                        written[folded][text] += 1
            yield None
        yield from _counted(list(read.values()), written, self._knows)


def _counted(
    read: list[tuple[frozenset[str], str]], written: Mapping[str, Counter[str]], knows: Callable[[str], bool]
) -> Iterator[Company | None]:
    holding: defaultdict[str, list[int]] = defaultdict(list)
    for place, (items, _) in enumerate(read):
        for item in items:
            holding[item].append(place)
    several = len({creator for _, creator in read}) > 1
    usual = {
        item: places
        for item, places in holding.items()
        if len(places) >= FEWEST and not (several and _of_one(read[place][1] for place in places))
    }
    commonest = sorted(usual, key=lambda item: (-len(usual[item]), item))[:MOST_WORDS]
    known = {item for item in commonest if knows(item)}
    beside: dict[str, tuple[Beside, ...]] = {}
    met: dict[str, frozenset[str]] = {}
    for done, item in enumerate(commonest, 1):
        others = known if item in known else usual.keys()  # in the language of the word, if that can be told
        together = Counter(other for place in usual[item] for other in read[place][0] if other in others)
        beside[item] = _weighed(item, together, usual, len(read))
        met[item] = frozenset(other for other in together if " " not in other)
        if done % COUNTED_AT_ONCE == 0:
            yield None
    shown = {item: written[item].most_common(1)[0][0] for item in commonest}
    yield Company(beside, shown, frozenset(commonest) - known, met)


def _of_one(creators: Iterable[str]) -> bool:
    """Whether all are of one creator who is known: what he alone says is a label of his, not what others look for."""
    found = set(creators)
    return len(found) == 1 and "" not in found


def _weighed(
    item: str, together: Counter[str], holding: Mapping[str, list[int]], whole: int
) -> tuple[Beside, ...]:
    own = len(holding[item])
    found = [
        Beside(
            other,
            count / own * math.log(lift),
            count / own,
            count / math.sqrt(own * len(holding[other])) * math.log(lift),
        )
        for other, count in together.items()
        if other != item and count >= FEWEST and (lift := count * whole / (own * len(holding[other]))) >= LIFT
    ]
    ranked = sorted(found, key=lambda one: (-one.weight, one.word))
    return tuple(islice(_distinct(ranked, item), KEPT))


def _distinct(ranked: Iterable[Beside], item: str) -> Iterator[Beside]:
    said = Said([item])
    for one in ranked:
        if fit(one.word) and said.more(one.word):
            said.say(one.word)
            yield one


def items_of(record: ImageRecord) -> dict[str, str]:
    """Folded words of a record, and how they are written there: its tags, then those of its title, without its creator's name."""
    texts = [tag for tag in record.tags[:MOST_ITEMS] if _TAG.fullmatch(tag)]
    creator = set(words_of(record.creator))
    texts += [word for word in words_of(record.title[:200]) if len(word) > 2]
    found = {fold(text): text for text in reversed(texts)}
    return {
        folded: text
        for folded, text in reversed(found.items())
        if len(folded) > 2 and not creator & (words := set(folded.split())) and not words & SAYING_NOTHING
    }
