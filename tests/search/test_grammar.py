"""The grammar of queries: what belongs together, whatever is typed."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizsla.search.grammar import DEEPEST, KEYWORDS, Either, Every, Must, MustNot, Node, Term, parse


def told(node: Node) -> str:
    """A tree with every parenthesis that it stands for."""
    match node:
        case Term():
            text = f'"{node.text}"' if node.quoted else node.text
            return f"{node.keyword}:{text}" if node.keyword else text
        case Must():
            return f"+{told(node.part)}"
        case MustNot():
            return f"-{told(node.part)}"
        case Every():
            return f"({' '.join(map(told, node.parts))})"
        case Either():
            return f"({' OR '.join(map(told, node.parts))})"


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("dog", "dog"),
        ("  red \t dog\n", "(red dog)"),
        ('big "red dog" house', '(big "red dog" house)'),
        ('red"big dog"bus', '(red "big dog" bus)'),
        ('"red dog', '"red dog"'),
        ("“red dog”", '"red dog"'),
        ("-cat +the dog", "(-cat +the dog)"),
        ('-"red dog" t-shirt', '(-"red dog" t-shirt)'),
        ("NOT cat dog", "(-cat dog)"),
        ("cat OR dog", "(cat OR dog)"),
        ("cat|dog || bird", "(cat OR dog OR bird)"),
        ("red cat OR big dog", "((red cat) OR (big dog))"),
        ("red (cat OR dog)", "(red (cat OR dog))"),
        ("cat AND dog bird", "(+cat +dog bird)"),
        ("rock & roll", "(+rock +roll)"),
        ("cat AND NOT dog", "(+cat -dog)"),
        ("cat OR NOT dog", "(cat OR -dog)"),
        ("-(cat OR dog) bird", "(-(cat OR dog) bird)"),
        ("NOT (cat dog)", "-(cat dog)"),
        ("site:a.org -site:b.a.org", "(site:a.org -site:b.a.org)"),
        ('InTitle:"red dog" FILETYPE:png', '(intitle:"red dog" filetype:png)'),
        ("(site:a.org | site:b.org) dog", "((site:a.org OR site:b.org) dog)"),
    ],
)
def test_operators_bind_as_the_reference_says(typed: str, tree: str) -> None:
    assert told(parse(typed)) == tree


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", "()"),
        ("!? - + -- | & () AND OR NOT", "()"),
        ("dog -", "dog"),
        ("dog - cat", "(dog cat)"),
        ("dog OR", "dog"),
        ("OR dog", "dog"),
        ("AND dog AND", "dog"),
        ("dog NOT", "dog"),
        ("NOT OR dog", "dog"),
        ("(dog", "dog"),
        ("dog)", "dog"),
        (")red dog(", "(red dog)"),
        ("((red) OR ((dog)", "(red OR dog)"),
        ("() AND dog", "dog"),
        ("smile :)", "smile"),
        ("cat or dog and not bird", "(cat or dog and not bird)"),
        ("+-cat", "-cat"),
        ("--cat", "-cat"),
        ("+NOT cat", "-cat"),
        ("+OR", "()"),
        ("AT&T", "AT&T"),
        ("site:", "site:"),
        ("site: dog", "(site: dog)"),
        ("site:?", "()"),
        ("http://a.org", "http://a.org"),
        ('foo:"red dog"', '(foo: "red dog")'),
        (f"{'(' * 30}dog{')' * 30} cat", "(dog cat)"),
        (f"{'(' * 30}dog OR bird{')' * 30} cat", "((dog OR bird) cat)"),
    ],
)
def test_what_makes_no_sense_as_an_operator_is_not_there(typed: str, tree: str) -> None:
    assert told(parse(typed)) == tree


TOKENS = [
    *(
        "dog",
        "Katze",
        "東京",
        '"red dog"',
        '"',
        "(",
        ")",
        "|",
        "OR",
        "AND",
        "&",
        "NOT",
        "+",
        "-",
        " ",
        "::",
        "'",
    ),
    *(f"{keyword}:" for keyword in KEYWORDS),
]
TYPED = st.text(max_size=100) | st.lists(st.sampled_from(TOKENS), max_size=60).flatmap(
    lambda tokens: st.sampled_from((" ".join(tokens), "".join(tokens)))
)


def nodes(node: Node, depth: int = 0) -> Iterator[tuple[Node, int]]:
    yield node, depth
    parts = (
        node.parts if isinstance(node, Every | Either) else (node.part,) if not isinstance(node, Term) else ()
    )
    for part in parts:
        yield from nodes(part, depth + 1)


@given(TYPED)
def test_any_text_is_read(typed: str) -> None:
    everything = list(nodes(parse(typed)))
    terms = [node for node, _ in everything if isinstance(node, Term)]
    assert [term.number for term in terms] == list(range(len(terms)))
    assert max(depth for _, depth in everything) <= 3 * DEEPEST + 3
    for term in terms:
        assert any(map(str.isalnum, term.text.replace("_", "a")))
        if term.place is not None:
            assert typed.startswith(term.text, term.place)
    assert all(
        len(node.parts) > 1 for node, depth in everything if isinstance(node, Every | Either) and depth
    )


@given(TYPED)
def test_what_was_read_is_read_again_from_what_it_stands_for(typed: str) -> None:
    tree = parse(typed)
    assert told(parse(told(tree))) == told(tree)


@pytest.mark.parametrize("piece", ["(", ")", "-", '"', "a ", "-a|", "NOT ", "site:", "((a OR ", '"a'])
def test_long_texts_take_longer_in_proportion(piece: str) -> None:
    """By a wide margin: what grows with the square takes a thousand times as long."""

    def seconds(times: int) -> float:
        began = perf_counter()
        parse(piece * times)
        return perf_counter() - began

    seconds(100)
    assert seconds(32_000) < 1000 * max(seconds(1000), 1e-4)
