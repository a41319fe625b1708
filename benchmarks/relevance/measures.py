"""Measures by `ir-measures`, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
import numpy as np
from ir_measures import RR, P, R, Rprec, nDCG

MEASURES = ("nDCG@10", "R@10", "P@16", "RR")
"""Columns of the table. Where fewer than 16 pictures are relevant, `P@16` is the precision at as many as are."""

CUT = 16
RESAMPLES = 2000
SEED = 5


def each(found: Sequence[Sequence[str]], relevant: Sequence[frozenset[str]]) -> dict[str, list[float]]:
    """Every measure for every question, in the order of the questions, each of which has something relevant."""
    judged = {str(number): dict.fromkeys(keys, 1) for number, keys in enumerate(relevant)}
    run = {
        str(number): {picture: -float(rank) for rank, picture in enumerate(pictures)}
        for number, pictures in enumerate(found)
        if pictures
    }
    values: dict[tuple[str, str], float] = {}
    if run:
        wanted = [nDCG @ 10, R @ 10, P @ CUT, RR, Rprec]
        values = {
            (one.query_id, str(one.measure)): one.value for one in ir_measures.iter_calc(wanted, judged, run)
        }
    return {name: [_value(values, query, name, judged) for query in judged] for name in MEASURES}


def _value(
    values: Mapping[tuple[str, str], float], query: str, name: str, judged: Mapping[str, Mapping[str, int]]
) -> float:
    few = name == f"P@{CUT}" and len(judged[query]) < CUT
    return values.get((query, "Rprec" if few else name), 0.0)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """95% confidence interval of the mean: percentile bootstrap over the questions (Efron and Tibshirani 1993)."""
    random = np.random.default_rng(SEED)
    sampled = np.array(values)[random.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.percentile(sampled, (2.5, 97.5))
    return float(low), float(high)
