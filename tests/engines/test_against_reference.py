"""Over random libraries the embedded engine finds what brute force finds, whatever is changed, removed or reopened."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any as Anything

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from vizsla.engines import open_engine
from vizsla.engines.local import columns, planner, queries, scope, upkeep
from vizsla.engines.local import engine as local_engine
from vizsla.engines.local.engine import LocalEngine
from vizsla.engines.seam import Plan
from vizsla.records import Change, Filters, Vector

from . import reference
from .conftest import scratch
from .reference import ReferenceEngine
from .samples import DIMENSION, change, removal, unique
from .strategies import COUNTED, HOSTS, VOCABULARY, fields, filters, plans, vectors


@pytest.fixture(scope="module", autouse=True)
def narrow() -> Iterator[None]:
    """Few candidates and small segments, so that small libraries meet every way a query can run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_engine, "CANDIDATES", 7)
        patch.setattr(reference, "CANDIDATES", 7)
        patch.setattr(local_engine, "FETCHED", 12)
        patch.setattr(columns, "MANY", 2)
        patch.setattr(queries, "MANY", 2)
        patch.setattr(scope, "REMEMBERED", 3)
        patch.setattr(upkeep, "SEAL", 16)
        patch.setattr(planner, "GRAPH_COST", math.inf)  # recall has its own test; here results are equal
        yield


def everything(plan: Plan) -> Plan:
    return msgspec.structs.replace(plan, offset=0, limit=1000)


def check(engine: LocalEngine, expected: ReferenceEngine, plan: Plan) -> None:
    """The same set and the same numbers about it; the same order where words have no say in it."""
    found, wanted = engine.search(everything(plan)), expected.search(everything(plan))
    assert found.total == len(found.numbers)
    assert unique(found.numbers)
    assert pictures(found.numbers, plan, expected) == pictures(wanted.numbers, plan, expected)
    if not plan.collapse:
        assert found.total == wanted.total
    if expected.demanded(plan.words) is None:
        assert found.numbers == wanted.numbers
    page = engine.search(plan)
    assert page.total == found.total
    assert page.numbers == found.numbers[plan.offset : plan.offset + plan.limit]
    assert engine.count(plan.filters) == expected.count(plan.filters)


def pictures(numbers: Sequence[int], plan: Plan, expected: ReferenceEngine) -> set[bytes] | set[int]:
    """What is found: groups if these are to be one result each, else records. Words have a say in which one that is."""
    return {expected.group(number) for number in numbers} if plan.collapse else set(numbers)


class Libraries(RuleBasedStateMachine):
    """Puts, updates, removes and reopens, and searches after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = scratch()
        self.sequence = self.newest = 0
        self.expected = ReferenceEngine(DIMENSION)
        self.open()

    def open(self) -> None:
        self.engine = open_engine(Path(self.directory.name), DIMENSION)
        assert self.engine.try_lock()

    def apply(self, changes: list[Change]) -> None:
        self.engine.apply(changes)
        self.expected.apply(changes)

    def step(self) -> int:
        self.sequence += 1
        return self.sequence

    @initialize(several=st.lists(st.tuples(fields, st.none() | vectors), min_size=10, max_size=40))
    def fill(self, several: list[tuple[dict[str, Anything], Vector | None]]) -> None:
        self.put(several)

    @rule(several=st.lists(st.tuples(fields, st.none() | vectors), min_size=1, max_size=10))
    def put(self, several: list[tuple[dict[str, Anything], Vector | None]]) -> None:
        changes = []
        for given_fields, vector in several:
            self.newest += 1
            changes.append(change(self.newest, sequence=self.step(), vector=vector, **given_fields))
        self.apply(changes)

    @rule(choice=st.integers(0), given_fields=fields, vector=st.none() | vectors)
    def update(self, choice: int, given_fields: dict[str, Anything], vector: Vector | None) -> None:
        number = 1 + choice % self.newest
        self.apply([change(number, sequence=self.step(), vector=vector, **given_fields)])

    @rule(choices=st.lists(st.integers(0), min_size=1, max_size=5))
    def remove(self, choices: list[int]) -> None:
        self.apply([removal(1 + choice % self.newest, sequence=self.step()) for choice in choices])

    @rule()
    def reopen(self) -> None:
        self.engine.close()
        self.open()

    @rule(plan=plans)
    def search(self, plan: Plan) -> None:
        check(self.engine, self.expected, plan)

    @rule(column=st.sampled_from([column.name for column in COUNTED]), within=filters)
    def facets(self, column: str, within: Filters) -> None:
        assert self.engine.facets(within, column) == self.expected.facets(within, column)

    @rule()
    def vocabulary(self) -> None:
        """Words of removed records may be counted a while, others are not missed."""
        found, wanted = self.engine.vocabulary(), self.expected.vocabulary()
        assert set(wanted) <= set(found) <= {word.lower() for word in VOCABULARY} | {"cafe"}
        assert all(found[word] >= count for word, count in wanted.items())

    @invariant()
    def watermarks_agree(self) -> None:
        assert self.engine.watermark() == self.expected.watermark() == self.sequence

    def teardown(self) -> None:
        self.engine.close()
        self.directory.cleanup()


TestLibraries = Libraries.TestCase
TestLibraries.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, narrow: None
) -> Iterator[tuple[LocalEngine, ReferenceEngine]]:
    """The same 300 records in both engines, some changed and some removed."""
    engine, expected = open_engine(tmp_path_factory.mktemp("library"), DIMENSION), ReferenceEngine(DIMENSION)
    assert engine.try_lock()
    changes = [_random_change(sequence, 1 + sequence % 300) for sequence in range(1, 350)]
    changes += [removal(number, sequence=400 + number) for number in range(1, 300, 25)]
    for first in range(0, len(changes), 50):
        engine.apply(changes[first : first + 50])
        engine.settle()
    expected.apply(changes)
    yield engine, expected
    engine.close()


def _random_change(sequence: int, number: int) -> Change:
    random = np.random.default_rng(sequence)

    def words() -> str:
        return " ".join(random.choice(VOCABULARY, random.integers(0, 4)))

    return change(
        number,
        sequence=sequence,
        vector=random.standard_normal(DIMENSION).astype(np.float32) if sequence % 9 else None,
        title=words(),
        tags=(words(), words()),
        description=words(),
        adult=bool(sequence % 5 == 0),
        language=str(random.choice(["", "en", "de-AT", "pt-BR"])),
        host_page_url=f"https://{random.choice(HOSTS)}/x" if sequence % 4 else None,
        published=sequence if sequence % 3 else None,
        group_id=bytes([number % 90] * 16) if sequence % 2 else b"",
        width=int(random.integers(1, 1000)),
    )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans)
def test_any_plan_finds_what_brute_force_finds(
    library: tuple[LocalEngine, ReferenceEngine], plan: Plan
) -> None:
    check(*library, plan)


@settings(max_examples=60, deadline=None)
@given(plan=plans, size=st.integers(1, 40))
def test_pages_of_any_plan_and_size_meet_every_match_once(
    library: tuple[LocalEngine, ReferenceEngine], plan: Plan, size: int
) -> None:
    engine, expected = library
    whole, wanted = engine.search(everything(plan)), expected.search(everything(plan))
    pages = [
        engine.search(msgspec.structs.replace(plan, offset=offset, limit=size))
        for offset in range(0, whole.total + size, size)
    ]
    assert {page.total for page in pages} == {whole.total}
    met = [number for page in pages for number in page.numbers]
    assert unique(met)
    assert pictures(met, plan, expected) == pictures(wanted.numbers, plan, expected)
    assert met == list(whole.numbers)
