"""Matches, tests and numbers as tantivy queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import tantivy
from tantivy import Occur, Query

from ..languages import CODES
from ..seam import HELD, MOST_TOKENS, TEXT_FIELDS, All, Any, Holds, Match, Not, Words
from .conditions import OneOf, Test, test
from .keywords import Keywords
from .text import SCHEMA, SPEAKS, tokens

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


def match_query(match: Match, keywords: Keywords, languages: Sequence[str]) -> Query | None:
    """The tantivy query of a match; `None` if analysis leaves nothing that it demands, whatever the language.

    A record matches as the match is analysed in its language. Where that leaves nothing, but another language leaves something,
    it holds none of the words: it matches if `excludes`.

    Args:
        languages: those that records may be in.

    Raises:
        ValueError: a condition in it names no column, or one of another kind.
    """
    asked = {code: left for code in languages if (left := _left(match, code)) is not None}
    if not asked:
        return None
    found = [_within_language(left, code, keywords, len(languages)) for code, left in asked.items()]
    if excludes(match):
        found += [within(Query.all_query(), [_speaking(code)]) for code in languages if code not in asked]
    return Query.disjunction_max_query(found) if len(found) > 1 else found[0]


def excludes(match: Match) -> bool:
    """Whether a record matches that holds none of the words and passes none of the conditions."""
    match match:
        case Not():
            return not excludes(match.part)
        case All():
            return all(map(excludes, match.parts))
        case Any():
            return sum(map(excludes, match.parts)) >= min(match.minimum, len(match.parts))
    return False


def _left(match: Match, code: str) -> Match | None:
    """What analysis in a language leaves of a match."""
    match match:
        case Words():
            return match if tokens(match.text, code) else None
        case Not():
            part = _left(match.part, code)
            return None if part is None else Not(part)
        case All() | Any():
            parts = tuple(part for one in match.parts if (part := _left(one, code)) is not None)
            return msgspec.structs.replace(match, parts=parts) if parts else None
    return match


def _within_language(match: Match, code: str, keywords: Keywords, languages: int) -> Query:
    query = _query(match, keywords, code)
    return query if languages == 1 or _holds_words(match) else within(query, [_speaking(code)])


def _holds_words(match: Match) -> bool:
    """Whether what matches holds words of it, which none of another language does."""
    match match:
        case Words():
            return True
        case All():
            return any(map(_holds_words, match.parts))
        case Any():
            return match.minimum > 0 and all(map(_holds_words, match.parts))
    return False


def _speaking(code: str) -> Clause:
    return Occur.Must, silent(Query.term_query(SCHEMA, SPEAKS, CODES.index(code), "basic"))


def _query(match: Match, keywords: Keywords, code: str) -> Query:
    match match:
        case Words():
            return _words_query(match, code)
        case Holds():
            return Query.const_score_query(test_query(test(match.condition, keywords)), HELD)
        case Not():
            return opposite(_query(match.part, keywords, code))
        case All():
            return Query.boolean_query([(Occur.Must, _query(part, keywords, code)) for part in match.parts])
        case Any():
            return _at_least(match.minimum, [_query(part, keywords, code) for part in match.parts])


def _at_least(minimum: int, parts: Sequence[Query]) -> Query:
    choices = [(Occur.Should, part) for part in parts]
    if minimum <= 0:
        return Query.boolean_query([(Occur.Must, silent(Query.all_query())), *choices])
    return Query.boolean_query(choices, minimum_number_should_match=min(minimum, len(parts)))


def _words_query(words: Words, code: str) -> Query:
    found = tokens(words.text, code)[:MOST_TOKENS]
    runs = [found] if words.phrase else _runs(found)
    fields = TEXT_FIELDS if words.field is None else (words.field,)
    query = Query.disjunction_max_query([_field_query(field, runs) for field in fields], ELSEWHERE)
    return query if words.weight == 1 else Query.boost_query(query, words.weight)


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
