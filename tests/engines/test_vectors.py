"""The looks: recall at every selectivity, segments that are built and merged, compaction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any as Anything

import numpy as np
import pytest

from vizsla.engines import open_engine
from vizsla.engines.local import upkeep
from vizsla.engines.local.engine import LocalEngine
from vizsla.engines.local.manifest import Graph
from vizsla.engines.local.planner import beam_width
from vizsla.engines.local.upkeep import split
from vizsla.engines.seam import CANDIDATES, All, Holds, Match, Not, Plan, Words
from vizsla.records import AnyOf, Between, Vector

from .conftest import scratch
from .samples import DIMENSION, axis, change, clustered, removal

COUNT, LENGTH, QUERIES = 20_000, 64, 50
FAR = 20
"""Vectors that point away from all others, and so from every query."""


@pytest.fixture(scope="module")
def vectors() -> Vector:
    vectors = clustered(COUNT, LENGTH, seed=1)
    vectors[:FAR] = -np.abs(vectors[:FAR])
    return vectors


@pytest.fixture(scope="module")
def engine(vectors: Vector) -> Iterator[LocalEngine]:
    """Records whose width is their number modulo 1000, one of 200 rare, over a graph and a fresh tail."""
    with scratch() as directory:
        engine = open_engine(Path(directory), LENGTH)
        assert engine.try_lock()
        changes = [
            change(n, vector=vector, width=n % 1000, title="common" if n % 200 else "rare find")
            for n, vector in enumerate(vectors, 1)
        ]
        for part in (changes[:16_000], changes[16_000:]):
            engine.apply(part)
            engine.settle()
        assert [piece.graph is not None for piece in engine.pieces()] == [True, False]
        yield engine
        engine.close()


def recall(
    engine: LocalEngine,
    vectors: Vector,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
    **plan: Anything,
) -> float:
    """Mean share of the ten nearest of `kept`, by brute force, that the engine has among its first ten."""
    queries = clustered(QUERIES, LENGTH, seed=1)
    scores = np.where(kept, queries @ vectors.T, -np.inf)
    nearest = np.argsort(-scores, axis=1)[:, : min(10, int(kept.sum()))] + 1
    found = [engine.search(Plan(vector=query, limit=10, **plan)).numbers for query in queries]
    return float(
        np.mean(
            [len(set(row) & set(hits)) / len(row) for row, hits in zip(nearest.tolist(), found, strict=True)]
        )
    )


@pytest.mark.parametrize("thousandths", [1000, 900, 700, 500, 300, 100, 50, 10, 5, 1])
def test_recall_is_at_least_95_percent_at_every_selectivity(
    engine: LocalEngine, vectors: Vector, thousandths: int
) -> None:
    kept = np.arange(1, COUNT + 1) % 1000 < thousandths
    filters = (Between("width", 0, thousandths - 1),)
    assert engine.count(filters) == kept.sum()
    assert recall(engine, vectors, kept, filters=filters) >= 0.95


@pytest.mark.parametrize(
    "demand",
    [
        Words("rare"),
        Not(Words("common")),
        All((Words("rare find", phrase=True), Not(Words("unheard")), Holds(Between("width", 0, 999)))),
    ],
)
def test_recall_is_at_least_95_percent_where_a_demand_keeps_one_of_200(
    engine: LocalEngine, vectors: Vector, demand: Match
) -> None:
    kept = np.arange(1, COUNT + 1) % 200 == 0
    assert engine.search(Plan(demand=demand)).total == kept.sum()
    assert recall(engine, vectors, kept, demand=demand) >= 0.95


def test_recall_is_at_least_95_percent_where_a_demand_keeps_most(
    engine: LocalEngine, vectors: Vector
) -> None:
    kept = np.arange(1, COUNT + 1) % 200 != 0
    assert recall(engine, vectors, kept, demand=Not(Words("rare"))) >= 0.95


def test_every_beam_is_good_enough(
    engine: LocalEngine, vectors: Vector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on libraries so large that graphs are worth it even for few matches."""
    monkeypatch.setattr("vizsla.engines.local.planner.GRAPH_COST", 0.0)
    for thousandths in (1000, 400, 100):
        kept = np.arange(1, COUNT + 1) % 1000 < thousandths
        assert recall(engine, vectors, kept, filters=(Between("width", 0, thousandths - 1),)) >= 0.95


def test_matches_far_from_the_query_are_found(
    engine: LocalEngine, vectors: Vector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a graph search ends before it meets them, exact scores take over."""
    monkeypatch.setattr("vizsla.engines.local.vectors.beam_width", lambda *_: 10)
    query = np.abs(vectors[-1])
    hits = engine.search(Plan(vector=query, filters=(Between("discovered", 0, 0), Between("width", 1, FAR))))
    assert hits.total == min(CANDIDATES, FAR * COUNT // 1000)


def test_the_planner_scores_few_matches_and_searches_the_graph_for_many() -> None:
    assert beam_width(1_000_000, 200, 300) is None
    assert beam_width(1_000_000, 5_000, 300) is None
    width = beam_width(1_000_000, 1_000_000, 300)
    assert width is not None
    assert width >= 300
    wider = beam_width(1_000_000, 500_000, 300)
    assert wider is not None
    assert wider > width


# Segments


def test_small_graphs_are_extended_and_large_ones_left_alone() -> None:
    def graph(start: int, stop: int) -> Graph:
        return Graph(start, stop, "", 0, 0)

    assert split([], 100) == ((), None)
    assert split([graph(0, 3300)], 3400) == ((graph(0, 3300),), None)
    assert split([graph(0, 3200)], 3300) == ((), graph(0, 3200))
    assert split([graph(0, 9900), graph(9900, 10_000)], 10_100) == ((graph(0, 9900),), graph(9900, 10_000))


@pytest.fixture
def small(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalEngine]:
    """An engine that seals 20 vectors and compacts when more than 20 slots are dead."""
    monkeypatch.setattr(upkeep, "SEAL", 20)
    monkeypatch.setattr(upkeep, "CHUNK", 7)
    engine = open_engine(directory, DIMENSION)
    assert engine.try_lock()
    yield engine
    engine.close()


def assert_holds(engine: LocalEngine, numbers: range) -> None:
    """All of `numbers`, each with its own words, columns and vector, and nothing else."""
    assert engine.search(Plan(limit=1000)).numbers == tuple(reversed(numbers))
    assert engine.search(Plan(words=Words("dog"), limit=1000)).total == len(numbers)
    assert engine.search(Plan(vector=axis(0, 1), limit=1000)).numbers == tuple(reversed(numbers))
    for number in numbers:
        assert engine.search(Plan(filters=(Between("width", number, number),))).numbers == (number,)
        assert engine.facets((AnyOf("language", frozenset({f"x{number}"})),), "format") == {"jpeg": 1}


def write(engine: LocalEngine, numbers: range, sequence: int) -> int:
    """Put records one batch of five after the other; returns the sequence they end at."""
    changes = [
        change(n, sequence=sequence + step, title="dog", vector=axis(1, n), width=n, language=f"x{n}")
        for step, n in enumerate(numbers, 1)
    ]
    for first in range(0, len(changes), 5):
        engine.apply(changes[first : first + 5])
    return sequence + len(changes)


def test_graphs_cover_what_was_written_while_others_were_built(small: LocalEngine) -> None:
    write(small, range(1, 101), 0)
    small.settle()
    pieces = small.pieces()
    assert pieces[0].graph is not None
    assert pieces[0].start == 0
    assert all(before.stop == after.start for before, after in pairwise(pieces))
    assert pieces[-1].stop == 100
    assert_holds(small, range(1, 101))


def test_slots_of_replaced_and_removed_records_are_dropped(small: LocalEngine, directory: Path) -> None:
    sequence = 0
    for _ in range(6):
        sequence = write(small, range(1, 41), sequence)
    small.apply([removal(n, sequence=sequence + n) for n in range(1, 11)])
    small.settle()
    assert small.pieces()[-1].stop <= 3 * 30 + 20
    assert_holds(small, range(11, 41))
    small.close()
    reopened = open_engine(directory, DIMENSION)
    assert reopened.watermark() == sequence + 10
    assert_holds(reopened, range(11, 41))
    assert len(list(directory.glob("*/slots-*"))) == 1
