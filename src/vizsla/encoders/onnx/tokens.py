"""From a text to token numbers, as the model's own tokenizer has it; and what of a text can be read at all."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from vizsla.encoders import EncoderError

from .configuration import Configuration

LONGEST_TEXT = 1000
"""Letters: beyond what any of these models reads."""

_LONGEST_WORD = 40
_LETTERS_A_PIECE = 2.5
"""Of a word that is read in pieces, at least so many letters make one: `okapi` is `ok` and `api`, while of letters put
together by chance, or of a script that the model does not know, hardly any two go together."""

_WORD = re.compile(r"\w+")
_SAYING_NOTHING = {
    *("a", "an", "and", "as", "at", "be", "by", "for", "from", "in", "is", "it"),
    *("its", "of", "on", "or", "that", "the", "this", "to", "was", "with"),
}


class Tokens:
    """The tokenizer of a model. Safe for several threads.

    Args:
        path: `tokenizer.json`.

    Raises:
        EncoderError: it is damaged, or does not tell how texts are filled up.
    """

    def __init__(self, path: Path, configuration: Configuration, length: int | None = None) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises nothing more special
            raise EncoderError(f"{path} cannot be used: {error}; get the model again") from error
        self._tokenizer.no_padding()
        self._length = length or configuration.length
        self._ending = self._missing_end(configuration.eos_token)
        self._tokenizer.enable_truncation(self._length - len(self._ending))
        filled = configuration.family.padded or length is not None
        self._filling = self._pad(path, configuration) if filled else None
        self._left = configuration.padding_side == "left"
        self._pieces = lru_cache(65_536)(self._counted)

    def ids(self, text: str) -> list[int]:
        """Numbers of a text; empty if there is no word in it that can be read."""
        text = _clean(text)
        readable = (self._legible(word) for word in _WORD.findall(text) if word not in _SAYING_NOTHING)
        return self.numbers(text) if any(readable) else []

    def numbers(self, text: str) -> list[int]:
        """Numbers of a text in lower case, whatever is in it: those of the empty text are the fewest."""
        ids = [*self._tokenizer.encode(text).ids, *self._ending]
        filling = [] if self._filling is None else [self._filling] * (self._length - len(ids))
        return filling + ids if self._left else ids + filling

    def knows(self, text: str) -> bool:
        """Whether each word is one token: what is rare, and what is misspelt, is made of several."""
        words = _WORD.findall(_clean(text))
        return all(
            len(word) == 1 or (len(word) <= _LONGEST_WORD and self._pieces(word) == 1) for word in words
        )

    def _legible(self, word: str) -> bool:
        if len(word) > _LONGEST_WORD:
            return False
        pieces = self._pieces(word)
        return pieces == 1 or len(word) >= _LETTERS_A_PIECE * pieces

    def _counted(self, word: str) -> int:
        """Tokens of a word, at the beginning of a text or within it: some vocabularies tell these apart."""
        alone, within, before = (self._count(text) for text in (word, f"a {word}", "a"))
        return min(alone, within - before)

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _missing_end(self, token: str | None) -> list[int]:
        """The end that texts are to have, where the tokenizer's own file does not put it there."""
        number = self._id(token)
        ends = self._tokenizer.encode("a").ids[-1:]
        return [] if number is None or ends == [number] else [number]

    def _pad(self, path: Path, configuration: Configuration) -> int:
        number = self._id(configuration.pad_token)
        number = configuration.pad_id if number is None else number
        if number is None:
            raise EncoderError(f"the files beside {path} name no padding token: get another export")
        return number

    def _id(self, token: str | None) -> int | None:
        number: int | None = self._tokenizer.token_to_id(token) if token else None
        return number


def _clean(text: str) -> str:
    """In lower case with single spaces, as all of these models are trained; without what no encoding of text can hold."""
    plain = text[:LONGEST_TEXT].encode("utf-8", "ignore").decode().replace("\0", " ")
    return " ".join(plain.lower().split())
