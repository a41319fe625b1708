"""What may stand in the place of a word of a query: another of its kind, that the library has beside the rest of the query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice

from .colours import COLOURS
from .company import NARROW, Company, Said, fit

PIVOTS = 4
"""Words for one place, at most."""

KIN = 64
"""Words of its kind that are known of one, at most."""

REMEMBERED = 1024
"""Places of queries, and words, of which what may stand there is kept: to find it takes some ten microseconds."""

Near = tuple[tuple[str, float], ...]
"""Words that look like another, and their cosines."""


class Pivots:
    """What is known of words at one time; it does not change."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self.instead = lru_cache(REMEMBERED)(self._instead)
        """`_instead`, of which the answers are remembered."""
        self._kind = lru_cache(REMEMBERED)(self._of_a_kind)

    def _instead(self, word: str, rest: tuple[str, ...], near: Near) -> tuple[str, ...]:
        """What may stand in a word's place: what looks like it, another colour, what keeps the same company, then what stands beside the
        rest; each of which some picture holds with each word of the rest.

        Args:
            word: folded.
            rest: the other words of the query, folded.
        """
        said = Said((word, *rest))
        found = chain(
            (one for one, _ in near), self._colours(word), self._of_a_kind(word), self._beside(rest)
        )
        return tuple(islice(self._fitting(found, word, rest, said), PIVOTS))

    def _fitting(self, found: Iterator[str], word: str, rest: tuple[str, ...], said: Said) -> Iterator[str]:
        company, whole = self._company, (word, *rest)
        for one in found:
            if (
                company.met(one, rest)
                and " " not in one
                and company.usual(one, whole)
                and said.more(one)
                and fit(one)
            ):
                said.say(one)
                yield one

    def _colours(self, word: str) -> Iterator[str]:
        if word in COLOURS:
            beside = self._company.together
            yield from sorted(COLOURS.keys() & beside.keys(), key=lambda one: (-len(beside[one]), one))

    def _of_a_kind(self, word: str) -> tuple[str, ...]:
        """Words that stand beside what the word stands beside, those with the most and closest of it first: two steps of a walk."""
        beside = self._company.beside
        reached: defaultdict[str, float] = defaultdict(float)
        for through, _, _, bond in beside.get(word, ()):
            for other, _, _, further in beside.get(through, ()):
                reached[other] += bond * further
        return tuple(sorted(reached, key=reached.__getitem__, reverse=True)[:KIN])

    def _beside(self, rest: tuple[str, ...]) -> Iterator[str]:
        """What says more of the rest."""
        found = chain.from_iterable(self._company.beside.get(one, ()) for one in rest)
        ranked = sorted(
            (one for one in found if one.share <= NARROW), key=lambda one: (-one.weight, one.word)
        )
        yield from (one.word for one in ranked)


@lru_cache(1)
def pivots_of(company: Company) -> Pivots:
    """Of the newest company, which is asked again and again."""
    return Pivots(company)
