"""Random records, conditions, matches and plans."""

from __future__ import annotations

from typing import Any as Anything

import numpy as np
from hypothesis import strategies as st

from vizsla.engines.seam import TEXT_FIELDS, All, Any, Holds, Match, Not, Plan, Words
from vizsla.records import COLUMNS, AnyOf, Below, Between, Filters, Vector

from .samples import DIMENSION

VOCABULARY = (
    *("dog", "dogs", "cat", "red", "blue", "café", "king", "of", "hearts", "the", "bird"),
    *("die", "Hunde", "hund", "war"),
)

phrases = st.lists(st.sampled_from(VOCABULARY), max_size=4).map(" ".join)
numbers = st.integers(-10, 1200)

HOSTS = ("a.example", "b.example", "www.a.example", "notb.example", "example")

texts: dict[str, st.SearchStrategy[Anything]] = dict.fromkeys(TEXT_FIELDS, phrases) | {
    "tags": st.lists(phrases, max_size=3).map(tuple)
}
properties: dict[str, st.SearchStrategy[Anything]] = {
    "aspect": st.sampled_from(["square", "wide"]),
    "colours": st.lists(st.sampled_from(["red", "blue", "teal"]), unique=True).map(tuple),
    "monochrome": st.booleans(),
    "adult": st.booleans(),
    "animated": st.booleans(),
    "transparent": st.booleans(),
    "format": st.sampled_from(["jpeg", "gif"]),
    "language": st.sampled_from(["", "en", "de-AT", "pt-BR"]),
    "host_page_url": st.sampled_from([None, *(f"https://{host}/x" for host in HOSTS)]),
    "width": st.integers(1, 1000),
    "published": st.none() | numbers,
    "group_id": st.sampled_from([b"", *(bytes([letter] * 16) for letter in b"abc")]),
}
fields = st.fixed_dictionaries({}, optional=texts | properties)

COUNTED = [column for column in COLUMNS if column.kind != "number"]
_NUMBERS = [column.name for column in COLUMNS if column.kind == "number"]
_KEYWORDS = [column.name for column in COLUMNS if column.kind == "keyword"]
_VALUES = ("", "en", "pt-BR", "jpeg", "gif", "a.example", "b.example", "/pictures", "unseen")
_DOMAINS = (*HOSTS, "jpeg", "pt-BR", "w.a.example", "unseen")


def _any_of(name: str, members: tuple[str, ...]) -> st.SearchStrategy[AnyOf]:
    return st.builds(AnyOf, st.just(name), st.frozensets(st.sampled_from(members or _VALUES), max_size=3))


conditions = st.one_of(
    *(_any_of(column.name, column.members) for column in COUNTED),
    st.builds(Between, st.sampled_from(_NUMBERS), st.none() | numbers, st.none() | numbers),
    *(
        st.builds(Below, st.just(name), st.frozensets(st.sampled_from(_DOMAINS), max_size=3))
        for name in _KEYWORDS
    ),
)
filters: st.SearchStrategy[Filters] = st.lists(conditions, max_size=2).map(tuple)


def _branches(matches: st.SearchStrategy[Match]) -> st.SearchStrategy[Match]:
    several = st.lists(matches, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Not, matches), st.builds(All, several), st.builds(Any, several, st.integers(0, 3))
    )


matches: st.SearchStrategy[Match] = st.recursive(
    st.builds(
        Words,
        phrases,
        st.booleans(),
        st.none() | st.sampled_from(list(TEXT_FIELDS)),
        st.sampled_from((1.0, 0.5)),
    )
    | st.builds(Holds, conditions),
    _branches,
    max_leaves=6,
)
vectors: st.SearchStrategy[Vector] = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
)
plans = st.builds(
    Plan,
    words=st.none() | matches,
    loose=st.none() | matches,
    vector=st.none() | vectors,
    floor=st.none() | st.floats(-3, 6, width=32),
    peak=st.none() | st.floats(-1, 8, width=32),
    share=st.just(0.0) | st.floats(0, 1, width=32),
    collapse=st.booleans(),
    varied=st.booleans(),
    filters=filters,
    demand=st.none() | matches,
    without=st.lists(st.integers(1, 320), max_size=4).map(tuple),
    offset=st.integers(0, 20),
    limit=st.integers(1, 10),
)
