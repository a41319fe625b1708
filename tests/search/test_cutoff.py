"""Results end where pictures score as those do that have nothing to do with the query."""

from __future__ import annotations

import numpy as np
import pytest

from vizsla.records import Vector
from vizsla.search.cutoff import FEWEST, SHARE, CutOff

from .worlds import DIMENSION, World, record, world

ASKED = np.eye(DIMENSION, dtype=np.float32)[0]


def across(*scores: float) -> list[Vector]:
    """A picture for each score with `ASKED`."""
    return [np.float32(score) * ASKED + np.eye(DIMENSION, dtype=np.float32)[1] for score in scores]


def cut_off(here: World) -> CutOff:
    made = CutOff(here.store, here.engine)
    made.refresh()
    return made


@pytest.mark.parametrize("unrelated", [0.0, 0.15])
def test_results_end_between_what_most_pictures_score_and_the_floor(unrelated: float) -> None:
    vectors = across(*[unrelated] * (2 * FEWEST))
    with world([record(number) for number in range(1, len(vectors) + 1)], vectors) as here:
        found = cut_off(here).below(0.5, ASKED)
    assert found == pytest.approx(unrelated + SHARE * (0.5 - unrelated), abs=1e-3)


def test_a_library_that_is_about_what_is_asked_does_not_take_itself_for_unrelated() -> None:
    vectors = across(*[0.8] * FEWEST)
    with world([record(number) for number in range(1, len(vectors) + 1)], vectors) as here:
        assert cut_off(here).below(0.5, ASKED) == pytest.approx(SHARE * 0.5)


def test_a_library_of_few_pictures_tells_nothing() -> None:
    vectors = across(*[0.0] * (FEWEST - 1))
    with world([record(number) for number in range(1, FEWEST)], vectors) as here:
        assert cut_off(here).below(0.5, ASKED) == pytest.approx(SHARE * 0.5)
    with world([]) as empty:
        assert cut_off(empty).below(0.5, ASKED) == pytest.approx(SHARE * 0.5)


def test_vectors_of_another_length_are_not_compared() -> None:
    with world([record(number) for number in range(1, 40)], across(*[0.0] * 39)) as here:
        assert cut_off(here).below(0.5, ASKED[:4]) == pytest.approx(SHARE * 0.5)
