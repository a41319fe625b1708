"""The engine seam by brute force: what an engine has to answer, written to be read and not to be fast."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from vizsla.engines.fusion import VARIED, Scored, fused, quality_of, raised, varied
from vizsla.engines.languages import DEFAULT, fold, languages_of
from vizsla.engines.seam import (
    CANDIDATES,
    HELD,
    MOST_TOKENS,
    TEXT_FIELDS,
    All,
    Any,
    Hits,
    Holds,
    Match,
    Not,
    Plan,
    Words,
)
from vizsla.records import COLUMNS, AnyOf, Below, Between, Change, Condition, Filters, ImageRecord, Vector

_STOP_WORDS = {
    "en": "a an and are as at be by for in is it no not of on or s the this to was with",
    "de": "das der die ein eine war und s",
    "nl": "de die het of een s",
}
STOP_WORDS = {code: frozenset(words.split()) for code, words in _STOP_WORDS.items()}
STEMS: Mapping[str, Mapping[str, str]] = {
    "en": {"hunde": "hund"},
    "de": {"hunde": "hund", "dogs": "dog", "hearts": "heart"},
    "nl": {"hunde": "hund", "dogs": "dog"},
    "pt": {"hunde": "hund"},
}
"""What stemmers make of words of tests, where it is another word; in English, no `s` is left at an end."""

_COLUMNS = {column.name: column for column in COLUMNS}

Tokens = list[tuple[int, str]]
"""Place in the text, and word."""


def spelt(text: str, code: str) -> Tokens:
    """Words folded, stop words left out."""
    words = enumerate(re.findall(r"[a-z0-9а-я]+", fold(text)))
    return [(place, word) for place, word in words if word not in STOP_WORDS.get(code, ())]


def analyse(text: str, code: str) -> Tokens:
    """Words with a stemmer that knows plurals: enough for the words of tests."""
    return [(place, _stem(word, code)) for place, word in spelt(text, code)]


def _stem(word: str, code: str) -> str:
    word = STEMS.get(code, {}).get(word, word)
    return word.removesuffix("s") if code == "en" else word


def values(record: ImageRecord, name: str) -> set[str]:
    found = _COLUMNS[name].read(record)
    assert found is not None
    assert not isinstance(found, int)
    return {found} if isinstance(found, str) else set(found)


class ReferenceEngine:
    """Implements `vizsla.engines.seam.Engine` over a dictionary."""

    def __init__(self, dimension: int | None) -> None:
        self._dimension = dimension
        self._records: dict[int, tuple[ImageRecord, Vector | None]] = {}
        self._watermark = 0

    def watermark(self) -> int:
        return self._watermark

    def apply(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.sequence <= self._watermark:
                continue
            self._records.pop(change.number, None)
            if change.record is not None:
                self._records[change.number] = change.record, change.vector
            self._watermark = change.sequence

    def search(self, plan: Plan) -> Hits:
        allowed = sorted(self._allowed(plan), reverse=True)
        words = self.demanded(plan.words)
        if words is not None and self.demanded(plan.loose) is not None:
            words = words if self._by_words(words, allowed).numbers else plan.loose
        if plan.vector is not None and plan.vector.any() and plan.vector.shape != (self._dimension,):
            raise ValueError("the vector does not fit")
        vector = plan.vector if plan.vector is not None and plan.vector.any() else None
        if words is None and vector is None:
            return self._shown(allowed, plan)
        ranked = self._by_words(words, allowed) if words is not None else Scored((), ())
        near = self._by_looks(vector, allowed) if vector is not None else Scored((), ())
        head = Scored(ranked.numbers[:CANDIDATES], ranked.scores[:CANDIDATES])
        found = near_enough(near, plan)
        if plan.varied:
            head, near = self._raised(head), self._raised(near)
        scores = fused(head, near, found, plan.peak or 0.0)
        others = [number for number in ranked.numbers if number not in scores]
        return self._shown([*scores, *others], plan, scores)

    def _raised(self, scored: Scored) -> Scored:
        records = [self._records[number][0] for number in scored.numbers]
        seen = [(record.sharpness, record.width, record.height) for record in records]
        return raised(scored, quality_of(*np.array(seen, np.int64).reshape(-1, 3).T))

    def _varied(self, shown: Sequence[int], scores: Mapping[int, float]) -> Sequence[int]:
        first = [number for number in shown[:VARIED] if number in scores]
        vectors = np.zeros((len(first), self._dimension or 0), np.float32)
        for row, number in zip(vectors, first, strict=True):
            if (vector := self._records[number][1]) is not None:
                row[:] = vector.astype(np.float16)
        order = varied([scores[number] for number in first], vectors)
        return [*(first[place] for place in order), *shown[len(first) :]]

    def _shown(self, ranked: Sequence[int], plan: Plan, scores: Mapping[int, float] | None = None) -> Hits:
        shown = self._collapsed(ranked) if plan.collapse else ranked
        if plan.varied and scores is not None and self._dimension is not None:
            shown = self._varied(shown, scores)
        return Hits(tuple(shown[plan.offset : plan.offset + plan.limit]), len(shown))

    def _collapsed(self, ranked: Sequence[int]) -> list[int]:
        firsts: dict[bytes, int] = {}
        for number in ranked:
            firsts.setdefault(self.group(number), number)
        return list(firsts.values())

    def group(self, number: int) -> bytes:
        return self._records[number][0].group

    def _allowed(self, plan: Plan) -> list[int]:
        demand = self.demanded(plan.demand)
        out = {self.group(number) for number in plan.without if number in self._records}
        return [
            number
            for number in self._within(plan.filters)
            if number not in plan.without
            and not (plan.collapse and self.group(number) in out)
            and (demand is None or score(demand, self._records[number][0]) is not None)
        ]

    def demanded(self, match: Match | None) -> Match | None:
        """The match, if analysis leaves something of it in some language that a record may be in."""
        codes = {code for record, _ in self._records.values() for code in languages_of(record)} or {DEFAULT}
        return match if match and any(demanded(match, code) for code in codes) else None

    def _by_words(self, words: Match, allowed: Iterable[int]) -> Scored:
        scores = {number: score(words, self._records[number][0]) for number in allowed}
        return _ranked({number: found for number, found in scores.items() if found is not None})

    def _by_looks(self, vector: Vector, allowed: Iterable[int]) -> Scored:
        scores = {
            number: float(np.float32(stored.astype(np.float16)) @ vector)
            for number in allowed
            if (stored := self._records[number][1]) is not None
        }
        ranked = _ranked(scores)
        return Scored(ranked.numbers[:CANDIDATES], ranked.scores[:CANDIDATES])

    def count(self, filters: Filters = ()) -> int:
        return len(self._within(filters))

    def facets(self, filters: Filters, column: str) -> dict[str, int]:
        if _COLUMNS[column].kind == "number":
            raise ValueError("numbers have no facets")
        within = self._within(filters)
        counts = Counter(value for n in within for value in values(self._records[n][0], column))
        return {value: count for value, count in counts.items() if value}

    def vocabulary(self) -> Mapping[str, int]:
        found = Counter(word for record, _ in self._records.values() for word in spelt_words(record))
        return {word: count for word, count in found.items() if len(word) > 1 and not word.isdigit()}

    def close(self) -> None:
        pass

    def _within(self, filters: Filters) -> list[int]:
        for condition in filters:
            check(condition)
        return [n for n, (record, _) in self._records.items() if all(holds(c, record) for c in filters)]


def _ranked(scores: Mapping[int, float]) -> Scored:
    numbers = sorted(scores, key=lambda number: (-scores[number], -number))
    return Scored(numbers, [scores[number] for number in numbers])


def near_enough(near: Scored, plan: Plan) -> int:
    """How many of the nearest are found."""
    if not near.scores or (plan.peak is not None and near.scores[0] < plan.peak):
        return 0
    return sum(
        (plan.floor is None or score >= plan.floor)
        and (not plan.share or score >= plan.share * near.scores[0])
        for score in near.scores
    )


FITTING: Mapping[type[Condition], tuple[str, ...]] = {
    AnyOf: ("set", "keyword"),
    Below: ("keyword",),
    Between: ("number",),
}
"""Kinds of columns to which a condition applies."""


def check(condition: Condition) -> None:
    if _COLUMNS[condition.column].kind not in FITTING[type(condition)]:
        raise ValueError("the condition does not fit the column")


def holds(condition: Condition, record: ImageRecord) -> bool:
    check(condition)
    if isinstance(condition, AnyOf):
        return not condition.values.isdisjoint(values(record, condition.column))
    if isinstance(condition, Below):
        (name,) = values(record, condition.column)
        labels = name.split(".")
        return any(".".join(labels[start:]) in condition.domains for start in range(len(labels)))
    number = _COLUMNS[condition.column].read(record)
    if number is None:
        return False
    assert isinstance(number, int)
    low, high = condition.low, condition.high
    return (low is None or low <= number) and (high is None or number <= high)


def spelt_words(record: ImageRecord) -> set[str]:
    texts = (getattr(record, field) for field in TEXT_FIELDS)
    whole = " ".join(text if isinstance(text, str) else " ".join(text) for text in texts)
    return {word for _, word in spelt(whole, languages_of(record)[0])}


def demanded(match: Match, code: str) -> Match | None:
    """The match without what demands nothing in a language."""
    if isinstance(match, Words):
        return match if analyse(match.text, code) else None
    if isinstance(match, Holds):
        return match
    if isinstance(match, Not):
        inner = demanded(match.part, code)
        return None if inner is None else Not(inner)
    parts = tuple(part for one in match.parts if (part := demanded(one, code)) is not None)
    if not parts:
        return None
    return All(parts) if isinstance(match, All) else Any(parts, min(match.minimum, len(parts)))


def score(match: Match, record: ImageRecord) -> float | None:
    """How well a record matches in the language in which it does best; `None` if in none."""
    scores = [_score_as(code, match, record) for code in languages_of(record)]
    return max((found for found in scores if found is not None), default=None)


def _score_as(code: str, match: Match, record: ImageRecord) -> float | None:
    left = demanded(match, code)
    if left is None:
        return 0.0 if excludes(match) else None
    return score_in(left, record, code)


def excludes(match: Match) -> bool:
    """Whether a record matches that holds nothing of it."""
    if isinstance(match, Not):
        return not excludes(match.part)
    if isinstance(match, All | Any):
        held = sum(excludes(part) for part in match.parts)
        needed = len(match.parts) if isinstance(match, All) else min(match.minimum, len(match.parts))
        return held >= needed
    return False


def score_in(match: Match, record: ImageRecord, code: str) -> float | None:
    if isinstance(match, Words):
        fields = TEXT_FIELDS if match.field is None else (match.field,)
        held = [TEXT_FIELDS[field] for field in fields if _holds_words(match, record, field, code)]
        return match.weight * max(held) if held else None
    if isinstance(match, Holds):
        return HELD if holds(match.condition, record) else None
    if isinstance(match, Not):
        return 0.0 if score_in(match.part, record, code) is None else None
    scores = [found for part in match.parts if (found := score_in(part, record, code)) is not None]
    needed = len(match.parts) if isinstance(match, All) else match.minimum
    return sum(scores) if len(scores) >= needed else None


def _holds_words(words: Words, record: ImageRecord, field: str, code: str) -> bool:
    wanted = analyse(words.text, code)[:MOST_TOKENS]
    value: str | tuple[str, ...] = getattr(record, field)
    texts = [analyse(text, code) for text in ((value,) if isinstance(value, str) else value)]
    if not words.phrase:
        return {word for _, word in wanted} <= {word for text in texts for _, word in text}
    first = wanted[0][0]
    shape = [(place - first, word) for place, word in wanted]
    return any(
        {(start + place, word) for place, word in shape} <= set(text) for text in texts for start, _ in text
    )
