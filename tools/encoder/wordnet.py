"""WordNet 3.0 read from its database files, as `wndb(5WN)` describes them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

HYPERNYMS = ("@", "@i")
NOUN = "1:"  # Begins what a sense key says of a noun.
PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


def spoken(lemma: str) -> str:
    """Return a lemma as people write it: spaces for underscores, no syntactic marker such as `(p)`."""
    return re.sub(r"\([a-z]+\)$", "", lemma).replace("_", " ")


@dataclass
class Word:
    """What WordNet says of a lemma: parts of speech, not only a name, occurrences in the tagged texts."""

    parts: set[str] = field(default_factory=set)
    common: bool = False
    count: int = 0
    noun_count: int = 0

    @property
    def is_noun(self) -> bool:
        """Whether it is a noun at least as often as anything else."""
        return (
            "n" in self.parts
            and 2 * self.noun_count >= self.count
            and (self.count > 0 or "a" not in self.parts)
        )


class WordNet:
    """The nouns with their hypernyms, and the words of all parts of speech with how often they were tagged."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def _nouns(self) -> dict[int, tuple[tuple[str, ...], tuple[int, ...]]]:
        """Lemmas and hypernyms of each noun synset, by its offset."""
        nouns = {}
        for line in self._lines("data.noun"):
            fields = line.split(" | ")[0].split()
            words = int(fields[3], 16)
            lemmas = tuple(spoken(lemma) for lemma in fields[4 : 4 + 2 * words : 2])
            pointers = fields[5 + 2 * words :]
            above = tuple(
                int(offset)
                for kind, offset in zip(pointers[::4], pointers[1::4], strict=False)
                if kind in HYPERNYMS
            )
            nouns[int(fields[0])] = (lemmas, above)
        return nouns

    def lemmas(self, synset: int) -> tuple[str, ...]:
        """Return the lemmas of a noun synset, the commonest first."""
        return self._nouns[synset][0]

    def hypernyms(self, synset: int) -> tuple[int, ...]:
        """Return the synsets directly above a noun synset."""
        return self._nouns[synset][1]

    def closure(self, synset: int) -> tuple[int, ...]:
        """Return a noun synset and everything above it, the nearest first."""
        seen = {synset: None}
        queue = deque([synset])
        while queue:
            for above in self.hypernyms(queue.popleft()):
                if above not in seen:
                    seen[above] = None
                    queue.append(above)
        return tuple(seen)

    def words(self) -> dict[str, Word]:
        """Return every lemma of every part of speech, in lower case."""
        words: dict[str, Word] = {}
        for part, letter in PARTS.items():
            for lemma in self._written(part):
                word = words.setdefault(lemma.lower(), Word())
                word.parts.add(letter)
                word.common |= lemma == lemma.lower()
        for line in (self.root / "cntlist.rev").read_text(encoding="ascii").splitlines():
            key, _, count = line.split()
            if word := words.get(spoken(key.split("%")[0]).lower()):
                word.count += int(count)
                word.noun_count += int(count) if key.split("%")[1].startswith(NOUN) else 0
        return words

    def _written(self, part: str) -> Iterator[str]:
        """Yield the lemmas of a part of speech as they are written in its synsets."""
        for line in self._lines(f"data.{part}"):
            fields = line.split(" | ")[0].split()
            yield from map(spoken, fields[4 : 4 + 2 * int(fields[3], 16) : 2])

    def noun_senses(self) -> dict[str, list[int]]:
        """Return the synsets of every noun, the commonest first, by its lemma in lower case."""
        senses = {}
        for line in self._lines("index.noun"):
            lemma, _, count, *rest = line.split()
            senses[spoken(lemma)] = [int(offset) for offset in rest[-int(count) :]]
        return senses

    def definitions(self) -> Iterator[str]:
        """Yield what WordNet says of each noun synset, without examples and additions."""
        for line in self._lines("data.noun"):
            yield line.split(" | ")[1].split(";")[0].strip()

    def exceptions(self) -> dict[str, str]:
        """Return irregular forms with their base form, nouns before verbs: `mice` to `mouse`, `ran` to `run`."""
        forms: dict[str, str] = {}
        for part in PARTS:
            for line in (self.root / f"{part}.exc").read_text(encoding="ascii").splitlines():
                form, base, *_ = line.split()
                forms.setdefault(spoken(form), spoken(base))
        return forms

    def _lines(self, name: str) -> Iterator[str]:
        """Yield the lines of a database file without its licence, which is indented by two spaces."""
        with (self.root / name).open(encoding="ascii") as file:
            yield from (line for line in file if not line.startswith("  "))
