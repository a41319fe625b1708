"""Text as tantivy holds it: how it is analysed, what fields a record has, and its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import tantivy
from tantivy import Filter, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Token, Tokenizer

from vizsla.records import COLUMNS, Column, ImageRecord

from ..languages import CODES, DEFAULT, LANGUAGES, normal
from ..seam import TEXT_FIELDS

LONGEST_WORD = 80
"""Bytes; longer runs of letters are not words."""

APART = 1000
"""Places between two tags; tantivy's own one place is also what a stop word leaves in a phrase."""

SPELT = "spelt"
"""The field of all words as they are written, folded: only its dictionary is read, for `Engine.vocabulary`."""

REMEMBERED = 1024
"""Texts of queries whose words are remembered: each is asked for several times in making one query."""

SPEAKS = "speaks"
"""The field of the languages that a record may be in, by their place in `CODES`."""

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_TOKEN = rf"[{_UNSPACED}]\p{{M}}*|[[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]+"
"""Words; single characters where a script has no spaces."""

_LETTER = rf"[\p{{L}}--[{_UNSPACED}]]"
_OTHER = r"[\p{N}\p{M}]"
_SPELT = rf"{_OTHER}*{_LETTER}[[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]]+|{_OTHER}+{_LETTER}"
"""Words that mean something by themselves: of two characters and more, a letter among them."""


def _analyzer(token: str, code: str, *, stems: bool) -> TextAnalyzer:
    """Case and accents folded, stop words left out (their places kept). `dog's` is `dog`.

    Stemmers and lists of stop words want the accents of their language; those of English have none.
    """
    language = LANGUAGES[code]
    fold = [Filter.ascii_fold()]
    steps = [Filter.remove_long(LONGEST_WORD), Filter.lowercase()]
    steps += fold if code == DEFAULT else []
    steps += [Filter.stopword(language.stemmer)] if language.stop_words else []
    steps += [Filter.custom_stopword(["s"])]
    steps += [Filter.stemmer(language.stemmer)] if stems else []
    builder = TextAnalyzerBuilder(Tokenizer.regex(token))
    for step in steps + fold:
        builder = builder.filter(step)
    return builder.build()


@cache
def _stemming(code: str) -> TextAnalyzer:
    return _analyzer(_TOKEN, code, stems=True)


@cache
def _spelling(code: str) -> TextAnalyzer:
    return _analyzer(_SPELT, code, stems=False)


ANALYZERS: Mapping[str, TextAnalyzer] = {"words": _stemming(DEFAULT), SPELT: _spelling(DEFAULT)}
"""By the names under which the schema knows them."""


@lru_cache(REMEMBERED)
def tokens(text: str, code: str) -> tuple[Token, ...]:
    """The words of a text as the index has those of a language: each language's words are apart."""
    found: list[Token] = _stemming(code).pre_tokenize(normal(text)).tokens
    if code == DEFAULT:
        return tuple(found)
    return tuple(
        Token(f"{code}:{one.text}", one.position, one.char_offset_from, one.char_offset_to) for one in found
    )


def _build_schema() -> tantivy.Schema:
    builder = SchemaBuilder()
    for field in TEXT_FIELDS:
        builder.add_text_field(field, tokenizer_name="words", index_option="position")
    builder.add_text_field(SPELT, tokenizer_name=SPELT, index_option="basic")
    builder.add_unsigned_field("number", indexed=True, fast=True)
    builder.add_unsigned_field(SPEAKS, indexed=True)
    for column in COLUMNS:
        if column.kind == "number":
            builder.add_integer_field(column.name, fast=True)
        else:
            builder.add_unsigned_field(column.name, indexed=True)
    return builder.build()


SCHEMA = _build_schema()


def document(
    number: int, record: ImageRecord, codes: Sequence[str], values: Mapping[Column, Sequence[int]]
) -> tantivy.Document:
    """A record as tantivy holds it.

    Args:
        codes: the languages that it may be in.
        values: what it has in each column; see `conditions.read_values`.
    """
    made = tantivy.Document()
    made.add_unsigned("number", number)
    for code in codes:
        made.add_unsigned(SPEAKS, CODES.index(code))
    for field in TEXT_FIELDS:
        _add_text(made, field, getattr(record, field), codes)
    for column, found in values.items():
        add = made.add_integer if column.kind == "number" else made.add_unsigned
        for value in found:
            add(column.name, value)
    return made


def _add_text(made: tantivy.Document, field: str, value: str | Sequence[str], codes: Sequence[str]) -> None:
    texts = (value,) if isinstance(value, str) else value
    plain = tuple(codes) == (DEFAULT,)
    for text in filter(None, texts):
        spelt = normal(text)
        if plain:
            made.add_text(SPELT, spelt)
        else:
            found = _spelling(codes[0]).pre_tokenize(spelt).tokens
            made.add_pre_tokenized_text(SPELT, tantivy.PreTokenizedString("", found))
    if plain and isinstance(value, str):
        made.add_text(field, normal(value))
    else:
        made.add_pre_tokenized_text(field, _apart(texts, codes))


def _apart(texts: Sequence[str], codes: Sequence[str]) -> tantivy.PreTokenizedString:
    """Several texts as one, so far apart that no phrase spans two of them; each in all of its languages."""
    found = [
        Token(token.text, token.position + place * APART, token.char_offset_from, token.char_offset_to)
        for place, text in enumerate(texts)
        for token in sorted(
            (token for code in codes for token in tokens(text, code)), key=lambda token: token.position
        )
    ]
    return tantivy.PreTokenizedString("", found)
