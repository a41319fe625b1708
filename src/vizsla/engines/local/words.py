"""Words: the text of records in tantivy, with the columns beside it so that a filter is exact there too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tantivy
from tantivy import Filter, Occur, Query, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from vizsla.records import COLUMNS, Column, ImageRecord

from ..seam import TEXT_FIELDS, All, Any, Match, Not, Words
from .columns import Numbers
from .conditions import OneOf, Test

HEAP = 50_000_000
"""Bytes that tantivy may fill before it writes a segment."""

LONGEST_WORD = 80
"""Bytes; longer runs of letters are not words."""

APART = 1000
"""Places between two tags; tantivy's own one place is also what a stop word leaves in a phrase."""

ELSEWHERE = 0.3
"""What a match in a further field adds of its score: a name repeats the title more often than it confirms it."""

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_TOKEN = rf"[{_UNSPACED}]\p{{M}}*|[[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]+"
"""Words; single characters where a script has no spaces."""

Ranked = tuple[list[int], int]
"""Record numbers, the best first, and how many match in all."""


def build_analyzer() -> TextAnalyzer:
    """English: case and accents folded, stop words left out (their places kept), stemmed. `dog's` is `dog`."""
    steps = (
        Filter.remove_long(LONGEST_WORD),
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stopword("english"),
        Filter.custom_stopword(["s"]),
        Filter.stemmer("english"),
    )
    builder = TextAnalyzerBuilder(Tokenizer.regex(_TOKEN))
    for step in steps:
        builder = builder.filter(step)
    return builder.build()


def _build_schema() -> tantivy.Schema:
    builder = SchemaBuilder()
    for field in TEXT_FIELDS:
        builder.add_text_field(field, tokenizer_name="words", index_option="position")
    builder.add_unsigned_field("number", indexed=True, fast=True)
    for column in COLUMNS:
        if column.kind == "number":
            builder.add_integer_field(column.name, fast=True)
        else:
            builder.add_unsigned_field(column.name, indexed=True)
    return builder.build()


_SCHEMA = _build_schema()
_ANALYZER = build_analyzer()


def _add_text(document: tantivy.Document, field: str, value: str | Sequence[str]) -> None:
    if isinstance(value, str):
        document.add_text(field, value)
    else:
        document.add_pre_tokenized_text(field, _apart(value))


def _apart(texts: Sequence[str]) -> tantivy.PreTokenizedString:
    """Several texts as one, so far apart that no phrase spans two of them."""
    tokens = [
        tantivy.Token(
            token.text, token.position + place * APART, token.char_offset_from, token.char_offset_to
        )
        for place, text in enumerate(texts)
        for token in _ANALYZER.pre_tokenize(text).tokens
    ]
    return tantivy.PreTokenizedString("", tokens)


class WordIndex:
    """A tantivy index in a directory. `writer` calls are for the holder of the lock.

    Raises:
        ValueError, OSError: the index is damaged.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self._index = tantivy.Index(_SCHEMA, path=str(directory))
        self._index.register_tokenizer("words", _ANALYZER)
        self._index.config_reader("manual")
        self._writer: tantivy.IndexWriter | None = None

    def view(self) -> WordView:
        """The newest committed state."""
        self._index.reload()
        return WordView(self._index.searcher())

    def put(self, number: int, record: ImageRecord, values: Mapping[Column, Sequence[int]]) -> None:
        """Replace a record; visible after `commit`."""
        self.remove(number)
        document = tantivy.Document()
        document.add_unsigned("number", number)
        for field in TEXT_FIELDS:
            _add_text(document, field, getattr(record, field))
        for column, found in values.items():
            add = document.add_integer if column.kind == "number" else document.add_unsigned
            for value in found:
                add(column.name, value)
        self._open_writer().add_document(document)

    def remove(self, number: int) -> None:
        """Remove a record; visible after `commit`."""
        # By query: `delete_documents_by_term` of tantivy-py 0.27 finds nothing in an unsigned field.
        self._open_writer().delete_documents_by_query(_number_query(number))

    def commit(self) -> int:
        """Make durable what was put and removed; returns tantivy's mark of this state."""
        return self._open_writer().commit()

    def rollback(self) -> None:
        """Forget what was put and removed since the last commit."""
        self._writer = None

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(HEAP, 1)
        return self._writer

    def close(self) -> None:
        """Wait for merges and let another process write."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.wait_merging_threads()


class WordView:
    """One committed state of a word index, never to change."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def __len__(self) -> int:
        return self._searcher.num_docs

    def best(self, query: Query, tests: Sequence[Test], limit: int) -> Ranked:
        """The best matches within the filters, by score and, of equals, the newest first."""
        result = self._searcher.search(_within(query, tests), limit)
        numbers = self._numbers(result)
        scores = np.fromiter((hit[0] for hit in result.hits), np.float64, len(numbers))
        ranked: list[int] = numbers[np.lexsort((-numbers, -scores))].tolist()
        return ranked, _total(result)

    def rest(
        self, query: Query, tests: Sequence[Test], without: Iterable[int], offset: int, limit: int
    ) -> Ranked:
        """A slice of the matches within the filters that are not `without`, by score.

        The excluding clause keeps tantivy from skipping documents by their highest possible score, which would let
        the rounding of sums, and so the order of equals, depend on the size of the slice.
        """
        excluded = Query.boolean_query([(Occur.Should, _number_query(number)) for number in without])
        full = Query.boolean_query([(Occur.Must, _within(query, tests)), (Occur.MustNot, excluded)])
        result = self._searcher.search(full, limit, offset=offset)
        ranked: list[int] = self._numbers(result).tolist()
        return ranked, _total(result)

    def among(self, query: Query, tests: Sequence[Test], numbers: Iterable[int]) -> int:
        """How many of the numbers match within the filters: only they are looked at."""
        these = Query.const_score_query(_union([_number_query(number) for number in numbers]), 0.0)
        both = Query.boolean_query([(Occur.Must, these), (Occur.Must, _within(query, tests))])
        return _total(self._searcher.search(both, 1))

    def _numbers(self, result: tantivy.SearchResult) -> Numbers:
        addresses = [address for _, address in result.hits]
        return np.array(self._searcher.fast_field_values("number", addresses), np.int64)


def _total(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # missing in tantivy's stub


# Queries


def _number_query(number: int) -> Query:
    return Query.term_query(_SCHEMA, "number", number, "basic")


def _within(query: Query, tests: Sequence[Test]) -> Query:
    demands = [(Occur.Must, Query.const_score_query(_test_query(test), 0.0)) for test in tests]
    return Query.boolean_query([(Occur.Must, query), *demands]) if demands else query


def _test_query(test: Test) -> Query:
    name = test.column.name
    if isinstance(test, OneOf):
        terms = [Query.term_query(_SCHEMA, name, code, "basic") for code in test.codes]
        return _union(terms) if terms else Query.empty_query()
    return Query.range_query(_SCHEMA, name, tantivy.FieldType.Integer, test.low, test.high)


def _union(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def match_query(match: Match) -> Query | None:
    """The tantivy query of a match; `None` if analysis leaves nothing that it demands."""
    match match:
        case Words():
            return _words_query(match)
        case Not():
            part = match_query(match.part)
            everything = Query.const_score_query(Query.all_query(), 0.0)
            return part and Query.boolean_query([(Occur.Must, everything), (Occur.MustNot, part)])
        case All():
            parts = _parts(match.parts)
            return Query.boolean_query([(Occur.Must, part) for part in parts]) if parts else None
        case Any():
            parts = _parts(match.parts)
            return _at_least(match.minimum, parts) if parts else None


def _parts(parts: Iterable[Match]) -> list[Query]:
    return [query for part in parts if (query := match_query(part)) is not None]


def _at_least(minimum: int, parts: Sequence[Query]) -> Query:
    choices = [(Occur.Should, part) for part in parts]
    if minimum <= 0:
        everything = Query.const_score_query(Query.all_query(), 0.0)
        return Query.boolean_query([(Occur.Must, everything), *choices])
    return Query.boolean_query(choices, minimum_number_should_match=min(minimum, len(parts)))


def _words_query(words: Words) -> Query | None:
    tokens = _ANALYZER.pre_tokenize(words.text).tokens
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
        return Query.term_query(_SCHEMA, field, run[0].text)
    first = run[0].position
    return Query.phrase_query(_SCHEMA, field, [(token.position - first, token.text) for token in run])
