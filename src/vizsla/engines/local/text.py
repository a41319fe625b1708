"""Text as tantivy holds it: how it is analysed, what fields a record has, and its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tantivy
from tantivy import Filter, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from vizsla.records import COLUMNS, Column, ImageRecord

from ..seam import TEXT_FIELDS

LONGEST_WORD = 80
"""Bytes; longer runs of letters are not words."""

APART = 1000
"""Places between two tags; tantivy's own one place is also what a stop word leaves in a phrase."""

SPELT = "spelt"
"""The field of all words as they are written, folded: only its dictionary is read, for `Engine.vocabulary`."""

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_TOKEN = rf"[{_UNSPACED}]\p{{M}}*|[[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]+"
"""Words; single characters where a script has no spaces."""

_LETTER = rf"[\p{{L}}--[{_UNSPACED}]]"
_OTHER = r"[\p{N}\p{M}]"
_SPELT = rf"{_OTHER}*{_LETTER}[[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]+|{_OTHER}+{_LETTER}"
"""Words that mean something by themselves: of two characters and more, a letter among them."""


def _analyzer(token: str, *further: Filter) -> TextAnalyzer:
    """Case and accents folded, stop words left out (their places kept). `dog's` is `dog`."""
    steps = (
        Filter.remove_long(LONGEST_WORD),
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stopword("english"),
        Filter.custom_stopword(["s"]),
        *further,
    )
    builder = TextAnalyzerBuilder(Tokenizer.regex(token))
    for step in steps:
        builder = builder.filter(step)
    return builder.build()


ANALYZER = _analyzer(_TOKEN, Filter.stemmer("english"))
ANALYZERS: Mapping[str, TextAnalyzer] = {"words": ANALYZER, SPELT: _analyzer(_SPELT)}
"""By the names under which the schema knows them."""


def _build_schema() -> tantivy.Schema:
    builder = SchemaBuilder()
    for field in TEXT_FIELDS:
        builder.add_text_field(field, tokenizer_name="words", index_option="position")
    builder.add_text_field(SPELT, tokenizer_name=SPELT, index_option="basic")
    builder.add_unsigned_field("number", indexed=True, fast=True)
    for column in COLUMNS:
        if column.kind == "number":
            builder.add_integer_field(column.name, fast=True)
        else:
            builder.add_unsigned_field(column.name, indexed=True)
    return builder.build()


SCHEMA = _build_schema()


def document(number: int, record: ImageRecord, values: Mapping[Column, Sequence[int]]) -> tantivy.Document:
    """A record as tantivy holds it.

    Args:
        values: what it has in each column; see `conditions.read_values`.
    """
    made = tantivy.Document()
    made.add_unsigned("number", number)
    for field in TEXT_FIELDS:
        _add_text(made, field, getattr(record, field))
    for column, found in values.items():
        add = made.add_integer if column.kind == "number" else made.add_unsigned
        for value in found:
            add(column.name, value)
    return made


def _add_text(made: tantivy.Document, field: str, value: str | Sequence[str]) -> None:
    texts = (value,) if isinstance(value, str) else value
    for text in texts:
        made.add_text(SPELT, text)
    if isinstance(value, str):
        made.add_text(field, value)
    else:
        made.add_pre_tokenized_text(field, _apart(value))


def _apart(texts: Sequence[str]) -> tantivy.PreTokenizedString:
    """Several texts as one, so far apart that no phrase spans two of them."""
    tokens = [
        tantivy.Token(
            token.text, token.position + place * APART, token.char_offset_from, token.char_offset_to
        )
        for place, text in enumerate(texts)
        for token in ANALYZER.pre_tokenize(text).tokens
    ]
    return tantivy.PreTokenizedString("", tokens)
