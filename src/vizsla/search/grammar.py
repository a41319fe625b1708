"""The grammar of a query: terms, and operators between them (v7 reference, section 5).

```
either = every (("OR" | "|") every)*
every  = term (["AND" | "&"] term)*
term   = ("+" | "-" | "NOT")* (word | "phrase" | keyword:value | "(" either ")")
```

Any text is read, in time that grows with its length: what makes no sense as an operator is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

KEYWORDS = (
    *("site", "filetype", "ext", "contains", "intitle", "inbody", "inanchor", "url", "ip", "language"),
    *("loc", "location", "prefer", "feed", "hasfeed"),
)
"""Operators that are written before a value: `site:example.org`."""

DEEPEST = 10
"""Parentheses within each other; deeper ones are not there. More would need more than ten terms to matter."""

_QUOTES = dict.fromkeys(map(ord, "“”„‟＂"), '"')
_TOKEN = re.compile(
    rf"""
    (?P<signs>[+-]*)
    (?: "(?P<phrase>[^"]*)"?
      | (?P<mark>[()|])
      | (?P<keyword>{"|".join(KEYWORDS)}):(?:"(?P<quoted>[^"]*)"?|(?P<value>[^\s"()|]+))
      | (?P<word>[^\s"()|]+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_MARKS = {
    "(": "open",
    ")": "close",
    "|": "or",
    "OR": "or",
    "AND": "and",
    "&": "and",
    "&&": "and",
    "NOT": "not",
}
_SAYS = re.compile(r"\w")

Sign = Literal["", "+", "-"]


class Term(msgspec.Struct, frozen=True, gc=False):
    """What is asked for, in one piece."""

    text: str
    """Holds at least one letter or digit."""
    number: int = 0
    """How many terms stand before it."""
    keyword: str = ""
    """One of `KEYWORDS`, or nothing."""
    quoted: bool = False
    place: int | None = None
    """Where the text begins in the query, if it is a plain word, with neither sign nor quotes nor keyword."""


class Must(msgspec.Struct, frozen=True, gc=False):
    part: Node


class MustNot(msgspec.Struct, frozen=True, gc=False):
    part: Node


class Every(msgspec.Struct, frozen=True, gc=False):
    parts: tuple[Node, ...]


class Either(msgspec.Struct, frozen=True, gc=False):
    parts: tuple[Node, ...]


Node = Term | Must | MustNot | Every | Either
NOTHING = Every(())


class _Token(msgspec.Struct, frozen=True):
    kind: str
    """`term`, or a value of `_MARKS`."""
    sign: Sign = ""
    term: Term | None = None


def parse(text: str) -> Node:
    """The tree of a query; an empty `Every` if it holds no term."""
    return _Parser(_tokens(text)).parse()


def _tokens(text: str) -> Iterator[_Token]:
    terms = 0
    for found in _TOKEN.finditer(text.translate(_QUOTES)):
        sign: Sign = "-" if "-" in found["signs"] else "+" if found["signs"] else ""
        mark = _MARKS.get(found["mark"] or found["word"] or "")
        if mark:
            yield _Token(mark, sign)
        elif (term := _term(found, sign, terms)) is not None:
            terms += 1
            yield _Token("term", sign, term)


def _term(found: re.Match[str], sign: Sign, number: int) -> Term | None:
    quoted = found["phrase"] if found["phrase"] is not None else found["quoted"]
    text = found["word"] or found["value"] or quoted or ""
    if not _SAYS.search(text):
        return None
    plain = bool(found["word"]) and not sign
    return Term(
        text,
        number,
        keyword=(found["keyword"] or "").lower(),
        quoted=quoted is not None,
        place=found.start("word") if plain else None,
    )


class _Parser:
    """One parsing of one query, by recursive descent."""

    def __init__(self, tokens: Iterator[_Token]) -> None:
        self._tokens = tokens
        self._next = next(tokens, None)
        self._depth = 0
        self._ignored = 0
        """Parentheses that were opened too deep, and are to be closed."""

    def parse(self) -> Node:
        parts: list[Node] = []
        while self._next:  # again after each closing parenthesis that nothing opened
            parts.append(self._either())
            self._take("close")
        return _joined(parts)

    def _take(self, kind: str) -> _Token | None:
        token = self._next
        if token is None or token.kind != kind:
            return None
        self._next = next(self._tokens, None)
        return token

    def _either(self) -> Node:
        parts = [self._every()]
        while self._take("or"):
            parts.append(self._every())
        said = tuple(part for part in parts if part != NOTHING)
        return Either(said) if len(said) > 1 else _joined(said)

    def _every(self) -> Node:
        parts: list[Node] = []
        both = False
        while True:
            if self._take("and"):
                both = bool(parts)
            elif (part := self._part()) is not None:
                if part == NOTHING:
                    continue
                if both:
                    parts[-1], part = _must(parts[-1]), _must(part)
                parts.append(part)
                both = False
            elif not self._skip():
                return _joined(parts)

    def _skip(self) -> bool:
        """Pass over a parenthesis that closes one that is not there because it is too deep."""
        if self._ignored and self._take("close"):
            self._ignored -= 1
            return True
        return False

    def _part(self) -> Node | None:
        """A term or a group with what stands before it; `None` where there is neither. A group may be empty."""
        sign: Sign = ""
        while token := self._take("not"):
            sign = "-"
        if token := self._take("term"):
            assert token.term is not None
            return _signed(_stronger(sign, token.sign), token.term)
        if token := self._take("open"):
            return _signed(_stronger(sign, token.sign), self._group())
        return None

    def _group(self) -> Node:
        if self._depth == DEEPEST:
            self._ignored += 1
            return NOTHING
        self._depth += 1
        outer, self._ignored = self._ignored, 0
        part = self._either()
        self._take("close")
        self._depth, self._ignored = self._depth - 1, outer
        return part


def _stronger(one: Sign, other: Sign) -> Sign:
    return "-" if "-" in (one, other) else "+" if "+" in (one, other) else ""


def _signed(sign: Sign, part: Node) -> Node:
    if part == NOTHING:
        return part
    return {"": part, "+": Must(part), "-": MustNot(part)}[sign]


def _must(part: Node) -> Node:
    return part if isinstance(part, Must | MustNot) else Must(part)


def _joined(parts: list[Node] | tuple[Node, ...]) -> Node:
    said = tuple(part for part in parts if part != NOTHING)
    return said[0] if len(said) == 1 else Every(said)
