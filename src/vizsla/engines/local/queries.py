"""Matches, tests and numbers as tantivy queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import tantivy
from tantivy import Occur, Query

from ..seam import TEXT_FIELDS, All, Any, Holds, Match, Not, Words
from .conditions import OneOf, Test, test
from .keywords import Keywords
from .text import ANALYZER, SCHEMA

ELSEWHERE = 0.3
"""What a match in a further field adds of its score: a name repeats the title more often than it confirms it."""

MANY = 100
"""Codes from which on a set of them is searched faster as one automaton than as a term each."""

Clause = tuple[Occur, Query]


def silent(query: Query) -> Query:
    """The query with no say in the ranking."""
    return Query.const_score_query(query, 0.0)


def opposite(query: Query) -> Query:
    """What does not match."""
    return Query.boolean_query([(Occur.Must, silent(Query.all_query())), (Occur.MustNot, query)])


def within(query: Query, clauses: Sequence[Clause]) -> Query:
    """The query, narrowed."""
    return Query.boolean_query([(Occur.Must, query), *clauses]) if clauses else query


def number_query(number: int) -> Query:
    """The record with this number."""
    return Query.term_query(SCHEMA, "number", number, "basic")


def numbers_query(numbers: Iterable[int]) -> Query:
    """The records with these numbers."""
    return _union([number_query(number) for number in numbers])


def test_query(test: Test) -> Query:
    """What passes a test; does not rank."""
    name = test.column.name
    if not isinstance(test, OneOf):
        return silent(Query.range_query(SCHEMA, name, tantivy.FieldType.Integer, test.low, test.high))
    if len(test.codes) >= MANY:
        return silent(Query.term_set_query(SCHEMA, name, test.codes))
    terms = [Query.term_query(SCHEMA, name, code, "basic") for code in test.codes]
    return silent(_union(terms)) if terms else Query.empty_query()


def _union(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def match_query(match: Match, keywords: Keywords) -> Query | None:
    """The tantivy query of a match; `None` if analysis leaves nothing that it demands.

    Raises:
        ValueError: a condition in it names no column, or one of another kind.
    """
    match match:
        case Words():
            return _words_query(match)
        case Holds():
            return test_query(test(match.condition, keywords))
        case Not():
            part = match_query(match.part, keywords)
            return part and opposite(part)
        case All():
            parts = _parts(match.parts, keywords)
            return Query.boolean_query([(Occur.Must, part) for part in parts]) if parts else None
        case Any():
            parts = _parts(match.parts, keywords)
            return _at_least(match.minimum, parts) if parts else None


def _parts(parts: Iterable[Match], keywords: Keywords) -> list[Query]:
    return [query for part in parts if (query := match_query(part, keywords)) is not None]


def _at_least(minimum: int, parts: Sequence[Query]) -> Query:
    choices = [(Occur.Should, part) for part in parts]
    if minimum <= 0:
        return Query.boolean_query([(Occur.Must, silent(Query.all_query())), *choices])
    return Query.boolean_query(choices, minimum_number_should_match=min(minimum, len(parts)))


def _words_query(words: Words) -> Query | None:
    tokens = ANALYZER.pre_tokenize(words.text).tokens
    if not tokens:
        return None
    runs = [tokens] if words.phrase else _runs(tokens)
    fields = TEXT_FIELDS if words.field is None else (words.field,)
    return Query.disjunction_max_query([_field_query(field, runs) for field in fields], ELSEWHERE)


def _runs(tokens: Sequence[tantivy.Token]) -> list[list[tantivy.Token]]:
    """Tokens that touch in the text belong together: 写真 is a word, though indexed as two."""
    runs: list[list[tantivy.Token]] = []
    for token in tokens:
        if runs and runs[-1][-1].char_offset_to == token.char_offset_from:
            runs[-1].append(token)
        else:
            runs.append([token])
    return runs


def _field_query(field: str, runs: Sequence[Sequence[tantivy.Token]]) -> Query:
    every = [_run_query(field, run) for run in runs]
    query = every[0] if len(every) == 1 else Query.boolean_query([(Occur.Must, one) for one in every])
    return Query.boost_query(query, TEXT_FIELDS[field])


def _run_query(field: str, run: Sequence[tantivy.Token]) -> Query:
    if len(run) == 1:
        return Query.term_query(SCHEMA, field, run[0].text)
    first = run[0].position
    return Query.phrase_query(SCHEMA, field, [(token.position - first, token.text) for token in run])
